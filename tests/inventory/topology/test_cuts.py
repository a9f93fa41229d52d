"""Against an oracle that removes each vertex and looks who still reaches the root."""

from collections import defaultdict
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from inventory.kinds import Effect
from inventory.topology.cuts import Element, Graph, Vertex, cuts
from inventory.topology.impact import cut_off_after, effects, needing

ROOT = Vertex(Element.DEVICE, 0)
VERTICES = st.integers(0, 11).map(lambda number: Vertex(Element.DEVICE, number))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    joined: defaultdict[Vertex, set[Vertex]] = defaultdict(set)
    for number in range(12):
        joined[Vertex(Element.DEVICE, number)]
    for one, other in draw(st.lists(st.tuples(VERTICES, VERTICES), max_size=24)):
        if one != other:
            joined[one].add(other)
            joined[other].add(one)
    return joined


def reached(graph: Graph, without: Vertex | None = None) -> set[Vertex]:
    found, waiting = set(), [ROOT] if without != ROOT else []
    while waiting:
        vertex = waiting.pop()
        if vertex not in found:
            found.add(vertex)
            waiting.extend(graph[vertex] - {without})
    return found


def cutters(graph: Graph, vertex: Vertex, without: Vertex | None = None) -> set[Vertex]:
    """Whose removal loses the vertex, on a graph that has already lost `without`."""
    left = {key: others - {without} for key, others in graph.items() if key != without}
    return {one for one in left if one not in (ROOT, vertex) and vertex not in reached(left, one)}


@given(graphs())
def test_single_points_of_failure_are_those_whose_removal_loses_the_root(graph: Graph) -> None:
    found = cuts(graph, ROOT)
    assert set(found.above) == reached(graph)
    for vertex in found.above:
        assert set(found.points(vertex)) == cutters(graph, vertex)


@given(graphs(), VERTICES)
def test_the_nearest_single_point_comes_first(graph: Graph, vertex: Vertex) -> None:
    points = cuts(graph, ROOT).points(vertex)
    for nearer, farther in pairwise(points):
        assert farther in cutters(graph, nearer)


@given(graphs(), st.randoms())
def test_the_order_of_the_facts_does_not_matter(graph: Graph, random: Random) -> None:
    keys = list(graph)
    random.shuffle(keys)
    assert cuts({key: graph[key] for key in keys}, ROOT) == cuts(graph, ROOT)


@given(graphs(), VERTICES, st.sets(VERTICES, min_size=1))
def test_an_effect_is_what_comparing_both_networks_says(graph: Graph, failing: Vertex, wanted: set[Vertex]) -> None:
    had = wanted & reached(graph)
    left = had & reached(graph, failing)
    expected = None
    if had - left:
        expected = Effect.PARTLY_CUT_OFF if left else Effect.CUT_OFF
    elif any(cutters(graph, vertex, failing) - cutters(graph, vertex) for vertex in left):
        expected = Effect.LESS_REDUNDANT
    elif failing in wanted and failing not in reached(graph):
        expected = Effect.UNKNOWN
    needs = {"unit": wanted}
    assert effects(graph, ROOT, failing, needs).get("unit") == expected
    harder = cut_off_after(cuts(graph, ROOT), failing, needs, needing(needs)).get("unit")
    assert harder == (None if expected is Effect.LESS_REDUNDANT else expected)


def test_a_failing_root_takes_everything_along() -> None:
    other = Vertex(Element.DEVICE, 1)
    graph = {ROOT: {other}, other: {ROOT}}
    assert effects(graph, ROOT, ROOT, {"unit": {other}}) == {"unit": Effect.CUT_OFF}


def test_a_chain_as_long_as_a_city_does_not_run_out_of_stack() -> None:
    chain = [Vertex(Element.DEVICE, number) for number in range(20_000)]
    graph: defaultdict[Vertex, set[Vertex]] = defaultdict(set)
    for one, other in pairwise(chain):
        graph[one].add(other)
        graph[other].add(one)
    assert len(cuts(graph, ROOT).points(chain[-1])) == len(chain) - 2
