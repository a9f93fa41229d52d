"""VLANs, prefixes and addresses."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import Plain
from inventory.foreign.intake import Intake, Said
from inventory.foreign.netbox.lists import Export, choice, end, notes
from inventory.foreign.records import Record, text_of
from inventory.kinds import AddressUse, ObjectKind

MOST_PURPOSE: Final = 120
USES: Final[Mapping[str, AddressUse]] = {
    "reserved": AddressUse.RESERVED,
    "dhcp": AddressUse.DYNAMIC,
    "slaac": AddressUse.DYNAMIC,
}
DEPRECATED: Final = "deprecated"
DEPRECATED_NOTICE: Final = N_("%(count)s VLANs, prefixes and addresses are deprecated and were left out: %(names)s")
REPEATED: Final = N_(
    "%(count)s prefixes and addresses occur more than once (VRFs); only the first was taken: %(names)s"
)
RENAMED: Final = N_("%(count)s VLANs share their name with another one; their VLAN ID stands behind it: %(names)s")


def read(export: Export, intake: Intake) -> None:
    vlans = Vlans(export)
    for record in export.list("ipam/vlans"):
        _vlan(export, intake, record, vlans)
    seen: set[tuple[str, str]] = set()
    for record in export.list("ipam/prefixes"):
        if _taken(intake, record, "prefix", seen):
            _prefix(export, intake, record, vlans)
    for record in export.list("ipam/ip-addresses"):
        if _taken(intake, record, "address", seen):
            _address(export, intake, record)


class Vlans:
    """By which name a VLAN is known here, where a name stands for one VLAN only."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._names = Counter(text_of(record.data.get("name")) for record in export.list("ipam/vlans"))
        self._full = Counter(self._with_number(record.data) for record in export.list("ipam/vlans"))

    def repeats(self, record: Record) -> bool:
        return self._names[text_of(record.data.get("name"))] > 1

    def name(self, record: Record) -> str:
        if not self.repeats(record):
            return text_of(record.data.get("name"))
        full = self._with_number(record.data)
        site = self._export.name("dcim/sites", record.data.get("site")) or str(record.data.get("id") or "")
        return full if self._full[full] == 1 else f"{full} {site}".strip()

    def of(self, value: Plain) -> str:
        found = self._export.find("ipam/vlans", value)
        gone = found is None or choice(found.data.get("status")) == DEPRECATED
        return "" if found is None or gone else self.name(found)

    @staticmethod
    def _with_number(data: Mapping[str, object]) -> str:
        return f"{data.get('name')} ({data.get('vid')})"


def _taken(intake: Intake, record: Record, name: str, seen: set[tuple[str, str]]) -> bool:
    text = text_of(record.data.get(name))
    key = name, text.partition("/")[0] if name == "address" else text
    if choice(record.data.get("status")) == DEPRECATED:
        intake.name(DEPRECATED_NOTICE, text)
        return False
    if key in seen:
        intake.name(REPEATED, text)
        return False
    seen.add(key)
    return True


def _vlan(export: Export, intake: Intake, record: Record, vlans: Vlans) -> None:
    if choice(record.take("status")) == DEPRECATED:
        intake.name(DEPRECATED_NOTICE, text_of(record.data.get("name")))
        return
    if vlans.repeats(record):
        intake.name(RENAMED, vlans.name(record))
    record.take("name")
    said = [
        Said("name", "name", vlans.name(record)),
        Said("vid", "vid", record.text("vid")),
        Said("site", "site", export.name("dcim/sites", record.take("site"))),
        Said("unit", "tenant", export.name("tenancy/tenants", record.take("tenant"))),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.VLAN, record, said)


def _prefix(export: Export, intake: Intake, record: Record, vlans: Vlans) -> None:
    record.take("status")
    said = [
        Said("name", "prefix", record.text("prefix")),
        *_purpose(record, export.name("ipam/roles", record.take("role"))),
        Said("vlan", "vlan", vlans.of(record.take("vlan"))),
        Said("site", "site", _site(export, record)),
        Said("unit", "tenant", export.name("tenancy/tenants", record.take("tenant"))),
    ]
    end(intake, ObjectKind.SUBNET, record, said)


def _site(export: Export, record: Record) -> str:
    """`site` before NetBox 4.2; since then a scope that may be something else, which is then left over."""
    if text_of(record.data.get("scope_type")) == "dcim.site":
        record.take("scope_type", "scope_id")
        return export.name("dcim/sites", record.take("scope") or record.data.get("scope_id"))
    return export.name("dcim/sites", record.take("site"))


def _purpose(record: Record, otherwise: str) -> list[Said]:
    """The description is the purpose, where it is short enough for one; the notes hold it otherwise."""
    description, comments = record.text("description"), record.text("comments")
    short = len(description) <= MOST_PURPOSE
    return [
        Said("purpose", "description", (description if short else "") or otherwise),
        Said("notes", "comments", "\n".join(filter(None, ("" if short else description, comments)))),
    ]


def _address(export: Export, intake: Intake, record: Record) -> None:
    record.take("assigned_object_type", "assigned_object_id")
    assigned = record.nested("assigned_object")
    device = assigned.get("device")
    said = [
        Said("name", "address", record.text("address")),
        Said("use", "status", USES.get(choice(record.take("status")), AddressUse.ASSIGNED).value),
        *_purpose(record, record.text("dns_name")),
        Said("device", "assigned_object", text_of(device.get("name")) if isinstance(device, Mapping) else ""),
        Said("unit", "tenant", export.name("tenancy/tenants", record.take("tenant"))),
    ]
    end(intake, ObjectKind.ADDRESS, record, said)
