"""Where somebody is: a MAC or IP address, and the port behind which it was learnt.

Every switch on the way has learnt it, each at the port towards it. The one at whose port the fewest others are is the
one that it is plugged into.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from collectors.survey.models import BindingState, InterfaceAddress, StationState
from inventory.models import Device
from inventory.scope import ALL, Scope

MOST: Final = 60
MAC_DIGITS: Final = 12


@dataclass(frozen=True)
class Whereabouts:
    """`others` are behind the same port. `vlan` is None where the switch does not say, `port_id` where it is unknown.

    `learnt` is false where only a router's address table knows it: then the port is the router's, towards its network.
    """

    mac: str
    addresses: tuple[str, ...]
    device_id: int
    device: str
    port_id: int | None
    port: str
    vlan: int | None
    others: int
    since: datetime
    seen: datetime
    learnt: bool = True


def mac_of(text: str) -> str | None:
    """00e0-fc12-3456, 00:E0:FC:12:34:56, 00e0.fc12.3456 and 00e0fc123456 are one address."""
    digits = re.sub(r"[-:.\s]", "", text).lower()
    if len(digits) != MAC_DIGITS or not re.fullmatch(r"[0-9a-f]+", digits):
        return None
    return ":".join(digits[start : start + 2] for start in range(0, MAC_DIGITS, 2))


def address_of(text: str) -> str | None:
    """An IPv4 or IPv6 address as the tables spell it; a prefix length behind it does not matter."""
    try:
        return str(ipaddress.ip_interface(text.strip()).ip)
    except ValueError:
        return None


def locate(
    session: Session, *, mac: str | None = None, address: str | None = None, scope: Scope = ALL
) -> list[Whereabouts]:
    """The likeliest first."""
    if mac is None:
        found = session.scalars(select(BindingState.mac).where(BindingState.address == address).distinct()).all()
    else:
        found = [mac]
    behind = [one for each in found for one in _behind(session, each, scope)]
    return sorted(behind, key=lambda one: (one.others, -one.seen.timestamp())) or _bound(session, mac, address, scope)


def behind_port(session: Session, port_id: int) -> list[StationState]:
    """Who is behind a port, the latest first."""
    wanted = select(StationState).where(StationState.port_id == port_id)
    return list(session.scalars(wanted.order_by(StationState.seen.desc(), StationState.mac)))


def addresses_of_port(session: Session, port_id: int) -> Sequence[InterfaceAddress]:
    """The addresses that a port has itself."""
    wanted = select(InterfaceAddress).where(InterfaceAddress.port_id == port_id)
    return session.scalars(wanted.order_by(InterfaceAddress.address)).all()


def addresses_of(session: Session, macs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By MAC address, the IP addresses that any router knows it by."""
    found: dict[str, set[str]] = {}
    wanted = list(macs)
    for start in range(0, len(wanted), 500):
        rows = select(BindingState.mac, BindingState.address).where(BindingState.mac.in_(wanted[start : start + 500]))
        for mac, address in session.execute(rows):
            found.setdefault(mac, set()).add(address)
    return {mac: tuple(sorted(several)) for mac, several in found.items()}


def _behind(session: Session, mac: str, scope: Scope) -> list[Whereabouts]:
    other = aliased(StationState)
    beside = and_(other.device_id == StationState.device_id, other.port == StationState.port)
    count = select(func.count()).where(beside).correlate(StationState).scalar_subquery()
    wanted = (
        select(StationState, Device.name, count)
        .join(Device, Device.id == StationState.device_id)
        .where(StationState.mac == mac)
        .limit(MOST)
    )
    wanted = scope.apply(wanted, Device)
    known = addresses_of(session, [mac]).get(mac, ())
    return [
        Whereabouts(
            mac, known, row.device_id, name, row.port_id, row.port, row.vlan or None, others - 1, row.since, row.seen
        )
        for row, name, others in session.execute(wanted)
    ]


def _bound(session: Session, mac: str | None, address: str | None, scope: Scope) -> list[Whereabouts]:
    """No switch has learnt it, or none that may be seen: then by the routers that know it."""
    of = BindingState.mac == mac if mac is not None else BindingState.address == address
    wanted = select(BindingState, Device.name).join(Device, Device.id == BindingState.device_id).where(of).limit(MOST)
    wanted = scope.apply(wanted, Device)
    rows = session.execute(wanted.order_by(BindingState.seen.desc()))
    return [
        Whereabouts(
            row.mac, (row.address,), row.device_id, name, None, row.port, None, 0, row.since, row.seen, learnt=False
        )
        for row, name in rows
    ]
