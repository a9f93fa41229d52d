"""A link: a directed pair of sites with one carrier and a ceiling. Everything that crosses, crosses on a link."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from security.ferry import canonical
from security.ferry.levels import Level, Zone


class CarrierKind(StrEnum):
    """How files get over. A two-way carrier could answer, so it could also leak; the floor bars it accordingly."""

    MEDIUM = "medium"
    DIODE = "diode"
    GATEKEEPER = "gatekeeper"
    SFTP = "sftp"

    @property
    def two_way(self) -> bool:
        return self in (CarrierKind.GATEKEEPER, CarrierKind.SFTP)


class Direction(StrEnum):
    """What the policy is written for: low to high, high to low, or between two sides of the same zone."""

    UP = "up"
    DOWN = "down"
    ACROSS = "across"


@dataclass(frozen=True)
class Side:
    site: str
    zone: Zone


@dataclass(frozen=True)
class Link:
    name: str
    source: Side
    destination: Side
    carrier: CarrierKind
    ceiling: Level

    @property
    def direction(self) -> Direction:
        if self.source.zone is self.destination.zone:
            return Direction.ACROSS
        return Direction.UP if self.destination.zone is Zone.CLASSIFIED else Direction.DOWN

    @property
    def touches_classified(self) -> bool:
        return Zone.CLASSIFIED in (self.source.zone, self.destination.zone)

    @property
    def link_id(self) -> bytes:
        """16 bytes that both sides compute alike, so that the clear header names no place and no direction."""
        names = canonical.encode({"from": self.source.site, "name": self.name, "to": self.destination.site})
        return hashlib.sha256(b"ferry/link/v1\0" + names).digest()[:16]
