"""What a reader may see, as a condition that every query applies: a filter in the database, never one after it.

A scope is a `security.reach.Reach` by the inventory's rules:

- a device belongs to its unit, to its site or its room's site, and to the groups that name it;
- a line belongs to its unit, and to the site and the groups of the device at its far end (B). End A is the office's:
  whoever looks after the core switch's room would otherwise see every line of the county;
- a machine room belongs to its site;
- contacts, VLANs, subnets and addresses belong to their unit;
- the units below a unit are those in the regions below its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVarTuple

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session

from inventory.models import (
    Address,
    Contact,
    Device,
    Line,
    Region,
    Room,
    Subnet,
    Unit,
    Vlan,
    device_group_device,
)
from security.reach import EVERYWHERE, NOWHERE, Reach

Columns = TypeVarTuple("Columns")
OF_UNITS: Final[tuple[type[Any], ...]] = (Contact, Vlan, Subnet, Address)


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything (the default), or what a reach names."""

    reach: Reach = EVERYWHERE

    @classmethod
    def units(cls, unit_ids: Iterable[int]) -> Self:
        return cls(Reach.to(units=unit_ids))

    @property
    def whole(self) -> bool:
        """Whether what belongs to no unit, site or group is in it too."""
        return self.reach.everywhere

    def of(self, kind: type[Any]) -> ColumnElement[bool]:
        """The condition on a table; rows of a kind that belongs to nobody need the whole scope."""
        if self.reach.everywhere:
            return true()
        if kind in OF_UNITS:
            return self._of_units(kind.unit_id)
        rule = {Device: self._devices, Line: self._lines, Unit: self._units, Room: self._rooms}.get(kind)
        return rule() if rule else false()

    def may_hold(self, kind: type[Any]) -> bool:
        """Whether anything of a kind can be in it at all."""
        return self.whole or (self.reach != NOWHERE and kind in {Device, Line, Unit, Room, *OF_UNITS})

    def apply(self, statement: Select[*Columns], kind: type[Any]) -> Select[*Columns]:
        return statement if self.reach.everywhere else statement.where(self.of(kind))

    def covers(self, session: Session, thing: Any) -> bool:
        """Whether one object is in it; asked of the database, as every list is."""
        if self.reach.everywhere:
            return True
        kind = type(thing)
        return session.scalar(select(kind.id).where(kind.id == thing.id, self.of(kind))) is not None

    def _units(self) -> ColumnElement[bool]:
        """Units of a site are seen by whoever sees the site."""
        return or_(self._of_units(Unit.id), _among(Unit.site_id, self.reach.sites))

    def _rooms(self) -> ColumnElement[bool]:
        return _among(Room.site_id, self.reach.sites)

    def _devices(self) -> ColumnElement[bool]:
        member = device_group_device.c
        rooms = select(Room.id).where(_among(Room.site_id, self.reach.sites))
        members = select(member.device_id).where(_among(member.device_group_id, self.reach.groups))
        return or_(
            self._of_units(Device.unit_id),
            _among(Device.site_id, self.reach.sites),
            Device.room_id.in_(rooms),
            Device.id.in_(members),
        )

    def _lines(self) -> ColumnElement[bool]:
        far = Scope(Reach.to(sites=self.reach.sites, groups=self.reach.groups))
        return or_(self._of_units(Line.unit_id), Line.b_device_id.in_(select(Device.id).where(far.of(Device))))

    def _of_units(self, column: Any) -> ColumnElement[bool]:
        named = _among(column, self.reach.units | self.reach.units_below)
        return or_(named, column.in_(_units_below(self.reach.units_below))) if self.reach.units_below else named


def _among(column: Any, numbers: frozenset[int]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(sorted(numbers)) if numbers else false()
    return found


def _units_below(unit_ids: frozenset[int]) -> Select[Any]:
    """Units whose region lies below that of one of these. A loop of parents ends, because rows are not repeated."""
    own = select(Unit.region_id).where(_among(Unit.id, unit_ids))
    below = select(Region.id).where(Region.parent_id.in_(own)).cte(recursive=True)
    below = below.union(select(Region.id).join(below, Region.parent_id == below.c.id))
    return select(Unit.id).where(Unit.region_id.in_(select(below.c.id)))


ALL = Scope()
