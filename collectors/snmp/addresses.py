"""The addresses that a device has itself, by interface.

IP-MIB's ipAddressTable (RFC 4293), where prefixes are rows of another table that a pointer names, else ipAddrTable of
1990 (RFC 1213), which knows IPv4 and masks. Many agents have a part of each; both are read.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from collectors.snmp.reading import whole
from collectors.snmp.session import Session
from collectors.snmp.walk import Table, walk_table
from collectors.snmp.wire import Oid, Value

IP: Final[Oid] = (1, 3, 6, 1, 2, 1, 4)
IF_INDEX, KIND, PREFIX = ((*IP, 34, 1, number) for number in (3, 4, 5))
OLD_IF_INDEX, OLD_MASK = ((*IP, 20, 1, number) for number in (2, 3))
UNICAST: Final = 1
IPV4_OCTETS: Final = 4
# By InetAddressType (RFC 4001): IPv4 and IPv6, without and with a zone.
WIDTHS: Final = {1: IPV4_OCTETS, 2: 16, 3: IPV4_OCTETS, 4: 16}
MOST: Final = 5000


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """`prefix_length` is None where the agent does not tell."""

    address: str
    prefix_length: int | None
    if_index: int


async def own_addresses(session: Session) -> list[OwnAddress] | None:
    """Without those that every device has (loopback, link-local).

    None when a table broke off: what is missing then may be there. Raises NoAnswerError when the device falls silent.
    """
    old = await walk_table(session, [OLD_IF_INDEX, OLD_MASK], most=MOST)
    new = await walk_table(session, [IF_INDEX, KIND, PREFIX], most=MOST)
    if old.faults or new.faults:
        return None
    found = {one.address: one for one in _old(old)}
    for one in _new(new):
        before = found.get(one.address)
        if before is None or before.prefix_length is None:
            found[one.address] = one
    return list(found.values())


def _old(table: Table) -> Iterator[OwnAddress]:
    """Index: the four numbers of the address."""
    for index, cell in table.columns[OLD_IF_INDEX].items():
        mask = table.columns[OLD_MASK].get(index)
        if_index, address = whole(cell.value), _address(index)
        if if_index and address is not None and len(index) == IPV4_OCTETS:
            yield OwnAddress(str(address), _length(None if mask is None else mask.value), if_index)


def _length(mask: Value) -> int | None:
    """Of a mask of ones and then zeros; there are agents that give others."""
    if not isinstance(mask, bytes) or len(mask) != IPV4_OCTETS or not any(mask):
        return None
    hosts = ~int.from_bytes(mask) & 0xFFFFFFFF
    return None if hosts & (hosts + 1) else 32 - hosts.bit_length()


def _new(table: Table) -> Iterator[OwnAddress]:
    """Index: the kind of address, its length, its octets (a zone may follow)."""
    for index, cell in table.columns[IF_INDEX].items():
        kind, if_index = table.columns[KIND].get(index), whole(cell.value)
        address = _address(_octets(index))
        if if_index and address is not None and (kind is None or whole(kind.value) == UNICAST):
            prefix = table.columns[PREFIX].get(index)
            length = None if prefix is None else _pointed(prefix.value, address.max_prefixlen)
            yield OwnAddress(str(address), length, if_index)


def _octets(index: Oid) -> Oid:
    """Empty for an index that does not hold what its first two numbers say."""
    kind, length, octets = index[0:1], index[1:2], index[2:]
    width = WIDTHS.get(kind[0], 0) if kind else 0
    return octets[:width] if length == (len(octets),) and len(octets) >= width else ()


def _pointed(pointer: Value, most: int) -> int | None:
    """The last number of a row pointer into ipAddressPrefixTable; zeroDotZero points nowhere.

    net-snmp's answer for a host route is the prefix of the address's class with a length that is not its own, so what
    the table of 1990 says of an address comes first.
    """
    if not isinstance(pointer, tuple) or pointer[: len(IP) + 1] != (*IP, 32):
        return None
    return pointer[-1] if 0 < pointer[-1] <= most else None


def _address(octets: Oid) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if len(octets) not in WIDTHS.values() or max(octets) > 0xFF:  # noqa: PLR2004  # an octet
        return None
    address = ipaddress.ip_address(bytes(octets))
    everywhere = address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    return None if everywhere else address
