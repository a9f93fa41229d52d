"""Five-field cron expressions (POSIX crontab; lists, ranges, steps, names), in a time zone.

Where both day fields are restricted, either may match, as in every cron. A local time that a summer-time change
skips is served at the moment that follows the gap; one that occurs twice is served the first time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.jobs.errors import CronError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = {name: number for number, name in enumerate(_MONTHS, 1)}
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}
# Eight years and a bit: February 29th is missing once for eight years, around a century.
HORIZON_DAYS = 366 * 8 + 2


@dataclass(frozen=True)
class Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    either_day: bool

    def next(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first matching moment later than `after`, in UTC. Raises CronError if there is none."""
        local = after.astimezone(zone)
        for candidate in self._local_times(local.date() - timedelta(days=1)):
            moment = candidate.replace(tzinfo=zone).astimezone(UTC)
            if moment > after:
                return moment
        raise CronError(text=self, reason="its date never comes")

    def matches_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_day or by_weekday if self.either_day else by_day and by_weekday

    def _local_times(self, first: date) -> Iterator[datetime]:
        for offset in range(HORIZON_DAYS):
            day = first + timedelta(days=offset)
            if self.matches_day(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        yield datetime.combine(day, time(hour, minute))


def parse(text: str) -> Cron:
    """Raises CronError, which names the field."""
    fields = text.split()
    if len(fields) != 5:  # noqa: PLR2004  # the five of the format
        raise CronError(text=text, reason=f"{len(fields)} fields instead of 5")
    minute, hour, day, month, weekday = fields
    return Cron(
        minutes=tuple(sorted(_field(text, minute, 0, 59))),
        hours=tuple(sorted(_field(text, hour, 0, 23))),
        days=frozenset(_field(text, day, 1, 31)),
        months=frozenset(_field(text, month, 1, 12, MONTHS)),
        weekdays=frozenset(number % 7 for number in _field(text, weekday, 0, 7, WEEKDAYS)),
        either_day=not day.startswith("*") and not weekday.startswith("*"),
    )


def _field(text: str, field: str, low: int, high: int, names: Mapping[str, int] | None = None) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(text, step_text, 1, high, {}) if slash else 1
        if span == "*":
            first, last = low, high
        else:
            first_text, dash, last_text = span.partition("-")
            first = _number(text, first_text, low, high, names or {})
            last = _number(text, last_text, low, high, names or {}) if dash else (high if slash else first)
        if first > last:
            raise CronError(text=text, reason=f"{part} runs backwards")
        found.update(range(first, last + 1, step))
    return found


def _number(text: str, word: str, low: int, high: int, names: Mapping[str, int]) -> int:
    if word.upper() in names:
        return names[word.upper()]
    if not (word.isascii() and word.isdigit() and len(word) <= 2 and low <= int(word) <= high):  # noqa: PLR2004
        raise CronError(text=text, reason=f"{word!r} is not a number from {low} to {high}")
    return int(word)
