"""A reach in words: the names behind its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import DeviceGroup, Site, Unit
from security.reach import Reach


@dataclass(frozen=True)
class Names:
    """Of everything that a grant can be limited to, read once for a page; a county has some hundreds."""

    units: Mapping[int, str]
    sites: Mapping[int, str]
    groups: Mapping[int, str]

    def of(self, reach: Reach) -> list[tuple[str, str]]:
        """Pairs of the kind (a name of a field of Reach) and the name; a number that is gone shows as such."""
        places = (
            ("units", reach.units, self.units),
            ("units_below", reach.units_below, self.units),
            ("sites", reach.sites, self.sites),
            ("groups", reach.groups, self.groups),
        )
        return [
            (kind, names.get(number, f"#{number}")) for kind, numbers, names in places for number in sorted(numbers)
        ]


def names(session: Session) -> Names:
    def read(kind: type[Unit | Site | DeviceGroup]) -> dict[int, str]:
        return {row.id: row.name for row in session.execute(select(kind.id, kind.name).order_by(kind.name))}

    return Names(read(Unit), read(Site), read(DeviceGroup))
