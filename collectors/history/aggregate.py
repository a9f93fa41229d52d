"""From several rows to one, in SQL: for the coarser tiers and for a chart's steps."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Final

from collectors.history.files import Row
from collectors.history.record import FIELDS, MINUTE_S, PEAK, Field, Kind, Merge

# The latest value of a step: time and value in one number, of which the largest wins; both are below this.
LATEST: Final = 2**31


def merge_expression(field: Field) -> str:
    if field.merge is Merge.LAST:
        return f"max(row.ts * {LATEST} + row.{field.name}) % {LATEST}"
    return f"{field.merge}(row.{field.name})"


def peak_expression(field: Field, known: Collection[str]) -> str:
    """The highest of a field; in a rolled tier its peaks are in a column of their own."""
    name = field.name + PEAK
    return f"max(coalesce(row.{name}, row.{field.name}))" if name in known else f"max(row.{field.name})"


def rows_of_period(
    connection: sqlite3.Connection, kind: Kind, period: int, seconds: int, chosen: Collection[int] | None
) -> list[Row]:
    """The rows of a rolled tier for one period of minutes; only of the chosen subjects, if they are chosen."""
    facts = {"first": period, "last": period + seconds, "chosen": json.dumps(sorted(chosen or ()))}
    statement = _by_subject(kind) if chosen is None else _by_chosen(kind)
    return [[period, subject, *_whole(values)] for subject, *values in connection.execute(statement, facts)]


def _columns(kind: Kind) -> str:
    fields = FIELDS[kind]
    peaks = (peak_expression(field, ()) for field in fields if field.peak)
    return ", ".join([*map(merge_expression, fields), *peaks])


def _by_subject(kind: Kind) -> str:
    return (
        f"SELECT row.id, {_columns(kind)} FROM {kind} AS row "  # noqa: S608  # names are constants of record.py
        "WHERE row.ts >= :first AND row.ts < :last GROUP BY row.id"
    )


def _by_chosen(kind: Kind) -> str:
    """One look-up a minute and subject in the time-first key, instead of reading every other subject's rows."""
    return (
        f"{MINUTES_OF_WINDOW} SELECT row.id, {_columns(kind)} "  # noqa: S608  # as above
        f"FROM json_each(:chosen) AS one CROSS JOIN moment CROSS JOIN {kind} AS row "
        "ON row.ts = moment.ts AND row.id = one.value GROUP BY row.id"
    )


def moments(step_s: int) -> str:
    """The beginnings of all steps from :first to :last."""
    following = f"ts + {step_s}"
    return (
        "WITH RECURSIVE moment(ts) AS (SELECT :first UNION ALL "  # noqa: S608  # a number of ours
        f"SELECT {following} FROM moment WHERE {following} < :last)"
    )


MINUTES_OF_WINDOW: Final = moments(MINUTE_S)


def _whole(values: list[float | None]) -> Iterator[int | None]:
    return (None if value is None else round(value) for value in values)
