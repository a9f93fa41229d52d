"""Links of ports whose addresses share a network that has room for two: /30 and /31, and with IPv6 /126 and /127.

Private networks are used again and again, so that two such addresses alone prove nothing: one of the two devices must
have the other's address in its own address table, behind this very port and with a MAC address of the other. When
both have, both ends agree.
"""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from inventory.kinds import LinkEvidence, LinkStanding
from inventory.topology.found import FoundLink, end_at
from inventory.topology.matching import Directory
from inventory.topology.observed import Answered, Interface

# By IP version. RFC 3021 and RFC 6164 permit networks without a broadcast address.
LENGTHS: Final[Mapping[int, frozenset[int]]] = {4: frozenset({30, 31}), 6: frozenset({126, 127})}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def point_to_point(
    interfaces: Iterable[Interface], answered: Iterable[Answered], directory: Directory
) -> Iterator[FoundLink]:
    """None at a port with several such networks to several others: there is a switch between."""
    found: dict[str, FoundLink] = {}
    for link in _links(interfaces, answered, directory):
        if link.key not in found or link.standing is LinkStanding.AGREED:
            found[link.key] = link
    times = Counter(end.key for link in found.values() for end in (link.a, link.b))
    return (link for link in found.values() if times[link.a.key] == times[link.b.key] == 1)


def _links(interfaces: Iterable[Interface], answered: Iterable[Answered], directory: Directory) -> Iterator[FoundLink]:
    heard: defaultdict[tuple[int, str, str], set[str]] = defaultdict(set)
    for each in answered:
        heard[each.device_id, each.port, each.address].add(each.mac)
    for one, other in _pairs(interface for interface in interfaces if interface.device_id in directory.devices):
        words = [_confirms(heard, one, other, directory), _confirms(heard, other, one, directory)]
        if any(words) and False not in words:
            standing = LinkStanding.AGREED if all(words) else LinkStanding.ONE_END
            here, there = (end_at(directory, end.device_id, end.port) for end in (one, other))
            seen = max(one.seen, other.seen)
            yield FoundLink(here, there, frozenset({LinkEvidence.ADDRESSES}), standing, seen)


def _pairs(interfaces: Iterable[Interface]) -> Iterator[tuple[Interface, Interface]]:
    """Two interfaces of two devices with two addresses, alone in their network."""
    members: defaultdict[Network, list[Interface]] = defaultdict(list)
    for one in sorted(interfaces, key=lambda one: (one.device_id, one.port, one.address)):
        network = ipaddress.ip_interface(f"{one.address}/{one.prefix_length}").network
        if network.prefixlen in LENGTHS[network.version]:
            members[network].append(one)
    for found in members.values():
        two_devices = len({one.device_id for one in found}) == len(found) == 2  # noqa: PLR2004  # the ends of a cable
        if two_devices and found[0].address != found[1].address:
            yield found[0], found[1]


def _confirms(
    heard: Mapping[tuple[int, str, str], set[str]], one: Interface, other: Interface, directory: Directory
) -> bool | None:
    """Whether `one` has heard of the other's address from the other; None when it has heard nothing of it."""
    macs = heard.get((one.device_id, one.port, other.address))
    if not macs:
        return None
    return {directory.owner_of_mac.get(mac) for mac in macs} == {other.device_id}
