"""Reading history for charts. What is not known is None: a chart shows the gap instead of drawing across it.

    window --> step: as fine as the points allow, and as the oldest of it is still known
           --> the coarsest tier that serves the step; what it lacks at either end comes from the finer ones

The newest minutes are not rolled up yet, and of most ports there are no hours: so the finer ones are asked as well.
"""

import logging
import math
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from collectors.history import files
from collectors.history.aggregate import merge_expression, moments, peak_expression
from collectors.history.record import FIELDS, MINUTE_S, Field, Kind, Merge
from collectors.history.tiers import MINUTES, TIERS, Tier

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TimeSeries:
    """`times` are seconds of the Unix epoch, `step_s` apart, each the beginning of its step.

    `peaks` has the highest minute in each step, of the fields that have peaks.
    """

    step_s: int
    times: list[int]
    values: dict[str, list[float | None]]
    peaks: dict[str, list[float | None]]


class TimeSeriesReader(Protocol):
    """Where charts get their numbers: the files of this folder, or a Prometheus API where one is configured."""

    def read(self, kind: Kind, subject_id: int, begin: datetime, end: datetime, *, points: int = 500) -> TimeSeries:
        """From `begin` (inclusive) to `end` (exclusive), in at most `points` steps of whole minutes."""


class HistoryReader:
    """Reads the files beside the process that writes them; a damaged file is a gap, and is left to the writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, kind: Kind, subject_id: int, begin: datetime, end: datetime, *, points: int = 500) -> TimeSeries:
        grain = self._grain(begin.timestamp())
        seconds = max(0.0, (end - begin).total_seconds())
        wanted = max(grain.step_s, seconds / max(1, points))
        usual = next(tier for tier in reversed(TIERS) if tier.step_s <= wanted)
        first = usual.floor(begin.timestamp())
        last = max(first, math.ceil(end.timestamp() / MINUTE_S) * MINUTE_S)
        step = math.ceil(max(wanted, (last - first) / max(1, points)) / usual.step_s) * usual.step_s
        grid = _Grid(kind, first, last, step)
        for tier in reversed(TIERS[: TIERS.index(usual) + 1]):
            for begin_at, end_at in grid.unknown_ends():
                self._fill(grid, tier, subject_id, begin_at, end_at)
        return grid.series()

    def _grain(self, begin: float) -> Tier:
        """The finest tier that reaches back to `begin`, or as far back as any does."""
        oldest = {tier: found for tier in TIERS if (found := self._oldest(tier)) is not None}
        reach = max(begin, min(oldest.values(), default=begin))
        return next((tier for tier in TIERS if oldest.get(tier, math.inf) <= reach), MINUTES)

    def _oldest(self, tier: Tier) -> int | None:
        paths = tier.paths(self.folder)
        if not paths:
            return None
        if not tier.rolled:
            return tier.span(paths[0])[0]
        rows = _ask(paths[0], lambda _: f"SELECT min(ts) FROM {files.MARKS}", {})  # noqa: S608  # a constant
        return next((int(ts) for (ts,) in rows if ts is not None), None)

    def _fill(self, grid: "_Grid", tier: Tier, subject: int, begin: int, end: int) -> None:
        for path in tier.paths(self.folder):
            file_begin, file_end = tier.span(path)
            first, last = max(begin, file_begin), min(end, file_end)
            if first < last:
                window = {"first": tier.floor(first), "last": last, "subject": subject}
                grid.add(_rows(path, grid, tier, window))


@dataclass
class _Grid:
    """The steps of a chart, while they are being filled; `weights` count the rows in each."""

    kind: Kind
    first: int
    last: int
    step_s: int
    weights: list[int] = field(init=False)
    values: dict[str, list[float | None]] = field(init=False)
    peaks: dict[str, list[float | None]] = field(init=False)

    def __post_init__(self) -> None:
        steps = len(self.times)
        self.weights = [0] * steps
        self.values = {one.name: [None] * steps for one in FIELDS[self.kind]}
        self.peaks = {one.name: [None] * steps for one in _peaked(self.kind)}

    @property
    def times(self) -> list[int]:
        return list(range(self.first, self.last, self.step_s))

    def unknown_ends(self) -> list[tuple[int, int]]:
        """The seconds before the first known step, and after the last one."""
        known = [place for place, weight in enumerate(self.weights) if weight]
        if not known:
            return [(self.first, self.last)] if self.first < self.last else []
        head, tail = self.first + known[0] * self.step_s, self.first + (known[-1] + 1) * self.step_s
        return [(begin, end) for begin, end in ((self.first, head), (tail, self.last)) if begin < end]

    def add(self, rows: list[tuple[float | None, ...]]) -> None:
        """A step that spans two files gets rows of both."""
        fields, peaked = FIELDS[self.kind], _peaked(self.kind)
        for number, count, *found in rows:
            place, weight = int(number or 0), int(count or 0)
            for one, value in zip(fields, found, strict=False):
                if value is not None:
                    known = self.values[one.name]
                    known[place] = _joined(known[place], self.weights[place], value / one.scale, weight, one.merge)
            for one, value in zip(peaked, found[len(fields) :], strict=True):
                if value is not None:
                    highest = self.peaks[one.name]
                    highest[place] = _joined(highest[place], 0, value / one.scale, 0, Merge.MOST)
            self.weights[place] += weight

    def series(self) -> TimeSeries:
        return TimeSeries(self.step_s, self.times, self.values, self.peaks)


def _peaked(kind: Kind) -> list[Field]:
    return [one for one in FIELDS[kind] if one.peak]


def _joined(known: float | None, weight: int, value: float, more: int, merge: Merge) -> float:
    if known is None or merge is Merge.LAST:
        return value
    if merge is Merge.LEAST:
        return min(known, value)
    if merge is Merge.MOST:
        return max(known, value)
    return (known * weight + value * more) / (weight + more)


def _rows(path: Path, grid: _Grid, tier: Tier, window: dict[str, int]) -> list[tuple[float | None, ...]]:
    facts = window | {"origin": grid.first, "step": grid.step_s}
    return _ask(path, lambda connection: select_statement(connection, grid.kind, tier), facts)


def select_statement(connection: sqlite3.Connection, kind: Kind, tier: Tier) -> str:
    """One look-up a step in the time-first key; scanning the range would read every other subject's rows."""
    known = files.known_columns(connection, kind)
    fields = [merge_expression(one) if one.name in known else "NULL" for one in FIELDS[kind]]
    peaks = [peak_expression(one, known) if one.name in known else "NULL" for one in _peaked(kind)]
    return (
        f"{moments(tier.step_s)} SELECT (moment.ts - :origin) / :step AS number, count(*), "  # noqa: S608  # constants
        f"{', '.join([*fields, *peaks])} "
        f"FROM moment CROSS JOIN {kind} AS row ON row.ts = moment.ts AND row.id = :subject GROUP BY number"
    )


def _ask(
    path: Path, statement: Callable[[sqlite3.Connection], str], facts: dict[str, int]
) -> list[tuple[float | None, ...]]:
    try:
        connection = files.open_read_only(path)
    except sqlite3.Error as error:
        log.warning("history file %s cannot be opened: %s", path.name, error)
        return []
    try:
        return connection.execute(statement(connection), facts).fetchall()
    except sqlite3.Error as error:
        log.warning("history file %s cannot be read: %s", path.name, error)
        return []
    finally:
        connection.close()
