"""Which router is wired to which, and the panel on which all cables of a lab end.

    r1 namespace     panel namespace                       r2 namespace
    south  ---veth--- r1-south --bridge w1-- r2-north ---veth---  north

Every router port ends on the panel, so that a cable can be pulled (both ends lose their carrier) and put into another
port, as in a rack; a port without a cable is there, and down. The bridges pass on LLDP's frames, as a cable does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.lab import system

# Bit 14: frames to 01-80-C2-00-00-0E, which bridges keep to themselves otherwise (IEEE 802.1D, table 7-10).
PASS_LLDP = 0x4000


class Plug(NamedTuple):
    """A port of a router, which is counted from 1."""

    router: int
    port: str

    @property
    def on_panel(self) -> str:
        return f"r{self.router}-{self.port}"


Cable = tuple[Plug, Plug]


def chain(count: int) -> tuple[Cable, ...]:
    """r1 - r2 - ... - rN; cable k joins router k (south) and router k + 1 (north)."""
    return tuple((Plug(k, "south"), Plug(k + 1, "north")) for k in range(1, count))


def tree(count: int, below: int) -> tuple[Cable, ...]:
    """r1 is the root; every router has `below` others under it as long as there are any. Cable k leads to k + 1."""
    return tuple(
        (Plug((child - 2) // below + 1, f"down{(child - 2) % below + 1}"), Plug(child, "up"))
        for child in range(2, count + 1)
    )


def ports(cables: Iterable[Cable], spare: Iterable[Plug]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for plug in (*(end for cable in cables for end in cable), *spare):
        found.setdefault(plug.router, []).append(plug.port)
    return found


class Panel:
    """The cables between routers whose namespaces are there already: `namespaces` by router."""

    def __init__(self, name: str, namespaces: Mapping[int, str]) -> None:
        self.namespace = f"{name}-panel"
        self._namespaces = namespaces
        self._wires: dict[Plug, str] = {}
        self._made = 0

    def wire(self, cables: Sequence[Cable], spare: Iterable[Plug]) -> None:
        system.batch([f"netns add {self.namespace}"])
        system.batch(list(self._sockets(cables, spare)))
        system.batch([line for cable in cables for line in self._join(cable)], self.namespace)

    def cut(self, plug: Plug) -> None:
        self._carrier(self._wires[plug], "down")

    def mend(self, plug: Plug) -> None:
        self._carrier(self._wires[plug], "up")

    def move(self, plug: Plug, to: Plug) -> None:
        """Pull the cable out of one port and put it into another, free one; its other end stays where it is."""
        wire = self._wires.pop(plug)
        (other,) = [end for end, name in self._wires.items() if name == wire]
        system.batch(
            [f"link set dev {end.on_panel} down nomaster" for end in (plug, other)] + [f"link delete {wire}"],
            self.namespace,
        )
        system.batch(self._join((other, to)), self.namespace)

    def _sockets(self, cables: Iterable[Cable], spare: Iterable[Plug]) -> Iterator[str]:
        for plug in (*(end for cable in cables for end in cable), *spare):
            there = f"netns {self._namespaces[plug.router]}"
            yield f"link add {plug.on_panel} netns {self.namespace} type veth peer name {plug.port} {there}"

    def _join(self, cable: Cable) -> list[str]:
        self._made += 1
        wire = f"w{self._made}"
        self._wires |= dict.fromkeys(cable, wire)
        return [
            f"link add {wire} type bridge group_fwd_mask {PASS_LLDP}",
            f"link set dev {wire} up",
            *(f"link set dev {end.on_panel} master {wire} up" for end in cable),
        ]

    def _carrier(self, wire: str, state: str) -> None:
        ends = [end for end, name in self._wires.items() if name == wire]
        system.batch([f"link set dev {end.on_panel} {state}" for end in ends], self.namespace)
