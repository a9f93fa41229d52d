from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.jobs.cron import Cron, parse
from core.jobs.errors import CronError

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 16:00 in Shanghai


def local(text: str, after: datetime = START, zone: ZoneInfo = SHANGHAI) -> str:
    return parse(text).next(after, zone).astimezone(zone).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("* * * * *", "Mon 2026-11-23 16:01"),
        ("15 2 * * *", "Tue 2026-11-24 02:15"),
        ("0 16 * * *", "Tue 2026-11-24 16:00"),
        ("*/20 * * * *", "Mon 2026-11-23 16:20"),
        ("5-59/25 16 * * *", "Mon 2026-11-23 16:05"),
        ("30/10 * * * *", "Mon 2026-11-23 16:30"),
        ("0 0 1 jan *", "Fri 2027-01-01 00:00"),
        ("0 9 * * MON-FRI", "Tue 2026-11-24 09:00"),
        ("0 9 * * 7", "Sun 2026-11-29 09:00"),
        ("0 9 * * 0,6", "Sat 2026-11-28 09:00"),
        ("0 0 13 * FRI", "Fri 2026-11-27 00:00"),  # either day field may match
        ("0 0 29 2 *", "Tue 2028-02-29 00:00"),
        ("0 0 31 * *", "Thu 2026-12-31 00:00"),
    ],
)
def test_the_next_moment_of_a_schedule(text: str, moment: str) -> None:
    assert local(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "5-1 * * * *",
        "a * * * *",
        "1, * * * *",
        "-1 * * * *",
        "٣ * * * *",
        "1.5 * * * *",
        "* * * MON *",
    ],
)
def test_what_is_not_a_schedule_is_refused(text: str) -> None:
    with pytest.raises(CronError) as caught:
        parse(text)
    assert caught.value.text == text


def test_a_date_that_never_comes_is_refused() -> None:
    with pytest.raises(CronError, match="never comes"):
        parse("0 0 30 2 *").next(START, SHANGHAI)


def test_a_leap_day_is_found_across_a_century_without_one() -> None:
    assert parse("0 0 29 2 *").next(datetime(2096, 3, 1, tzinfo=UTC), SHANGHAI).year == 2104


def test_a_time_that_summer_time_skips_is_served_after_the_gap() -> None:
    assert local("30 2 * * *", datetime(2026, 3, 28, 12, 0, tzinfo=UTC), BERLIN) == "Sun 2026-03-29 03:30"


def test_a_time_that_occurs_twice_is_served_once() -> None:
    cron, after, moments = parse("30 2 * * *"), datetime(2026, 10, 24, 12, 0, tzinfo=UTC), []
    for _ in range(2):
        after = cron.next(after, BERLIN)
        moments.append(after)
    assert moments == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def fields(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    spans = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    starred = st.integers(1, high).map(lambda step: f"*/{step}")
    return st.one_of(st.just("*"), starred, st.lists(st.one_of(number.map(str), spans), min_size=1).map(",".join))


crons = st.tuples(fields(0, 59), fields(0, 23), fields(1, 28), fields(1, 12), fields(0, 7)).map(" ".join)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds
zones = st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kathmandu")])


def matches(cron: Cron, moment: datetime) -> bool:
    return moment.minute in cron.minutes and moment.hour in cron.hours and cron.matches_day(moment.date())


@given(crons, moments)
@settings(max_examples=50)
def test_the_next_moment_is_the_first_later_one_that_matches(text: str, after: datetime) -> None:
    cron = parse(text)
    found = cron.next(after, SHANGHAI)
    assert found > after
    assert matches(cron, found.astimezone(SHANGHAI))
    earliest = max(after.replace(second=0, microsecond=0) + timedelta(minutes=1), found - timedelta(days=2))
    minutes = int((found - earliest).total_seconds() // 60)
    between = (earliest + timedelta(minutes=number) for number in range(minutes))
    if SHANGHAI.utcoffset(earliest.replace(tzinfo=None)) == SHANGHAI.utcoffset(found.replace(tzinfo=None)):
        assert not any(matches(cron, moment.astimezone(SHANGHAI)) for moment in between)


@given(crons, moments, zones)
@settings(max_examples=50)
def test_moments_follow_each_other_in_every_zone(text: str, after: datetime, zone: ZoneInfo) -> None:
    cron = parse(text)
    first = cron.next(after, zone)
    second = cron.next(first, zone)
    assert after < first < second
    assert cron.next(after, zone) == cron.next(first - timedelta(microseconds=1), zone) == first


@given(st.text(alphabet="0123456789*/,- MONFEBjan\x00中", max_size=30))
def test_any_text_is_a_schedule_or_a_cron_error(text: str) -> None:
    with suppress(CronError):
        parse(text)
