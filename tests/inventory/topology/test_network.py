from inventory.topology.cuts import Element, Vertex, cuts
from inventory.topology.network import Wire, network

CORE, ACCESS, LEAF = 1, 2, 3
ROOT = Vertex(Element.DEVICE, CORE)


def device(number: int) -> Vertex:
    return Vertex(Element.DEVICE, number)


def points(target: Vertex, links: list[Wire], lines: list[Wire]) -> set[Vertex]:
    return set(cuts(network([CORE, ACCESS, LEAF], links, lines).graph, ROOT).points(target))


def test_a_line_and_the_link_that_is_seen_over_its_ports_are_one_connection() -> None:
    link, line = Wire(7, CORE, 11, ACCESS, 21), Wire(8, CORE, 11, ACCESS, None)
    found = points(device(ACCESS), [link], [line])
    assert found == {Vertex(Element.PORT, 11), Vertex(Element.LINE, 8)}


def test_a_line_without_ports_promises_no_second_way_beside_the_link_that_is_seen() -> None:
    assert Vertex(Element.LINE, 8) in points(
        device(ACCESS), [Wire(7, CORE, 11, ACCESS, 21)], [Wire(8, CORE, None, ACCESS, None)]
    )


def test_a_link_whose_ports_are_not_known_is_no_second_way_beside_a_line() -> None:
    link, line = Wire(7, ACCESS, None, CORE, None), Wire(8, CORE, 11, ACCESS, 21)
    assert Vertex(Element.LINE, 8) in points(device(ACCESS), [link], [line])


def test_a_link_between_other_ports_is_a_second_way_beside_a_line() -> None:
    assert points(device(ACCESS), [Wire(7, ACCESS, 22, CORE, 12)], [Wire(8, CORE, 11, ACCESS, 21)]) == set()


def test_two_links_are_two_ways() -> None:
    assert points(device(ACCESS), [Wire(6, CORE, 11, ACCESS, 21), Wire(7, CORE, 12, ACCESS, 22)], []) == set()


def test_two_lines_over_one_port_fail_with_it() -> None:
    lines = [Wire(8, CORE, 11, ACCESS, None), Wire(9, CORE, 11, ACCESS, None, backup_of=8)]
    assert points(device(ACCESS), [], lines) == {Vertex(Element.PORT, 11)}


def test_a_line_and_its_backup_end_at_one_place_where_no_device_is_known() -> None:
    lines = [Wire(8, CORE, 11, None, None), Wire(9, CORE, 12, None, None, backup_of=8)]
    built = network([CORE], [], lines)
    assert built.far[8] == built.far[9] == Vertex(Element.FAR_END, 8)
    assert points(built.far[8], [], lines) == set()
    assert points(built.far[8], [], lines[:1]) == {Vertex(Element.PORT, 11), Vertex(Element.LINE, 8)}


def test_a_backup_without_an_end_ends_at_the_device_of_its_line() -> None:
    lines = [Wire(8, CORE, 11, ACCESS, None), Wire(9, CORE, 12, None, None, backup_of=8)]
    assert points(device(ACCESS), [], lines) == set()


def test_lines_that_back_each_other_up_in_a_loop_are_one_family() -> None:
    lines = [Wire(8, CORE, 11, None, None, backup_of=9), Wire(9, CORE, 12, None, None, backup_of=8)]
    assert network([CORE], [], lines).far == {8: Vertex(Element.FAR_END, 8), 9: Vertex(Element.FAR_END, 8)}


def test_what_nobody_manages_leads_nowhere() -> None:
    strangers = [Wire(6, CORE, 11, None, None), Wire(7, ACCESS, 21, None, None)]
    assert not cuts(network([CORE, ACCESS], strangers, []).graph, ROOT).reaches(device(ACCESS))


def test_in_a_ring_nothing_fails_alone_and_behind_it_the_last_switch_does() -> None:
    ring = [Wire(5, CORE, 11, ACCESS, 21), Wire(6, ACCESS, 22, LEAF, 31), Wire(7, LEAF, 32, CORE, 12)]
    assert points(device(LEAF), ring, []) == set()
    behind = cuts(network([CORE, ACCESS, LEAF, 4], [*ring, Wire(8, LEAF, 33, 4, 41)], []).graph, ROOT)
    assert [one for one in behind.points(device(4)) if one.kind is Element.DEVICE] == [device(LEAF)]
