"""How much of a period a line worked: computed from the records of its outages, not from samples. Pure.

    period    |------------------------------------------------------------|
    watched      |------------------------|        |----------------------|      the poller ran, and the ends were known
    down              |------|    |-------------------|
    marked                             |------------|                            挂牌
    counted      up    down   up  down up(m)  unknown  up

What was not watched is unknown, whatever a record of an outage says that was open over it: it is neither up nor down
and is told beside them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.lines.spans import Spans


@dataclass(frozen=True, slots=True)
class Period:
    """From `begin` (inclusive) to `end` (exclusive)."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """`up` and `down` are the times without a maintenance mark, `marked_*` those under one; `outages` those counted.

    Together with `unknown` they are the whole period.
    """

    period: Period
    up: timedelta
    down: timedelta
    marked_up: timedelta
    marked_down: timedelta
    unknown: timedelta

    @property
    def percent(self) -> float | None:
        """Without the time under a mark; None when nothing is known."""
        return _percent(self.up, self.down)

    @property
    def percent_with_marks(self) -> float | None:
        """As if nobody had put a mark on."""
        return _percent(self.up + self.marked_up, self.down + self.marked_down)


def availability(period: Period, watched: Spans, down: Spans, marked: Spans) -> Availability:
    whole = Spans.of([(period.begin, period.end)])
    seen = whole & watched
    plain, under_mark = seen - marked, seen & marked
    return Availability(
        period,
        up=(plain - down).duration,
        down=(plain & down).duration,
        marked_up=(under_mark - down).duration,
        marked_down=(under_mark & down).duration,
        unknown=(whole - seen).duration,
    )


def of_all(found: Iterable[Availability]) -> float | None:
    """Percent of several lines together, each weighing as much as the time for which it is known."""
    listed = list(found)
    return _percent(sum((one.up for one in listed), timedelta()), sum((one.down for one in listed), timedelta()))


def rounded_down(percent: float) -> str:
    """Three digits, never rounded up, because 99.9999 % is not 100 %; what a float cannot hold exactly is forgiven."""
    return f"{math.floor(percent * 1000 + 1e-6) / 1000:.3f}"


def _percent(up: timedelta, down: timedelta) -> float | None:
    known = up + down
    return 100.0 * (up / known) if known else None
