"""Which port of the inventory an interface is, whatever ifIndex it has today.

by name      an interface keeps its port when its ifIndex is renumbered
by MAC       and when its name changed (a new software release spells it differently), if the MAC leaves no doubt
else         it is a new port
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collectors.snmp import PortFacts

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class KnownPort:
    port_id: int
    name: str
    mac: str | None


@dataclass(frozen=True)
class Identified:
    """`ids` by ifIndex; `unknown` are the names, by ifIndex, that the inventory has to give a number."""

    ids: dict[int, int] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)

    def complete(self, given: Mapping[str, int]) -> dict[int, int]:
        """With the inventory's numbers. Two interfaces that turn out to be one port: the first one is it."""
        ids = dict(self.ids)
        taken = set(ids.values())
        for index, name in self.unknown.items():
            if given[name] not in taken:
                ids[index] = given[name]
                taken.add(given[name])
        return ids


def identify(known: Iterable[KnownPort], ports: Sequence[PortFacts]) -> Identified:
    names = unique_names(ports)
    by_name = {port.name: port for port in known}
    found = Identified()
    for index, name in names.items():
        if name in by_name:
            found.ids[index] = by_name[name].port_id
    free = {port.port_id: port for port in by_name.values() if port.port_id not in set(found.ids.values())}
    old = _alone((port.mac, port.port_id) for port in free.values())
    new = _alone((port.mac, port.index) for port in ports)
    for mac, index in new.items():
        if index not in found.ids and mac in old:
            found.ids[index] = old[mac]
    found.unknown.update({index: name for index, name in names.items() if index not in found.ids})
    return found


def unique_names(ports: Sequence[PortFacts]) -> dict[int, str]:
    """A name for each ifIndex. Where an agent gives one name twice, the index tells the two apart."""
    count = Counter(port.name for port in ports)
    return {
        port.index: port.name[:LONGEST_NAME]
        if count[port.name] == 1 and len(port.name) <= LONGEST_NAME
        else f"{port.name[: LONGEST_NAME - 13]} ({port.index})"
        for port in ports
    }


def _alone(pairs: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """By MAC, those whose MAC no other has: switches lend one MAC to all their virtual interfaces."""
    listed = [(mac, number) for mac, number in pairs if mac]
    count = Counter(mac for mac, _ in listed)
    return {mac: number for mac, number in listed if count[mac] == 1}
