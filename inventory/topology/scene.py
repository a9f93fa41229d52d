"""What one view of the map shows: the whole network place by place, or one place opened. Pure.

A county has 600 devices, and nobody reads a map of them. A place is the site at which a device stands; of a device
without one, the region of its unit. Places in a township stand together as that township, so that the overview holds
the townships and what is the county's own. A township opens to its places, a place to its devices; beside them stands
what they are wired to, as one node each.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from inventory.topology.cuts import Element
from inventory.topology.layout import tree

LONGEST_NUMBER: Final = 10


class NodeKind(IntEnum):
    """In the order in which they are given their places: a new device moves no place, and no other device."""

    NOWHERE = 0  # for what stands at no site, and is of no unit with a region
    REGION = 1
    SITE = 2
    DEVICE = 3
    NEIGHBOUR = 4  # what nobody manages, by the first link that leads to it
    FAR_END = 5  # of a line, where no device is known


class NodeKey(NamedTuple):
    """As text: `site-3`."""

    kind: NodeKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind.name.lower()}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "NodeKey | None":
        name, _, number = text.partition("-")
        kind = next((kind for kind in NodeKind if kind.name.lower() == name), None)
        sound = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
        return cls(kind, int(number)) if kind is not None and sound else None


NOWHERE: Final = NodeKey(NodeKind.NOWHERE, 0)
PLACES: Final = frozenset({NodeKind.SITE, NodeKind.REGION, NodeKind.NOWHERE})
OTHERS: Final = frozenset({NodeKind.NEIGHBOUR, NodeKind.FAR_END})


class Strand(NamedTuple):
    """A link or a line, from a device to a device or to what nobody manages."""

    kind: Element
    id: int
    a: int
    b: int | NodeKey

    @property
    def devices(self) -> tuple[int, ...]:
        return (self.a,) if isinstance(self.b, NodeKey) else (self.a, self.b)


@dataclass(frozen=True)
class Wiring:
    """`at`: the place of each device. `names`: of places and of what nobody manages. `townships`: of places in one."""

    at: Mapping[int, NodeKey]
    names: Mapping[NodeKey, str]
    strands: Sequence[Strand]
    townships: Mapping[NodeKey, NodeKey] = field(default_factory=dict)

    def outer(self, place: NodeKey) -> NodeKey:
        """What the overview shows of a place."""
        return self.townships.get(place, place)

    def held(self, place: NodeKey) -> list[int]:
        """The devices of a place, or of all places of a township."""
        return [device for device, where in self.at.items() if place in {where, self.outer(where)}]


@dataclass(frozen=True)
class Scene:
    """`devices`: those that a node stands for. `edges`: what joins two nodes, the smaller first."""

    devices: Mapping[NodeKey, Sequence[int]]
    edges: Mapping[tuple[NodeKey, NodeKey], Sequence[Strand]]
    root: NodeKey | None


def overview(wiring: Wiring, station: int | None) -> Scene:
    """The townships, and the places of no township; the root is that of the device at which the station hangs."""
    node_of = {device: wiring.outer(where) for device, where in wiring.at.items()}
    return _scene(wiring.strands, node_of, None if station is None else node_of.get(station))


def inside(wiring: Wiring, place: NodeKey, station: int | None) -> Scene:
    """What a place holds, and its neighbours; the root is what holds the station, or is on the way to it."""
    own = set(wiring.held(place))
    near = [strand for strand in wiring.strands if not own.isdisjoint(strand.devices)]
    shown = own.union(*(strand.devices for strand in near))
    node_of = {device: _from(wiring, place, device) for device in sorted(shown) if device in wiring.at}
    return _scene(near, node_of, _way_in(wiring, place, station))


def opened(wiring: Wiring, place: NodeKey) -> NodeKey:
    """A township with one place alone is that place."""
    within = {wiring.at[device] for device in wiring.held(place)}
    return within.pop() if len(within) == 1 else place


def first(wiring: Wiring, devices: Collection[int]) -> NodeKey | None:
    """The place at which all of these devices stand, which a map of places would show as one lonely node."""
    places = {wiring.outer(where) for device, where in wiring.at.items() if device in devices}
    return opened(wiring, places.pop()) if len(places) == 1 else None


def _from(wiring: Wiring, place: NodeKey, device: int) -> NodeKey:
    """What a device is, seen from a place: itself, its place in the same township, or whatever the overview shows."""
    where = wiring.at[device]
    if where == place:
        return NodeKey(NodeKind.DEVICE, device)
    return where if wiring.outer(where) == wiring.outer(place) else wiring.outer(where)


def _way_in(wiring: Wiring, place: NodeKey, station: int | None) -> NodeKey | None:
    if station is None or station not in wiring.at:
        return None
    own = set(wiring.held(place))
    if station in own:
        return _from(wiring, place, station)
    closed = {device: place if device in own else _from(wiring, place, device) for device in wiring.at}
    whole = _scene(wiring.strands, closed, closed[station])
    return tree(whole.devices, whole.edges, whole.root).parents.get(place)


def _scene(strands: Iterable[Strand], node_of: Mapping[int, NodeKey], root: NodeKey | None) -> Scene:
    devices: defaultdict[NodeKey, list[int]] = defaultdict(list)
    for device, node in node_of.items():
        devices[node].append(device)
    edges: defaultdict[tuple[NodeKey, NodeKey], list[Strand]] = defaultdict(list)
    for strand in strands:
        ends = [node_of.get(device) for device in strand.devices]
        if isinstance(strand.b, NodeKey):
            ends.append(strand.b)
            devices[strand.b]
        one, other = ends
        if one is not None and other is not None and one != other:
            edges[min(one, other), max(one, other)].append(strand)
    return Scene(devices, edges, root)


def reached(scene: Scene, devices: Collection[int], strands: Iterable[Strand], *, others: bool) -> Scene:
    """What of it a reader sees: nodes with a device in the reach, what joins two such devices, and, if wanted, what
    nobody manages at their other end.
    """
    allowed = {(strand.kind, strand.id) for strand in strands if all(one in devices for one in strand.devices)}
    edges = {
        ends: kept
        for ends, found in scene.edges.items()
        if (kept := [strand for strand in found if (strand.kind, strand.id) in allowed])
        and (others or not any(end.kind in OTHERS for end in ends))
    }
    joined = {end for ends in edges for end in ends}
    nodes = {node: [one for one in found if one in devices] for node, found in scene.devices.items()}
    nodes = {node: found for node, found in nodes.items() if found or (node.kind in OTHERS and node in joined)}
    return Scene(nodes, edges, scene.root)
