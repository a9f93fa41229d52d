"""A map that stays put: whatever the network, nobody stands on anybody, and who comes new moves nobody."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.topology.layout import COLUMN, ROW, Place, layout, tree

Node = tuple[str, int]


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Node], list[tuple[Node, Node]], Node | None]:
    count = draw(st.integers(1, 40))
    nodes = [("device", number) for number in range(1, count + 1)]
    some = st.sampled_from(nodes)
    edges = draw(st.lists(st.tuples(some, some).filter(lambda pair: pair[0] != pair[1]), max_size=60))
    return nodes, edges, draw(st.none() | some)


PLACES = st.builds(Place, st.integers(-900, 900), st.integers(-900, 900))


@given(networks(), st.randoms())
def test_the_same_network_gives_the_same_map_in_whatever_order_it_is_told(
    network: tuple[list[Node], list[tuple[Node, Node]], Node | None], random: st.DataObject
) -> None:
    nodes, edges, root = network
    found = layout(nodes, edges, root)
    random.shuffle(nodes)  # type: ignore[attr-defined]
    random.shuffle(edges)  # type: ignore[attr-defined]
    assert layout(nodes, [(b, a) for a, b in edges], root) == found


@given(networks())
def test_no_two_nodes_stand_in_each_others_place(
    network: tuple[list[Node], list[tuple[Node, Node]], Node | None],
) -> None:
    nodes, edges, root = network
    found = list(layout(nodes, edges, root).values())
    assert len(found) == len(nodes)
    for number, one in enumerate(found):
        for other in found[:number]:
            assert abs(one.x - other.x) >= COLUMN // 2 or abs(one.y - other.y) >= ROW


@given(networks(), st.data())
def test_a_leaf_that_comes_new_moves_nobody(
    network: tuple[list[Node], list[tuple[Node, Node]], Node | None], data: st.DataObject
) -> None:
    nodes, edges, root = network
    before = layout(nodes, edges, root)
    leaf = ("device", len(nodes) + 1)
    joined = data.draw(st.none() | st.sampled_from(nodes))
    after = layout([*nodes, leaf], [*edges, *([(joined, leaf)] if joined else [])], root)
    assert {node: after[node] for node in nodes} == before


@given(networks(), st.data())
def test_what_somebody_put_somewhere_stays_and_nobody_is_placed_upon_it(
    network: tuple[list[Node], list[tuple[Node, Node]], Node | None], data: st.DataObject
) -> None:
    nodes, edges, root = network
    kept = data.draw(st.dictionaries(st.sampled_from([*nodes, ("device", 999)]), PLACES, max_size=5))
    found = layout(nodes, edges, root, kept)
    put = {node: place for node, place in kept.items() if node in nodes}
    assert {node: found[node] for node in put} == put
    for node, place in found.items():
        if node not in put:
            assert all(abs(place.x - one.x) >= COLUMN // 2 or abs(place.y - one.y) >= ROW for one in put.values())


@given(networks())
def test_every_node_stands_below_its_parent_and_above_it_where_no_way_leads_to_the_root(
    network: tuple[list[Node], list[tuple[Node, Node]], Node | None],
) -> None:
    nodes, edges, root = network
    places, found = layout(nodes, edges, root), tree(nodes, edges, root)
    for node, parent in found.parents.items():
        if parent is not None:
            assert (places[node].y < places[parent].y) == (node in found.apart)
        elif node in found.apart and root is not None:
            assert places[node].y < places[root].y


def test_the_root_is_above_its_neighbours_and_what_hangs_nowhere_above_the_root() -> None:
    core, one, two, lonely = (("device", number) for number in (1, 2, 3, 4))
    found = layout([core, one, two, lonely], [(core, one), (one, two)], core)
    assert found[lonely].y < found[core].y < found[one].y < found[two].y


def test_hundreds_of_neighbours_fill_a_screen_and_no_endless_row() -> None:
    nodes = [("device", number) for number in range(1, 301)]
    found = layout(nodes, [(nodes[0], node) for node in nodes[1:]], nodes[0]).values()
    width = max(place.x for place in found) - min(place.x for place in found)
    height = max(place.y for place in found) - min(place.y for place in found)
    assert 1 < width / height < 3
