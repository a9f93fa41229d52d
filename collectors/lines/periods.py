"""The calendar's periods as people mean them: a day and a month of the office's own time zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from collectors.lines.availability import Period

MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


def day_of(now: datetime, zone: str) -> Period:
    local = now.astimezone(ZoneInfo(zone)).date()
    return Period(_midnight(local, zone), _midnight(local + timedelta(days=1), zone))


def month_of(now: datetime, zone: str) -> Period:
    first = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    return Period(_midnight(first, zone), _midnight((first + timedelta(days=31)).replace(day=1), zone))


def month_before(now: datetime, zone: str) -> Period:
    return month_of(month_of(now, zone).begin - timedelta(days=1), zone)


def month_named(name: str, zone: str) -> Period | None:
    """`2026-11`; None for what is no month."""
    found = MONTH.fullmatch(name)
    return month_of(_midnight(date(int(found[1]), int(found[2]), 15), zone), zone) if found else None


def _midnight(day: date, zone: str) -> datetime:
    """In UTC: differences between two local times would leave out the hour by which summer time moves them."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
