"""How far a grant reaches: everywhere, or the objects of some units, sites and device groups.

A pure value of numbers: what stands behind them is the inventory's, which lies above this package and turns a reach
into a condition of its queries (`inventory.scope`). It fails closed: the empty reach reaches nothing, and a number
whose unit was deleted matches nobody, because numbers are never given twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Self

from security.roles import Permission, Role, permissions_of

_EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Reach:
    """`units_below` are units that bring along those in the regions below their own."""

    everywhere: bool = False
    units: frozenset[int] = frozenset()
    units_below: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self != NOWHERE

    def __or__(self, other: "Reach") -> "Reach":
        """Where either reaches."""
        if self.everywhere or other.everywhere:
            return EVERYWHERE
        return Reach(**{name: getattr(self, name) | getattr(other, name) for name in LIMITS})

    @classmethod
    def to(
        cls,
        *,
        units: Iterable[int] = (),
        units_below: Iterable[int] = (),
        sites: Iterable[int] = (),
        groups: Iterable[int] = (),
    ) -> Self:
        return cls(
            units=frozenset(units), units_below=frozenset(units_below), sites=frozenset(sites), groups=frozenset(groups)
        )

    def public(self) -> dict[str, Any]:
        """For the database, the log and JSON: only what is there, in one order."""
        if self.everywhere:
            return {_EVERYWHERE: True}
        return {name: sorted(numbers) for name in LIMITS if (numbers := getattr(self, name))}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `public`."""
        if stored.get(_EVERYWHERE) is True:
            return cls(everywhere=True)
        return cls.to(**{name: stored[name] for name in LIMITS if name in stored})


LIMITS = tuple(field.name for field in fields(Reach) if field.name != _EVERYWHERE)
EVERYWHERE = Reach(everywhere=True)
NOWHERE = Reach()

# What these roles may do is done to devices and lines, or to the transfers of a department's people. The audit log,
# accounts and media belong to no unit, so a grant of any other role is for everywhere or not at all: a limit that
# nothing applies would be a lie.
LIMITABLE = frozenset({Role.NETWORK_ADMIN, Role.OPERATOR, Role.UNIT_ADMIN, Role.DEPARTMENT_APPROVER})


def effective(role: Role, granted: Reach, unit_id: int | None) -> Reach:
    """A unit's administrator reaches the own unit where the grant names nothing else, and never everything."""
    if role is Role.UNIT_ADMIN and granted.everywhere:
        return NOWHERE if unit_id is None else Reach.to(units=[unit_id])
    return granted


def reaches(grants: Iterable[tuple[Role, Reach]], unit_id: int | None) -> Mapping[Permission, Reach]:
    """Each permission with the union of the reaches of the grants that give it; `unit_id` is the person's own unit."""
    found: dict[Permission, Reach] = defaultdict(Reach)
    for role, granted in grants:
        for permission in permissions_of([role]):
            found[permission] |= effective(role, granted, unit_id)
    return MappingProxyType(dict(found))
