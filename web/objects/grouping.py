"""Which columns of a sheet stand together on a page and in a form, and which ones a list shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.i18n import N_
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Sheet

MORE: Final = ("tags", "notes")


@dataclass(frozen=True)
class Group:
    """`label` is a msgid."""

    label: str
    columns: Sequence[Column]


# In the order of the page; what is named nowhere stands under "Facts".
GROUPS: Final[Mapping[ObjectKind, Sequence[tuple[str, tuple[str, ...]]]]] = {
    ObjectKind.DEVICE: (
        (N_("What it is"), ("name", "role", "vendor", "model", "platform", "serial", "life_cycle")),
        (N_("Whose it is and where"), ("unit", "site", "room", "rack", "rack_position", "rack_units")),
        (
            N_("How it is reached"),
            ("address", "snmp_version", "snmp_port", "snmp_credential", "ssh_port", "ssh_credential"),
        ),
        (N_("Asset"), ("asset_number", "purchased_on", "warranty_until", "end_of_life")),
    ),
    ObjectKind.LINE: (
        (N_("What it is"), ("name", "carrier", "circuit_number", "kind", "bandwidth_bps", "unit", "backup_of")),
        (N_("Ends"), ("a_device", "a_port", "b_device", "b_port", "b_address", "probe_interval_s")),
        (
            N_("Contract"),
            (
                "monthly_fee_fen",
                "contract_start",
                "contract_end",
                "promised_availability_ppm",
                "promised_repair_hours",
            ),
        ),
    ),
}
LISTED: Final[Mapping[ObjectKind, tuple[str, ...]]] = {
    ObjectKind.DEVICE: ("name", "role", "address", "vendor", "model", "unit", "site", "rack", "life_cycle"),
    ObjectKind.LINE: ("name", "carrier", "circuit_number", "kind", "bandwidth_bps", "unit", "b_device", "contract_end"),
    ObjectKind.CONTACT: ("name", "unit", "role", "phone", "email"),
    ObjectKind.ROOM: ("name", "site", "floor"),
    ObjectKind.RACK: ("name", "room", "height"),
    ObjectKind.SYSTEM: ("name", "owner", "protection_level", "units"),
}


def groups(sheet: Sheet) -> list[Group]:
    """Every column once; the office's own fields together, tags and notes at the end."""
    known = {column.field: column for column in sheet.columns}
    named = [(label, [known.pop(field) for field in fields]) for label, fields in GROUPS.get(sheet.kind, ())]
    more = [known.pop(field) for field in MORE if field in known]
    own = [known.pop(field) for field, column in tuple(known.items()) if column.custom is not None]
    found = [*named, (N_("Facts"), list(known.values())), (N_("Own fields"), own), (N_("Tags and notes"), more)]
    return [Group(label, columns) for label, columns in found if columns]


def listed(sheet: Sheet) -> list[Column]:
    """The kind's own choice, and behind it the office's own fields that it wants to see there."""
    fields = LISTED.get(sheet.kind) or tuple(
        column.field for column in sheet.columns if column.field not in MORE and column.custom is None
    )
    own = [column for column in sheet.columns if column.custom is not None and column.listed]
    return [*(sheet.column(field) for field in fields), *own]
