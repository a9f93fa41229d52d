import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from collectors.poller.wheel import TICK_S, Wheel, phase


def test_a_thing_is_due_at_its_first_time_and_then_once_a_period() -> None:
    wheel: Wheel[str] = Wheel(now=1000.0)
    wheel.add("core", period_s=60, first=1002.0)
    turns = [now for now in range(1001, 1600) if wheel.due(float(now))]
    assert turns[0] in {1002, 1003}
    gaps = [b - a for a, b in itertools.pairwise(turns[1:])]
    assert set(gaps) <= {59, 60, 61}
    assert 29 <= turns[1] - turns[0] <= 91
    assert wheel.missed == 0


def test_a_late_turn_is_dropped_and_counted_not_queued() -> None:
    wheel: Wheel[str] = Wheel(now=0.0)
    wheel.add("core", period_s=10, first=1.0)
    assert wheel.due(1.1) == ["core"]
    assert wheel.due(100.0) == ["core"]
    assert wheel.missed in {7, 8, 9}
    assert wheel.due(100.0) == []


def test_what_was_removed_is_due_no_more_and_what_is_hastened_is_due_sooner() -> None:
    wheel: Wheel[str] = Wheel(now=0.0)
    wheel.add("a", period_s=10, first=5.0)
    wheel.add("b", period_s=10, first=5.0)
    wheel.remove("a")
    wheel.hasten("b", 1.0)
    wheel.hasten("b", 4.0)
    assert wheel.due(1.2) == ["b"]
    assert wheel.due(4.9) == []


def test_phases_spread_over_the_period() -> None:
    found = [phase(("poll", device), 60.0) for device in range(600)]
    assert all(0 <= one < 60 for one in found)
    assert all(sum(start <= one < start + 6 for one in found) > 30 for start in range(0, 60, 6))


@example(periods=[1.0] * 6, steps=[1.75390625, 0.01, 1.75390625, 1.0])
@given(
    periods=st.lists(st.floats(1, 100), min_size=1, max_size=10),
    steps=st.lists(st.floats(0.01, 30), min_size=1, max_size=100),
)
def test_nothing_is_due_twice_at_once_or_forgotten(periods: list[float], steps: list[float]) -> None:
    now = 50.0
    wheel: Wheel[int] = Wheel(now)
    last = dict.fromkeys(range(len(periods)), now)
    for key, period in enumerate(periods):
        wheel.add(key, period, now)
    for step in steps:
        now += step
        found = wheel.due(now)
        assert len(found) == len(set(found))
        last.update(dict.fromkeys(found, now))
        for key, period in enumerate(periods):
            assert now - last[key] <= 1.5 * period + step + 2 * TICK_S
