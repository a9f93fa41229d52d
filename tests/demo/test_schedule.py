"""Counters as integrals, outages by the clock."""

from hypothesis import given
from hypothesis import strategies as st

from demo.devices.schedule import ORIGIN, Curve, Every, Gauge

moments = st.floats(ORIGIN, ORIGIN + 3 * 365 * 86400)
steps = st.floats(0, 7 * 86400)


@given(moments, steps, st.text(max_size=8))
def test_a_counter_never_falls(start: float, step: float, seed: str) -> None:
    curve = Curve(1e6, seed)
    assert curve.total(start + step) >= curve.total(start)


@given(moments, st.text(max_size=8))
def test_a_counter_grows_by_the_rate_that_the_curve_says(at: float, seed: str) -> None:
    curve = Curve(1e6, seed)
    measured = (curve.total(at + 0.5) - curve.total(at - 0.5)) / 1.0
    assert abs(measured - curve.rate(at)) < 0.002 * 1e6


def test_office_hours_carry_more_than_the_night() -> None:
    curve = Curve(1e6, "any")
    day = curve.total(ORIGIN + 15 * 3600) - curve.total(ORIGIN + 9 * 3600)
    night = curve.total(ORIGIN + 6 * 3600) - curve.total(ORIGIN)
    assert day > 2 * night


@given(moments, steps)
def test_traffic_stands_still_while_the_line_is_down_and_whole_periods_keep_it(at: float, step: float) -> None:
    outage = Every(360, 90, 17)
    start = at - (at - outage.offset) % outage.period
    assert outage.warp(start) == outage.warp(start + 89.9) == start
    assert abs(outage.warp(start + 360) - (start + 360)) < 1e-6
    assert outage.warp(at) <= outage.warp(at + step)


def test_an_event_is_active_at_its_start_and_over_at_its_end() -> None:
    event = Every(600, 120, offset=1000)
    assert [event.active(t) for t in (999, 1000, 1119.9, 1120, 1600)] == [False, True, True, False, True]
    assert event.elapsed(1030) == 30
    assert event.elapsed(1130) == 10


@given(moments)
def test_a_reading_stays_near_its_mean(at: float) -> None:
    assert 41 - 6 <= Gauge(41, 6, "board").at(at) <= 41 + 6
