"""Reading history for charts. What is not known is None: a chart shows the gap instead of drawing across it."""

import logging
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from collectors.history import day
from collectors.history.record import FIELDS, MINUTE_S, Field, Kind, Merge

log = logging.getLogger(__name__)

Downsampling = Literal["avg", "max"]


# The latest value of a step: time and value in one number, of which the largest wins; both are below this.
LATEST = 2**31


@dataclass(frozen=True)
class TimeSeries:
    """`times` are seconds of the Unix epoch, `step_s` apart, each the beginning of its step."""

    step_s: int
    times: list[int]
    values: dict[str, list[float | None]]


class TimeSeriesReader(Protocol):
    """Where charts get their numbers; the day files today, a Prometheus API where one is configured."""

    def read(
        self,
        kind: Kind,
        subject_id: int,
        begin: datetime,
        end: datetime,
        *,
        points: int = 500,
        how: Downsampling = "avg",
    ) -> TimeSeries:
        """From `begin` (inclusive) to `end` (exclusive), in at most `points` steps of whole minutes.

        `how="max"` keeps the peaks of what is averaged otherwise.
        """


class HistoryReader:
    """Reads the day files beside the process that writes them; a damaged file is a gap, and is left to the writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(
        self,
        kind: Kind,
        subject_id: int,
        begin: datetime,
        end: datetime,
        *,
        points: int = 500,
        how: Downsampling = "avg",
    ) -> TimeSeries:
        first = int(begin.timestamp()) // MINUTE_S * MINUTE_S
        last = max(first, math.ceil(end.timestamp() / MINUTE_S) * MINUTE_S)
        step = max(1, math.ceil((last - first) / MINUTE_S / max(1, points))) * MINUTE_S
        times = list(range(first, last, step))
        values: dict[str, list[float | None]] = {field.name: [None] * len(times) for field in FIELDS[kind]}
        # A step that spans midnight is in two files: what was found first is merged with what follows.
        for path in self._paths(first, last):
            for number, *found in _rows(path, select_statement(kind, how), (first, last, step, subject_id)):
                for field, value in zip(FIELDS[kind], found, strict=True):
                    if value is not None:
                        known = values[field.name]
                        known[number] = _joined(known[number], value / field.scale, field.merge, how)
        return TimeSeries(step, times, values)

    def _paths(self, first: int, last: int) -> Iterator[Path]:
        low, high = day.path_of(self.folder, first).name, day.path_of(self.folder, last).name
        return (path for path in day.days(self.folder) if low <= path.name <= high)


def _rows(path: Path, statement: str, window: tuple[int, int, int, int]) -> list[tuple[int, ...]]:
    try:
        connection = sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        log.warning("history file %s cannot be opened: %s", path.name, error)
        return []
    try:
        names = ("first", "last", "step", "subject")
        return connection.execute(statement, dict(zip(names, window, strict=True))).fetchall()
    except sqlite3.Error as error:
        log.warning("history file %s cannot be read: %s", path.name, error)
        return []
    finally:
        connection.close()


def select_statement(kind: Kind, how: Downsampling) -> str:
    """One look-up a minute in the time-first key; scanning the range would read every other subject's rows."""
    columns = ", ".join(_aggregate(field, how) for field in FIELDS[kind])
    return (
        "WITH RECURSIVE minute(ts) AS (SELECT :first UNION ALL "  # noqa: S608  # names are constants of record.py
        f"SELECT ts + {MINUTE_S} FROM minute WHERE ts + {MINUTE_S} < :last) "
        f"SELECT (minute.ts - :first) / :step AS number, {columns} "
        f"FROM minute CROSS JOIN {kind} AS row ON row.ts = minute.ts AND row.id = :subject GROUP BY number"
    )


def _aggregate(field: Field, how: Downsampling) -> str:
    if field.merge is Merge.LAST:
        return f"max(row.ts * {LATEST} + row.{field.name}) % {LATEST}"
    merge = Merge.MOST if field.merge is Merge.MEAN and how == "max" else field.merge
    return f"{merge}(row.{field.name})"


def _joined(known: float | None, value: float, merge: Merge, how: Downsampling) -> float:
    if known is None or merge is Merge.LAST:
        return value
    if merge is Merge.LEAST:
        return min(known, value)
    if merge is Merge.MOST or how == "max":
        return max(known, value)
    return (known + value) / 2
