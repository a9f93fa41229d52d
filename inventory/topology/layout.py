"""Where the nodes of a map stand: a tree from the root downwards, each node below its parent. Pure.

The place of a node hangs on its number, its parent, and those that were placed before it, and nodes are placed in the
order of their numbers as soon as their parents are. A node that comes new has the highest number, because numbers are
never used twice: as a leaf it finds its place after all others, and moves none of them.

            o          what no known way joins to the root, growing upwards
            |
            o
            O          the root
        o o o o o      its neighbours by distance, as near below their parent as there is room
         o o|o o       rows stand aside of each other, so that lines pass between
            o
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

Node = TypeVar("Node", bound=tuple[Any, ...])

# Pixels between two columns and two rows at full size: a name of ten characters fits.
COLUMN: Final = 132
ROW: Final = 84
# Three rows further on are as near as two columns aside: hundreds of neighbours fill a screen.
COLUMN_COST: Final = 3
ROW_COST: Final = 2
# A row stays free between a parent and its children.
STEP: Final = 2


class Place(NamedTuple):
    """The middle of a node, in pixels at full size; `y` grows downwards."""

    x: int
    y: int


class _Cell(NamedTuple):
    column: int
    row: int


@dataclass(frozen=True)
class Tree(Generic[Node]):
    """`parents`: the smallest neighbour one step nearer to the root; None for a root. `apart`: what hangs not on the
    root that was given.
    """

    parents: Mapping[Node, Node | None]
    apart: AbstractSet[Node]


def tree(nodes: Iterable[Node], edges: Iterable[tuple[Node, Node]], root: Node | None) -> Tree[Node]:
    """Breadth first. What does not hang together with the root has roots of its own, the smallest of each part."""
    known = sorted(nodes)
    near: defaultdict[Node, set[Node]] = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    parents: dict[Node, Node | None] = {}
    apart: set[Node] = set()
    for begin in [root, *known] if root is not None else known:
        if begin not in parents:
            part = _spread(begin, near)
            parents |= part
            apart |= part.keys() if root is not None and begin != root else set()
    return Tree(parents, apart)


def _spread(begin: Node, near: Mapping[Node, set[Node]]) -> dict[Node, Node | None]:
    parents: dict[Node, Node | None] = {begin: None}
    edge = [begin]
    while edge:
        following = []
        for node in sorted(edge):
            for other in sorted(near.get(node, ())):
                if other not in parents:
                    parents[other] = node
                    following.append(other)
        edge = following
    return parents


def layout(
    nodes: Iterable[Node],
    edges: Iterable[tuple[Node, Node]],
    root: Node | None = None,
    kept: Mapping[Node, Place] | None = None,
) -> dict[Node, Place]:
    """A place for each node, no two the same; those of `kept` stay where somebody put them."""
    listed = sorted(set(nodes))
    found = tree(listed, edges, root)
    places = {node: place for node, place in (kept or {}).items() if node in found.parents}
    grid = _Grid({cell for place in places.values() for cell in _covered(place)})
    children: defaultdict[Node | None, list[Node]] = defaultdict(list)
    for node, parent in found.parents.items():
        children[parent].append(node)
    ready = list(children[None])
    heapq.heapify(ready)
    while ready:
        node = heapq.heappop(ready)
        if node not in places:
            places[node] = grid.take(*_wanted(node, found, places))
        for child in children[node]:
            heapq.heappush(ready, child)
    return {node: places[node] for node in listed}


def _wanted(node: Node, found: Tree[Node], places: Mapping[Node, Place]) -> tuple[_Cell, int]:
    """The cell that would be best, and whether rows count downwards from it (1) or upwards (-1)."""
    downwards = -1 if node in found.apart else 1
    parent = found.parents[node]
    if parent is None:
        return _Cell(0, -STEP if node in found.apart else 0), downwards
    at = places[parent]
    return _Cell(round(at.x / COLUMN), round(at.y / ROW) + downwards * STEP), downwards


class _Grid:
    """Which cells are taken; `_from` remembers how far the search around a cell has come."""

    def __init__(self, taken: set[_Cell]) -> None:
        self._taken = taken
        self._from: dict[tuple[_Cell, int], int] = {}

    def take(self, wanted: _Cell, downwards: int) -> Place:
        cost = self._from.get((wanted, downwards), 0)
        while True:
            for cell in _around(wanted, downwards, cost):
                if cell not in self._taken:
                    self._taken.add(cell)
                    self._from[wanted, downwards] = cost
                    return _place(cell)
            cost += 1


def _around(wanted: _Cell, downwards: int, cost: int) -> Iterator[_Cell]:
    """The cells at one cost from the one that is wanted, the nearer rows first, the right before the left."""
    for rows in range(cost // ROW_COST + 1):
        aside, rest = divmod(cost - ROW_COST * rows, COLUMN_COST)
        if rest == 0:
            for column in sorted({wanted.column + aside, wanted.column - aside}, reverse=True):
                yield _Cell(column, wanted.row + downwards * rows)


def _place(cell: _Cell) -> Place:
    return Place(cell.column * COLUMN + _aside(cell.row), cell.row * ROW)


def _aside(row: int) -> int:
    """By quarters of a column: 0, 2, 1, 3. A line to a further row would else run through whoever is on its way."""
    return (0, 2, 1, 3)[row % 4] * COLUMN // 4


def _covered(place: Place) -> Iterator[_Cell]:
    """The cells that a node anywhere would overlap."""
    for row in {place.y // ROW, -(-place.y // ROW)}:
        x = place.x - _aside(row)
        for column in {x // COLUMN, -(-x // COLUMN)}:
            yield _Cell(column, row)
