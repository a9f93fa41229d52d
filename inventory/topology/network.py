"""The graph of what is wired, from links that are there and from the ledger's lines. Pure.

A line (专线) and a link that is seen between the same two ports are one connection, and the line stands for both. Where
a port of either is not known, the link is taken to run over the line as long as no two ports contradict that: two
connections where there may be one would promise a redundancy that nobody has.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inventory.topology.cuts import Element, Vertex

Pair = frozenset[int]


@dataclass(frozen=True, slots=True)
class Wire:
    """A link or line; `a` and `b` are devices, ports None where they are not known."""

    id: int
    a: int | None
    a_port: int | None
    b: int | None
    b_port: int | None
    backup_of: int | None = None

    @property
    def ports(self) -> frozenset[int]:
        return frozenset(port for port in (self.a_port, self.b_port) if port is not None)

    @property
    def pair(self) -> Pair | None:
        return frozenset({self.a, self.b}) if self.a is not None and self.b is not None else None


@dataclass
class Network:
    """`far`: the vertex at each line's end B, which a line shares with its backups."""

    graph: dict[Vertex, set[Vertex]] = field(default_factory=lambda: defaultdict(set))
    far: dict[int, Vertex] = field(default_factory=dict)

    def join(self, one: Vertex, other: Vertex) -> None:
        self.graph[one].add(other)
        self.graph[other].add(one)

    def wire(self, wire: Vertex, device: int | None, port: int | None) -> None:
        """One end of a wire: through its port, if that is known."""
        if device is None:
            return
        end = Vertex(Element.DEVICE, device)
        if port is not None:
            self.join(end, Vertex(Element.PORT, port))
            end = Vertex(Element.PORT, port)
        self.join(end, wire)


def network(devices: Collection[int], links: Iterable[Wire], lines: Sequence[Wire]) -> Network:
    """Links with an end that nobody manages lead nowhere, and are left out."""
    built = Network()
    for device in devices:
        built.graph[Vertex(Element.DEVICE, device)]
    _add_lines(built, lines)
    between = _by_pair(lines)
    for link in links:
        vertex = _connection(link, between.get(link.pair, ())) if link.pair else None
        if vertex is not None:
            built.wire(vertex, link.a, link.a_port)
            built.wire(vertex, link.b, link.b_port)
    return built


def _add_lines(built: Network, lines: Sequence[Wire]) -> None:
    built.far.update(_far_ends(lines))
    for line in lines:
        vertex = Vertex(Element.LINE, line.id)
        built.graph[vertex]
        built.wire(vertex, line.a, line.a_port)
        if line.b is not None:
            built.wire(vertex, line.b, line.b_port)
        else:
            built.join(vertex, built.far[line.id])


def _connection(link: Wire, lines: Sequence[Wire]) -> Vertex | None:
    """What a link is in the graph, given the lines between its two devices; None where they stand for it."""
    same = [line for line in lines if line.ports and line.ports <= link.ports]
    over = same or [line for line in lines if _may_be(line, link)]
    if not over:
        return Vertex(Element.LINK, link.id)
    # Over which of several is not to be told: then the lines stand for themselves.
    return Vertex(Element.LINE, over[0].id) if len(over) == 1 else None


def _may_be(line: Wire, link: Wire) -> bool:
    """Whether they can be one cable: at no device both name a port, and another one."""
    named, other = {line.a: line.a_port, line.b: line.b_port}, {link.a: link.a_port, link.b: link.b_port}
    return all(port is None or other[device] in (None, port) for device, port in named.items())


def _by_pair(lines: Iterable[Wire]) -> Mapping[Pair, Sequence[Wire]]:
    found: defaultdict[Pair, list[Wire]] = defaultdict(list)
    for line in lines:
        if line.pair is not None:
            found[line.pair].append(line)
    return found


def _far_ends(lines: Sequence[Wire]) -> Mapping[int, Vertex]:
    """A backup ends where its line does; so where one of them names the device, the others end there too."""
    family: defaultdict[int, list[Wire]] = defaultdict(list)
    by_id = {line.id: line for line in lines}
    for line in lines:
        family[_first(line, by_id)].append(line)
    ends = {}
    for first, members in family.items():
        named = {line.b for line in members if line.b is not None}
        shared = Vertex(Element.DEVICE, named.pop()) if len(named) == 1 else Vertex(Element.FAR_END, first)
        for line in members:
            ends[line.id] = shared if line.b is None else Vertex(Element.DEVICE, line.b)
    return ends


def _first(line: Wire, by_id: Mapping[int, Wire]) -> int:
    """The line that all others back up; a loop in the ledger ends at its smallest number."""
    passed = [line.id]
    above = line.backup_of
    while above is not None and above in by_id and above not in passed:
        passed.append(above)
        above = by_id[above].backup_of
    return min(passed[passed.index(above) :]) if above in passed else passed[-1]
