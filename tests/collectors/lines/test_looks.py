import math

from collectors.lines.looks import Looks

CORE, FAR = 1, 2
QUICK, SLOW = 11, 12


def wanted(**intervals: float) -> Looks:
    looks = Looks()
    looks.begin()
    looks.want(CORE, QUICK, intervals.get("quick", 1.0))
    looks.want(CORE, SLOW, 10.0)
    looks.want(FAR, None, 1.0)
    return looks


def test_a_device_is_probed_as_often_as_its_quickest_line_wants() -> None:
    looks = wanted()
    assert (looks.interval(CORE), looks.interval(FAR), looks.interval(99)) == (1.0, 1.0, math.inf)
    assert looks.due(FAR, 0.0) == []


def test_each_port_is_looked_at_at_its_own_pace() -> None:
    looks = wanted()
    found = [looks.due(CORE, 100.0 + second * 1.01) for second in range(21)]
    assert all(QUICK in ports for ports in found)
    assert [second for second, ports in enumerate(found) if SLOW in ports] == [0, 9, 18]


def test_two_lines_at_one_port_are_looked_at_as_often_as_the_quicker_one_wants() -> None:
    looks = wanted(quick=10.0)
    looks.want(CORE, QUICK, 2.0)
    assert set(looks.due(CORE, 0.0)) == {QUICK, SLOW}
    assert looks.due(CORE, 2.0) == [QUICK]


def test_an_inventory_that_is_read_again_does_not_make_everything_due() -> None:
    looks = wanted()
    looks.due(CORE, 0.0)
    looks.begin()
    looks.want(CORE, SLOW, 10.0)
    assert looks.due(CORE, 5.0) == []
    assert looks.due(CORE, 9.5) == [SLOW]
