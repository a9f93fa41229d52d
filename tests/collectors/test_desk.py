"""Changes of state on their way to the database: in order, kept on a full disk, exact when the clock is set back."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from collectors.desk import Desk
from collectors.history import HistoryWriter
from collectors.models import LineCondition, LineState, OutageRecord, SubjectKind
from collectors.store import Outage, Row, Store
from core.database import Database
from tests.collectors.county import NOW

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BEFORE_PAGES = 1


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(Store(database), HistoryWriter(tmp_path / "history", keep_days=1, keep_bytes=10**8))
    yield desk
    await desk.close(NOW)


def line_row(condition: LineCondition, line: int = 5) -> Row:
    row: Row = {column.name: None for column in LineState.__table__.columns}
    return row | {"line_id": line, "state": condition, "since": NOW, "watched_since": NOW, "updated": NOW}


def outage(minute: float, *, over: bool = False, line: int = 5, name: str = "政务中心-新华村") -> Outage:
    moment = NOW + timedelta(minutes=minute)
    state = LineCondition.DOWN
    return Outage(SubjectKind.LINE, line, name, state, moment, 60 * minute, "x", in_maintenance=False, over=over)


def records(database: Database) -> Sequence[OutageRecord]:
    with database.read() as session:
        return session.scalars(select(OutageRecord).order_by(OutageRecord.id)).all()


def fill(database: Database, pages: int) -> None:
    """As many pages as there are and no more: SQLite then answers as it does on a full disk."""
    with database.write_engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


@on_sqlite
async def test_on_a_full_disk_outages_wait_and_are_written_in_their_order(desk: Desk, database: Database) -> None:
    fill(database, BEFORE_PAGES)
    await desk.change(LineState, line_row(LineCondition.DOWN), [outage(0, name="x" * 100_000)])
    await desk.change(LineState, line_row(LineCondition.UP), [outage(7, over=True)])
    desk.put(LineState, line_row(LineCondition.DEGRADED))
    await desk.flush()
    assert records(database) == []
    assert desk.failures >= 2
    fill(database, 2**30)
    await desk.flush()
    (record,) = records(database)
    assert (record.began, record.ended) == (NOW, NOW + timedelta(minutes=7))
    with database.read() as session:
        assert session.get_one(LineState, 5).state is LineCondition.DEGRADED, "the newest row was written last"


async def test_a_change_that_can_never_be_written_does_not_hold_up_the_others(desk: Desk, database: Database) -> None:
    await desk.change(LineState, line_row(LineCondition.DOWN) | {"since": None}, [outage(0)])
    await desk.change(LineState, line_row(LineCondition.DOWN, 6), [outage(1, line=6)])
    assert [record.subject_id for record in records(database)] == [6]


async def test_what_changes_at_once_is_written_together_and_one_that_cannot_be_costs_itself_only(
    desk: Desk, database: Database
) -> None:
    def down(line: int) -> Coroutine[None, None, None]:
        row = line_row(LineCondition.DOWN, line) | ({"since": None} if line == 7 else {})
        return desk.change(LineState, row, [outage(0, line=line)])

    transactions = 0

    def count(*_: object) -> None:
        nonlocal transactions
        transactions += 1

    event.listen(database.write_engine, "commit", count)
    await asyncio.gather(*(down(line) for line in range(20, 320)))
    assert transactions <= 3
    await asyncio.gather(*(down(line) for line in range(10)))
    assert sorted(record.subject_id for record in records(database)) == [*range(7), 8, 9, *range(20, 320)]


async def test_a_change_that_is_written_twice_is_one_outage(desk: Desk, database: Database) -> None:
    for _ in range(2):
        await desk.change(LineState, line_row(LineCondition.DOWN), [outage(0)])
        await desk.change(LineState, line_row(LineCondition.UP), [outage(3, over=True)])
    await desk.change(LineState, line_row(LineCondition.DOWN), [outage(4)])
    assert [(record.began, record.ended) for record in records(database)] == [
        (NOW, NOW + timedelta(minutes=3)),
        (NOW + timedelta(minutes=4), None),
    ]


@pytest.mark.parametrize(
    ("now", "monotonic_s", "began"),
    [
        pytest.param(NOW - timedelta(hours=1), 600.0, NOW - timedelta(hours=1, minutes=10), id="was an hour ahead"),
        pytest.param(NOW + timedelta(minutes=10), 600.0, NOW, id="only back to where it was before"),
    ],
)
async def test_when_the_clock_is_set_back_an_open_outage_keeps_its_length(
    desk: Desk, database: Database, now: datetime, monotonic_s: float, began: datetime
) -> None:
    await desk.change(LineState, line_row(LineCondition.DOWN), [outage(0)])
    await desk.clock_was_set_back(now, monotonic_s)
    assert records(database)[0].began == began


async def test_an_outage_of_an_earlier_process_does_not_begin_in_the_future(desk: Desk, database: Database) -> None:
    Store(database).change(LineState, line_row(LineCondition.DOWN), [outage(0)])
    await desk.clock_was_set_back(NOW - timedelta(hours=1), 5.0)
    assert records(database)[0].began == NOW - timedelta(hours=1)
    await desk.change(LineState, line_row(LineCondition.UP), [outage(-90, over=True)])
    assert records(database)[0].ended == NOW - timedelta(hours=1), "and never ends before it began"
