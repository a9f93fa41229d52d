from datetime import UTC, datetime, timedelta

import pytest

from collectors.lines.availability import Period
from collectors.lines.periods import day_of, month_before, month_named, month_of

SHANGHAI = "Asia/Shanghai"


def test_a_day_and_a_month_begin_at_the_offices_midnight() -> None:
    late = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)  # half past midnight of 1 December in the county
    assert day_of(late, SHANGHAI).begin == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert month_of(late, SHANGHAI).begin == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert month_before(late, SHANGHAI).begin == datetime(2026, 10, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(("month", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-12", 31), ("2026-01", 31)])
def test_months_have_their_days_and_follow_each_other(month: str, days: int) -> None:
    found = month_named(month, SHANGHAI)
    assert found
    assert found.end - found.begin == timedelta(days=days)
    assert month_before(found.end, SHANGHAI) == found


def test_a_day_on_which_summer_time_ends_has_25_hours() -> None:
    found = day_of(datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Berlin")
    assert found.end - found.begin == timedelta(hours=25)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-1", "x2026-11", "1999-01"])
def test_what_is_no_month_is_none(text: str) -> None:
    found: Period | None = month_named(text, SHANGHAI)
    assert found is None
