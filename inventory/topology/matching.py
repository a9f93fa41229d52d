"""Which device and port of the inventory a neighbour means. Two that fit equally well are none: nothing is guessed."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from inventory.ports import port_key
from inventory.topology.observed import KnownDevice, KnownPort

Key = TypeVar("Key", bound=Hashable)
# CDP of NX-OS: the name, then the serial number in brackets.
_SERIAL: Final = re.compile(r"\([^()]+\)$")


@dataclass(frozen=True, slots=True)
class Match:
    """`device_id` is None where nobody fits, and where several do: then `candidates` counts them."""

    device_id: int | None = None
    candidates: int = 0


class Directory:
    """Devices by what others call them, the surest first: MAC or management address, name, host name."""

    def __init__(self, devices: Iterable[KnownDevice]) -> None:
        self.devices = {device.id: device for device in devices}
        known = self.devices.values()
        self.owner_of_mac = _alone((port.mac, device.id) for device in known for port in device.ports if port.mac)
        self._tiers: tuple[Mapping[str, frozenset[int]], ...] = (
            {mac: frozenset({owner}) for mac, owner in self.owner_of_mac.items()},
            _several((device.address, device.id) for device in known if device.address),
            _several((name.casefold(), device.id) for device in known for name in _names(device)),
            _several((_host(name.casefold()), device.id) for device in known for name in _names(device)),
        )
        self._ports = {device.id: _Ports(device.ports) for device in known}

    def device(self, called: str) -> Match:
        spoken = _SERIAL.sub("", called.strip()).casefold()
        for tier, word in zip(self._tiers, (spoken, spoken, spoken, _host(spoken)), strict=True):
            if found := tier.get(word):
                return Match(next(iter(found)) if len(found) == 1 else None, len(found))
        return Match()

    def port(self, device_id: int, called: str) -> KnownPort | None:
        return self._ports[device_id].find(called) if device_id in self._ports else None


class _Ports:
    def __init__(self, ports: Iterable[KnownPort]) -> None:
        listed = list(ports)
        self._tiers = (
            _alone((port_key(port.name), port) for port in listed),
            _alone((port.alias.casefold(), port) for port in listed if port.alias),
            _alone((port.mac, port) for port in listed if port.mac),
        )

    def find(self, called: str) -> KnownPort | None:
        words = (port_key(called), called.casefold(), called.casefold())
        return next((tier[word] for tier, word in zip(self._tiers, words, strict=True) if word in tier), None)


def _names(device: KnownDevice) -> Iterator[str]:
    yield device.name
    if device.sys_name:
        yield device.sys_name


def _host(name: str) -> str:
    """Without the domain; an address has none to lose."""
    head, _, _ = name.partition(".")
    return name if head.isdigit() else head


def _several(pairs: Iterable[tuple[Key, int]]) -> dict[Key, frozenset[int]]:
    found: defaultdict[Key, set[int]] = defaultdict(set)
    for key, number in pairs:
        found[key].add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


Thing = TypeVar("Thing", bound=Hashable)


def _alone(pairs: Iterable[tuple[Key, Thing]]) -> dict[Key, Thing]:
    """Only what one alone has: VRRP routers share a MAC, ports an alias."""
    found: defaultdict[Key, set[Thing]] = defaultdict(set)
    for key, thing in pairs:
        found[key].add(thing)
    return {key: next(iter(things)) for key, things in found.items() if len(things) == 1}
