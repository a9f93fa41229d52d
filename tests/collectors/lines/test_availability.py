from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.lines.availability import Period, availability, of_all, rounded_down
from collectors.lines.spans import Spans
from tests.collectors.county import NOW
from tests.collectors.lines.test_spans import Pairs, minutes, pieces, spans


def at(minute: float) -> Period:
    return Period(NOW, NOW + timedelta(minutes=minute))


@given(
    period=st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda pair: pair[0] < pair[1]),
    watched=pieces,
    down=pieces,
    marked=pieces,
)
def test_the_arithmetic_is_that_of_counting_minute_by_minute(
    period: tuple[int, int], watched: Pairs, down: Pairs, marked: Pairs
) -> None:
    begin, end = (NOW + timedelta(minutes=minute) for minute in period)
    found = availability(Period(begin, end), spans(watched), spans(down), spans(marked))
    seen = minutes([period]) & minutes(watched)
    broken, under = minutes(down), minutes(marked)
    counted = (seen - broken - under, seen & broken - under, (seen - broken) & under, seen & broken & under)
    assert (found.up, found.down, found.marked_up, found.marked_down) == tuple(
        timedelta(minutes=len(some)) for some in counted
    )
    assert found.unknown == timedelta(minutes=len(minutes([period]) - seen))
    assert found.up + found.down + found.marked_up + found.marked_down + found.unknown == end - begin
    plain = len(seen - under)
    assert found.percent == (pytest.approx(100 * len(seen - under - broken) / plain) if plain else None)
    assert found.percent_with_marks == (pytest.approx(100 * len(seen - broken) / len(seen)) if seen else None)


def test_a_month_with_four_hours_down_is_exact() -> None:
    month = at(30 * 24 * 60)
    found = availability(month, spans([(0, 43_200)]), spans([(600, 840)]), Spans())
    assert found.percent == 100 * (1 - 240 / 43_200)


def test_an_outage_under_a_mark_counts_only_where_marks_count() -> None:
    found = availability(at(100), spans([(0, 100)]), spans([(20, 40)]), spans([(10, 50)]))
    assert (found.percent, found.percent_with_marks) == (100.0, 80.0)


def test_what_was_not_watched_is_neither_up_nor_down() -> None:
    found = availability(at(100), spans([(0, 50)]), spans([(40, 60)]), Spans())
    assert (found.percent, found.unknown) == (80.0, timedelta(minutes=50))
    nothing = availability(at(100), Spans(), spans([(40, 60)]), Spans())
    assert (nothing.percent, nothing.percent_with_marks) == (None, None)


def test_lines_together_weigh_as_much_as_the_time_for_which_they_are_known() -> None:
    good = availability(at(100), spans([(0, 100)]), Spans(), Spans())
    bad = availability(at(100), spans([(0, 25)]), spans([(0, 25)]), Spans())
    assert of_all([good, bad]) == 80.0
    assert of_all([]) is None


@pytest.mark.parametrize(
    ("percent", "text"), [(100.0, "100.000"), (99.99999, "99.999"), (99.9, "99.900"), (99.95, "99.950"), (0.0, "0.000")]
)
def test_an_availability_is_never_rounded_up(percent: float, text: str) -> None:
    assert rounded_down(percent) == text
