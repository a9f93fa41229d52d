import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.icmp.pulse import Pulse, Spread, Summary, spread, summarise

rtts = st.floats(0, 5000, allow_nan=False)


def test_nothing_sent_is_not_the_same_as_nothing_heard() -> None:
    assert summarise([]) == Summary(0, None, None, None, None)
    assert summarise([None, None]) == Summary(2, 100.0, None, None, None)


def test_loss_and_round_trips_are_of_the_probes_made() -> None:
    assert summarise([1.0, None, 3.0, 2.0]) == Summary(4, 25.0, 1.0, 2.0, 3.0)


def test_an_answer_ends_a_row_of_losses() -> None:
    pulse = Pulse()
    for answer in (None, None, None):
        pulse.add(answer)
    assert pulse.losses == 3
    pulse.add(0.5)
    assert pulse.losses == 0


def test_what_is_shown_forgets_what_is_long_ago() -> None:
    pulse = Pulse()
    for answer in [None] * 12 + [1.0] * 12:
        pulse.add(answer)
    assert pulse.recent() == Summary(12, 0.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(("interval_s", "probes"), [(1, 60), (2, 30), (5, 12), (10, 12), (600, 12), (0.1, 60)])
def test_loss_is_that_of_the_last_minute_and_of_a_dozen_probes_at_least(interval_s: float, probes: int) -> None:
    pulse = Pulse()
    pulse.pace(interval_s)
    for answer in [None] * 60 + [1.0] * probes:
        pulse.add(answer)
    assert pulse.recent() == Summary(probes, 0.0, 1.0, 1.0, 1.0)
    pulse.add(None)
    assert pulse.recent().loss_percent == pytest.approx(100 / probes)


@given(st.lists(st.none() | rtts, max_size=60))
def test_round_trips_are_in_order_and_jitter_is_within_their_range(answers: list[float | None]) -> None:
    found, whole = spread(answers), summarise(answers)
    heard = [answer for answer in answers if answer is not None]
    if not heard:
        assert found == Spread()
        return
    assert whole.rtt_min_ms <= found.p50_ms <= found.p95_ms <= whole.rtt_max_ms  # type: ignore[operator]
    assert found.p50_ms == statistics.median_low(heard)
    if len(heard) == 1:
        assert found.jitter_ms is None
    else:
        assert 0 <= found.jitter_ms <= max(heard) - min(heard) + 1e-6  # type: ignore[operator]


@given(rtts, st.integers(2, 60))
def test_a_steady_line_has_no_jitter(rtt: float, count: int) -> None:
    assert spread([rtt] * count) == Spread(rtt, rtt, 0.0)


def test_jitter_is_between_answers_that_follow_each_other_losses_left_out() -> None:
    assert spread([10.0, 12.0, None, 9.0]).jitter_ms == 2.5
