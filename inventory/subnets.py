"""What is in a subnet: who has which address, which are free, and what contradicts itself.

Addresses come from three sides: management addresses of devices, rows of the address ledger, and what was seen on the
network (ARP), which the caller brings. A device's address is text, so that all of them are read and compared as
numbers: six thousand take some milliseconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import N_
from inventory.addresses import Address as IpAddress
from inventory.addresses import sort_key
from inventory.kinds import AddressUse
from inventory.models import Address, Device, Subnet
from inventory.scope import ALL, Scope

Network = IPv4Network | IPv6Network
GRID: Final = 1024  # addresses; of a larger subnet the free ones are listed, not drawn
FREE_LISTED: Final = 32
LARGEST_SHORT: Final = 2  # /31 and /32 have no address of the network and none of broadcast (RFC 3021)


class Use(StrEnum):
    """What an address of a subnet is used for, the strongest claim first."""

    NETWORK = "network"
    GATEWAY = "gateway"
    DEVICE = "device"
    ASSIGNED = "assigned"
    RESERVED = "reserved"
    DYNAMIC = "dynamic"
    SEEN = "seen"
    FREE = "free"


OF_ROWS: Final[Mapping[AddressUse, Use]] = {
    AddressUse.ASSIGNED: Use.ASSIGNED,
    AddressUse.RESERVED: Use.RESERVED,
    AddressUse.DYNAMIC: Use.DYNAMIC,
}


@dataclass(frozen=True)
class Occupant:
    """Everything that is known of one address; `macs` are the stations seen under it."""

    address: IpAddress
    devices: Sequence[Device] = ()
    row: Address | None = None
    macs: frozenset[str] = frozenset()
    gateway: bool = False
    network: bool = False

    @property
    def use(self) -> Use:
        if self.network:
            return Use.NETWORK
        if self.devices:
            return Use.DEVICE
        if self.gateway:
            return Use.GATEWAY
        if self.row is not None:
            return OF_ROWS[self.row.use]
        return Use.SEEN if self.macs else Use.FREE


@dataclass(frozen=True)
class Contradiction:
    """`reason` is a msgid with its facts."""

    address: IpAddress
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """`known` are the addresses of which anything is known, in order; `usable` counts what can be given to somebody."""

    network: Network
    known: Sequence[Occupant]
    usable: int

    @property
    def used(self) -> int:
        return sum(one.use is not Use.NETWORK for one in self.known)

    @property
    def free(self) -> int:
        return max(0, self.usable - self.used)

    @property
    def percent(self) -> float:
        return 100 * self.used / self.usable if self.usable else 100.0

    @property
    def drawn(self) -> bool:
        return self.network.num_addresses <= GRID

    def each(self) -> Iterator[Occupant]:
        """Every address of a subnet that is drawn, the free ones, too."""
        known = {one.address: one for one in self.known}
        for address in self.network:
            yield known.get(address) or Occupant(address)

    def first_free(self, most: int = FREE_LISTED) -> list[IpAddress]:
        taken = {one.address for one in self.known}
        found: list[IpAddress] = []
        for address in self.network:
            if len(found) >= most:
                break
            if address not in taken:
                found.append(address)
        return found

    def contradictions(self) -> Iterator[Contradiction]:
        for one in self.known:
            yield from _contradictions(one)


def plan(
    session: Session, subnet: Subnet, seen: Mapping[str, frozenset[str]] | None = None, *, scope: Scope = ALL
) -> Plan:
    """`seen` are MAC addresses by IP address. Of devices and rows out of the scope nothing is known."""
    network = ip_network(subnet.name)
    devices: dict[IpAddress, list[Device]] = {}
    wanted = scope.apply(select(Device), Device).where(Device.id.in_(_numbers(session, network)))
    for device in session.scalars(wanted.order_by(Device.name)):
        devices.setdefault(ip_address(device.address or ""), []).append(device)
    within = select(Address).where(Address.place >= subnet.first, Address.place <= subnet.last)
    rows = {ip_address(row.name): row for row in session.scalars(scope.apply(within, Address))}
    sighted = {address: macs for text, macs in (seen or {}).items() if (address := ip_address(text)) in network}
    gateway = ip_address(subnet.gateway) if subnet.gateway else None
    outer = set(_outer(network))
    everything = {*devices, *rows, *sighted, *outer, *([gateway] if gateway else [])}
    known = [
        Occupant(
            address,
            devices.get(address, ()),
            rows.get(address),
            sighted.get(address, frozenset()),
            gateway=address == gateway,
            network=address in outer,
        )
        for address in sorted(everything, key=sort_key)
    ]
    return Plan(network, known, network.num_addresses - len(outer))


def neighbours(session: Session, subnet: Subnet, scope: Scope = ALL) -> tuple[list[Subnet], list[Subnet]]:
    """The subnets around this one, the narrowest first, and those within it. Prefixes never overlap by halves."""
    statement = scope.apply(select(Subnet), Subnet).where(
        Subnet.id != subnet.id, Subnet.first <= subnet.last, Subnet.last >= subnet.first
    )
    found = session.scalars(statement.order_by(Subnet.first, Subnet.last.desc())).all()
    around = [one for one in found if one.first <= subnet.first and one.last >= subnet.last]
    within = [one for one in found if one not in around]
    return around[::-1], within


def _numbers(session: Session, network: Network) -> list[int]:
    rows = session.execute(select(Device.id, Device.address).where(Device.address.is_not(None)))
    return [number for number, address in rows if address and ip_address(address) in network]


def _outer(network: Network) -> Sequence[IpAddress]:
    if network.num_addresses <= LARGEST_SHORT or isinstance(network, IPv6Network):
        return ()
    return network.network_address, network.broadcast_address


def _contradictions(one: Occupant) -> Iterator[Contradiction]:
    names = "、".join(device.name for device in one.devices)
    if len(one.devices) > 1:
        yield Contradiction(one.address, N_("several devices have it: %(names)s"), {"names": names})
    if one.network and (one.devices or one.row is not None or one.gateway):
        yield Contradiction(one.address, N_("it is the network's own or its broadcast address"))
    if len(one.macs) > 1:
        macs = "、".join(sorted(one.macs))
        yield Contradiction(one.address, N_("several stations were seen under it: %(macs)s"), {"macs": macs})
    row = one.row
    if row is None:
        return
    if one.devices and row.device_id not in {None, *(device.id for device in one.devices)}:
        facts = {"name": row.device.name if row.device else "", "names": names}
        yield Contradiction(one.address, N_("it was given to %(name)s, but %(names)s has it"), facts)
    if row.use is AddressUse.RESERVED and (one.devices or one.macs):
        yield Contradiction(one.address, N_("it is kept free, but somebody uses it"))
    if row.use is AddressUse.DYNAMIC and one.devices:
        yield Contradiction(one.address, N_("DHCP hands it out, but %(names)s has it for good"), {"names": names})
