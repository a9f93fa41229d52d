from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.usm.engine_time import MOST, WINDOW_S, EngineTime

BOOTS = st.integers(0, MOST - 1)
TIMES = st.integers(0, MOST // 2)


def test_the_agents_clock_runs_with_ours() -> None:
    clock = EngineTime()
    assert clock.hear(3, 1000, now=50.0)
    assert clock.at(60.0) == (3, 1010)


def test_a_restart_moves_the_clock_on() -> None:
    clock = EngineTime(3, 1000, 950.0)
    assert clock.hear(4, 2, now=60.0)
    assert clock.at(61.0) == (4, 3)


@given(BOOTS, TIMES, st.integers(0, MOST), st.floats(0, 1e6))
def test_a_message_of_an_earlier_life_is_refused_and_teaches_nothing(
    boots: int, time: int, other: int, now: float
) -> None:
    clock = EngineTime()
    clock.hear(boots + 1, time, now)
    before = clock.at(now)
    assert not clock.hear(boots, other, now)
    assert clock.at(now) == before


@given(st.integers(1, MOST - 1), TIMES, st.integers(0, MOST // 2), st.floats(0, 1e6))
def test_a_message_is_in_time_within_the_window_only(boots: int, time: int, age: int, now: float) -> None:
    clock = EngineTime()
    clock.hear(boots, time, now)
    told = time - age
    if told >= 0:
        assert clock.hear(boots, told, now) is (age <= WINDOW_S)


def test_an_engine_whose_starts_are_used_up_is_never_in_time() -> None:
    assert not EngineTime().hear(MOST, 5, now=0.0)


@given(st.lists(st.tuples(BOOTS, TIMES)), st.floats(0, 1e6))
def test_the_clock_never_goes_back(heard: list[tuple[int, int]], now: float) -> None:
    clock = EngineTime()
    latest = (0, 0)
    for boots, time in heard:
        clock.hear(boots, time, now)
        assert (clock.boots, clock.latest) >= latest
        latest = (clock.boots, clock.latest)
