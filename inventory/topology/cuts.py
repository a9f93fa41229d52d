"""Which single failures cut what off from the root of a network. Pure; linear in the size of the graph.

Devices, ports, links and lines are vertices alike, so that the failure of any is the removal of one vertex. What every
way from the root to a vertex passes (its dominators) are its single points of failure. In an undirected graph these
are the articulation points on the way, found by one depth-first walk: Hopcroft and Tarjan, CACM 16 (1973) 372-378.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Element(StrEnum):
    DEVICE = "device"
    PORT = "port"
    LINK = "link"
    LINE = "line"
    FAR_END = "far_end"  # of a line at whose end B no device is known; `id` is the line's


class Vertex(NamedTuple):
    kind: Element
    id: int


Graph = Mapping[Vertex, AbstractSet[Vertex]]
"""Symmetric: whoever is a neighbour has one."""


@dataclass(frozen=True)
class Cuts:
    """`above`: of each vertex that reaches the root, the last one before it that every way passes; of the root, None.

    What is not in it is an island.
    """

    above: Mapping[Vertex, Vertex | None]

    def reaches(self, vertex: Vertex) -> bool:
        return vertex in self.above

    def points(self, vertex: Vertex) -> tuple[Vertex, ...]:
        """The single points of failure between a vertex and the root, without these two, the nearest first."""
        found = []
        step = self.above.get(vertex)
        while step is not None and self.above[step] is not None:
            found.append(step)
            step = self.above[step]
        return tuple(found)

    def below(self, vertex: Vertex) -> frozenset[Vertex]:
        """What does not reach the root without this vertex, itself among them; nothing on an island."""
        return self.under([vertex] if self.reaches(vertex) else [])

    def directly_below(self, vertex: Vertex) -> Sequence[Vertex]:
        """Those of which it is the nearest single point of failure; of the root, those that have none."""
        return self._children.get(vertex, ())

    def under(self, tops: Iterable[Vertex]) -> frozenset[Vertex]:
        """These, and all that does not reach the root without one of them."""
        found, waiting = set(), list(tops)
        while waiting:
            vertex = waiting.pop()
            found.add(vertex)
            waiting.extend(self.directly_below(vertex))
        return frozenset(found)

    @cached_property
    def _children(self) -> Mapping[Vertex, Sequence[Vertex]]:
        found: defaultdict[Vertex, list[Vertex]] = defaultdict(list)
        for vertex, above in self.above.items():
            if above is not None:
                found[above].append(vertex)
        return dict(found)


def cuts(graph: Graph, root: Vertex, without: Vertex | None = None, within: AbstractSet[Vertex] | None = None) -> Cuts:
    """As if `without` had failed, and as if there were nothing but what is `within`."""
    if root not in graph or root == without:
        return Cuts({})
    walk = _walk(graph, root, without, graph.keys() if within is None else within)
    above: dict[Vertex, Vertex | None] = {}
    for vertex, parent in walk.parents.items():  # parents before children
        if parent is None:
            above[vertex] = None
        else:
            top = parent if walk.low[vertex] >= walk.order[parent] else above[parent]
            above[vertex] = top
    return Cuts(above)


def weakened(graph: Graph, before: Cuts, failing: Vertex) -> frozenset[Vertex]:
    """What still reaches the root without the failing vertex, but over a single point of failure that was none before.

    `before`: the cuts of the whole graph. Other ways can only have led through the failing vertex between the point
    above it and what that point holds together, so no more than this part is walked; what hangs below shares its fate.
    """
    top = before.above.get(failing)
    if top is None:
        return frozenset()
    after = cuts(graph, top, without=failing, within={top, *before.directly_below(top)})
    return before.under(vertex for vertex, above in after.above.items() if above not in (None, top))


@dataclass(frozen=True)
class _Walk:
    """A depth-first walk. `low`: the earliest vertex that a subtree is joined to, its own tree edge apart."""

    parents: dict[Vertex, Vertex | None]
    order: dict[Vertex, int]
    low: dict[Vertex, int]


def _walk(graph: Graph, root: Vertex, without: Vertex | None, within: AbstractSet[Vertex]) -> _Walk:
    """In whatever order neighbours come: what every way passes does not hang on it."""
    parents: dict[Vertex, Vertex | None] = {root: None}
    order, low = {root: 0}, {root: 0}
    path: list[tuple[Vertex, Iterator[Vertex]]] = [(root, iter(graph[root]))]
    while path:
        vertex, others = path[-1]
        for other in others:
            met = order.get(other)
            if met is not None:
                if met < low[vertex] and other != parents[vertex]:
                    low[vertex] = met
            elif other in within and other != without:
                parents[other] = vertex
                order[other] = low[other] = len(order)
                path.append((other, iter(graph[other])))
                break
        else:
            path.pop()
            parent = parents[vertex]
            if parent is not None and low[vertex] < low[parent]:
                low[parent] = low[vertex]
    return _Walk(parents, order, low)
