"""What one view of the map shows: the whole network place by place, or one place device by device. Pure.

A county has 600 devices and a province's capital more; nobody reads a map of them. A place is the site at which a
device stands; of a device without one, the region of its unit. Opened, it shows its devices and, as one node each, the
places that they are wired to.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """`at`: the place of each device. `names`: of places and of what nobody manages."""

    at: Mapping[int, NodeKey]
    names: Mapping[NodeKey, str]
    strands: Sequence[Strand]


@dataclass(frozen=True)
class Scene:
    """`devices`: those that a node stands for. `edges`: what joins two nodes, the smaller first."""

    devices: Mapping[NodeKey, Sequence[int]]
    edges: Mapping[tuple[NodeKey, NodeKey], Sequence[Strand]]
    root: NodeKey | None


def overview(wiring: Wiring, station: int | None) -> Scene:
    """Every place; the root is that of the device at which the management station hangs."""
    return _scene(wiring, wiring.at, wiring.at.get(station) if station is not None else None)


def inside(wiring: Wiring, place: NodeKey, station: int | None) -> Scene:
    """The devices of a place and its neighbours; the root is the station's device, or the place on the way to it."""
    nodes = {
        device: NodeKey(NodeKind.DEVICE, device) if where == place else where for device, where in wiring.at.items()
    }
    near = [strand for strand in wiring.strands if any(wiring.at.get(one) == place for one in strand.devices)]
    shown = {device for device, where in wiring.at.items() if where == place}
    shown |= {device for strand in near for device in strand.devices}
    found = Wiring({device: wiring.at[device] for device in shown if device in wiring.at}, wiring.names, near)
    return _scene(found, {device: nodes[device] for device in found.at}, _way_in(wiring, place, station))


def _way_in(wiring: Wiring, place: NodeKey, station: int | None) -> NodeKey | None:
    if station is None or station not in wiring.at:
        return None
    if wiring.at[station] == place:
        return NodeKey(NodeKind.DEVICE, station)
    whole = overview(wiring, station)
    return tree(whole.devices, whole.edges, whole.root).parents.get(place)


def _scene(wiring: Wiring, node_of: Mapping[int, NodeKey], root: NodeKey | None) -> Scene:
    devices: defaultdict[NodeKey, list[int]] = defaultdict(list)
    for device, node in node_of.items():
        devices[node].append(device)
    edges: defaultdict[tuple[NodeKey, NodeKey], list[Strand]] = defaultdict(list)
    for strand in wiring.strands:
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
