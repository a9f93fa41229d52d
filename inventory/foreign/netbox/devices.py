"""Devices, with their place in the rack counted as the ledger counts it: from the bottom, from 1."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.i18n import N_
from inventory.foreign.documents import Plain
from inventory.foreign.intake import Intake, Said, address_of, word
from inventory.foreign.netbox.lists import Export, choice, end, notes, within
from inventory.foreign.netbox.places import Rooms, site_of
from inventory.foreign.records import Record, text_of, whole_of
from inventory.foreign.words import Topic
from inventory.kinds import LifeCycle, ObjectKind

NAMELESS: Final = N_("%(count)s devices have no name and were left out (model): %(names)s")
REAR: Final = N_("%(count)s devices in the rear of a rack keep the rack, not the rack unit: %(names)s")
UNSAYABLE: Final = N_(
    "%(count)s devices keep the rack, not the rack unit (half units, or counted from the top of a rack that is not "
    "there): %(names)s"
)
# `offline` and `failed` are states that this program finds out itself; such a device is still in service.
LIFE_CYCLES: Final[Mapping[str, LifeCycle]] = {
    "planned": LifeCycle.PLANNED,
    "staged": LifeCycle.PLANNED,
    "inventory": LifeCycle.STOCK,
    "decommissioning": LifeCycle.RETIRED,
}


@dataclass(frozen=True)
class Mounting:
    """Where a device is in its rack, as NetBox says it; the height in rack units, when its type is in the export."""

    position: float | None
    height: float | None
    rear: bool
    rack_height: int | None = None
    first_unit: int = 1
    downwards: bool = False

    @property
    def units(self) -> int | None:
        return None if self.height is None else max(1, math.ceil(self.height))

    def lowest(self) -> int | None:
        """The lowest unit from the bottom; None where there is none, or where ours cannot say it."""
        if self.position is None or self.rear or self.position != int(self.position):
            return None
        place = int(self.position) - self.first_unit + 1
        if not self.downwards:
            return place
        # Counted from the top, NetBox names the unit with the lowest number, which is the topmost of the device.
        return None if self.rack_height is None else self.rack_height - place - (self.units or 1) + 2


def read(export: Export, intake: Intake) -> None:
    rooms = Rooms(export)
    for record in export.list("dcim/devices"):
        _device(export, intake, record, rooms)


def _device(export: Export, intake: Intake, record: Record, rooms: Rooms) -> None:
    kind = record.nested("device_type")
    name = record.text("name")
    if not name:
        intake.name(NAMELESS, text_of(kind.get("model")) or str(record.spot))
        return
    role = record.take("role", "device_role")
    platform = record.take("platform")
    said = [
        Said("name", "name", name),
        word("role", "role", Topic.ROLE, *export.words("dcim/device-roles", role)),
        Said("address", "primary_ip", _address(record)),
        Said("vendor", "device_type/manufacturer", export.name("dcim/manufacturers", kind.get("manufacturer"))),
        Said("model", "device_type", text_of(kind.get("model"))),
        word("platform", "platform", Topic.PLATFORM, *export.words("dcim/platforms", platform)),
        Said("serial", "serial", record.text("serial")),
        Said("asset_number", "asset_tag", record.text("asset_tag")),
        Said("unit", "tenant", export.name("tenancy/tenants", record.take("tenant"))),
        Said("life_cycle", "status", LIFE_CYCLES.get(choice(record.take("status")), LifeCycle.SERVICE).value),
        Said("notes", "description", notes(record)),
    ]
    end(intake, ObjectKind.DEVICE, record, [*said, *_place(export, intake, record, rooms, name)])


def _address(record: Record) -> str:
    found = record.take("primary_ip", "primary_ip4", "primary_ip6")
    return address_of(text_of(found.get("address") if isinstance(found, Mapping) else found))


def _place(export: Export, intake: Intake, record: Record, rooms: Rooms, name: str) -> list[Said]:
    site, rack = site_of(export, record), record.take("rack")
    found = export.find("dcim/racks", rack)
    location = found.data.get("location") if found else None
    room = rooms.of(record.take("location")) or rooms.of(location) or (site if rack else "")
    mounting = _mounting(export, record, found)
    lowest = mounting.lowest()
    if mounting.position is not None and lowest is None:
        intake.name(REAR if mounting.rear else UNSAYABLE, name)
    return [
        Said("site", "site", site),
        Said("room", "location", within(site, room)),
        Said("rack", "rack", export.name("dcim/racks", rack)),
        Said("rack_position", "position", str(lowest or "")),
        Said("rack_units", "device_type", str(mounting.units or "")),
    ]


def _mounting(export: Export, record: Record, rack: Record | None) -> Mounting:
    """A device in the rear that is as deep as the rack takes its units in front, too."""
    kind = export.find("dcim/device-types", record.data.get("device_type"))
    shallow = kind is not None and kind.data.get("is_full_depth") is False
    of_rack: Mapping[str, Plain] = rack.data if rack else {}
    return Mounting(
        position=_number(record.take("position")),
        height=_number(kind.data.get("u_height")) if kind else None,
        rear=choice(record.take("face")) == "rear" and shallow,
        rack_height=whole_of(of_rack.get("u_height")),
        first_unit=whole_of(of_rack.get("starting_unit")) or 1,
        downwards=of_rack.get("desc_units") is True,
    )


def _number(value: Plain) -> float | None:
    """NetBox writes 36, 36.0 or "36.0"."""
    try:
        found = float(text_of(value))
    except ValueError:
        return None
    return found if 0 <= found < 1000 else None  # noqa: PLR2004  # no rack is higher, and NaN is none
