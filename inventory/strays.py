"""What has an address that lies in no subnet of the ledger."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.addresses import sort_key
from inventory.kinds import ObjectKind
from inventory.models import Address, Device, Subnet
from inventory.scope import ALL, Scope


@dataclass(frozen=True)
class Stray:
    """Something with an address that lies in no subnet."""

    kind: ObjectKind
    number: int
    name: str
    address: str


def strays(session: Session, scope: Scope = ALL) -> list[Stray]:
    """In the order of their addresses. Read as plain values and compared here: a join would try every pair."""
    known = joined(session.execute(select(Subnet.first, Subnet.last).order_by(Subnet.first, Subnet.last.desc())))
    found: list[tuple[str, Stray]] = []
    devices = select(Device.id, Device.name, Device.address).where(Device.address.is_not(None))
    for number, name, address in session.execute(scope.apply(devices, Device)):
        found.append((sort_key(ip_address(address or "")), Stray(ObjectKind.DEVICE, number, name, address or "")))
    rows = scope.apply(select(Address.id, Address.name, Address.purpose, Address.place), Address)
    for number, address, purpose, place in session.execute(rows):
        found.append((place, Stray(ObjectKind.ADDRESS, number, purpose, address)))
    outside = [(place, one) for place, one in found if not covers(place, known)]
    return [one for _, one in sorted(outside, key=lambda pair: (pair[0], pair[1].kind, pair[1].number))]


@dataclass(frozen=True)
class Ranges:
    """Ranges of which none lies within another, in order."""

    firsts: list[str]
    lasts: list[str]


def joined(ranges: Iterable[Any]) -> Ranges:
    """Of sorted ranges, the outermost ones."""
    found = Ranges([], [])
    for first, last in ranges:
        if not found.lasts or last > found.lasts[-1]:
            found.firsts.append(first)
            found.lasts.append(last)
    return found


def covers(place: str, known: Ranges) -> bool:
    at = bisect_right(known.firsts, place)
    return at > 0 and place <= known.lasts[at - 1]
