"""Pages are what they would be if every record were looked at, and are found without doing so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select

from core import schema
from core.database import Database, sqlite_url
from core.events import Event
from security.audit import Actor, AuditRecord, Filter, find, search
from security.audit.recording import Happening, record_all
from security.audit.signing import sign_new
from tests.security.audit.logs import KEY
from tests.security.conftest import HeldClock

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
EVENTS = (Event.OBJECT_CHANGED, Event.OBJECT_CREATED, Event.LOGIN_FAILED)
SUBJECTS = ("device:A1", "device:A2", "device:a1", "device:B%", "设备:核心", "账号", "")


def happening(number: int) -> Happening:
    actor = Actor(
        ("zhang", "zhangwei", "李强")[number % 3], "person", address=(None, "10.1.1.9", "10.1.1.10")[number % 3]
    )
    result: Any = "refused" if number % 7 == 0 else "ok"
    return Happening(EVENTS[number * 5 % 3], actor, SUBJECTS[number * 3 % len(SUBJECTS)], result)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """200 records a minute apart; the clock was set back by an hour once, and forward by a day and back again."""
    database = Database(sqlite_url(tmp_path_factory.mktemp("search") / "guanjin.db"))
    schema.upgrade(database)
    clock = HeldClock(START)
    for number in range(200):
        with database.write() as session:
            record_all(session, [happening(number)], clock=clock)
        clock.forward(minutes={60: -60, 120: 1440, 121: -1439}.get(number, 1))
        if number == 150:
            sign_new(database, KEY, clock)
    yield database
    database.close()


filters = st.builds(
    Filter,
    since=st.none() | st.integers(-90, 300).map(lambda minutes: START + timedelta(minutes=minutes)),
    until=st.none() | st.integers(-90, 1800).map(lambda minutes: START + timedelta(minutes=minutes)),
    event=st.sampled_from(["", "", "inventory:", "inventory:object:change", "security", "x"]),
    actor=st.sampled_from(["", "", "zhang", "zhangwei", "李", "Z"]),
    subject=st.sampled_from(["", "", "device:", "device:A", "device:B%", "device:_", "设", "账号", "\U0010ffff"]),
    address=st.sampled_from(["", "", "10.1.1.", "10.1.1.9", "x"]),
    result=st.sampled_from([None, None, "ok", "refused", "failed"]),
)


def matches(entry: AuditRecord, wanted: Filter) -> bool:
    return (
        (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
        and entry.event.startswith(wanted.event)
        and entry.actor_name.startswith(wanted.actor)
        and entry.subject.startswith(wanted.subject)
        and (entry.address or "").startswith(wanted.address)
        and wanted.result in (None, entry.result)
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=filters,
    scan=st.sampled_from([3, 40, 20_000]),
    window=st.sampled_from([7, 100_000]),
    limit=st.integers(1, 60),
)
def test_pages_together_hold_every_match_once_however_little_is_looked_at(
    log: Database, monkeypatch: pytest.MonkeyPatch, wanted: Filter, scan: int, window: int, limit: int
) -> None:
    monkeypatch.setattr(search, "SCAN", scan)
    monkeypatch.setattr(search, "WINDOW", window)
    found: list[int] = []
    before: int | None = None
    with log.read() as session:
        while True:
            page = find(session, wanted, before=before, limit=limit)
            assert len(page.records) <= limit
            assert page.older is not None or not page.cut
            found += [entry.sequence for entry in page.records]
            if page.older is None:
                break
            assert before is None or page.older < before
            before = page.older
        every = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()))
        assert found == [entry.sequence for entry in every if matches(entry, wanted)]


@pytest.mark.parametrize("unknown", [Filter(since=START), Filter(until=START + timedelta(minutes=5))])
def test_times_are_kept_where_nobody_signs(log: Database, monkeypatch: pytest.MonkeyPatch, unknown: Filter) -> None:
    monkeypatch.setattr(search, "TAIL", 1)
    with log.read() as session:
        every = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()))
        expected = [entry.sequence for entry in every if matches(entry, unknown)]
        assert [entry.sequence for entry in find(session, unknown, limit=1000).records] == expected


def plans(engine: Engine, log: Database, wanted: Filter) -> list[str]:
    """How SQLite goes about each statement of a search."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with log.read() as session:
            find(session, wanted)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return [
            row.detail
            for statement, parameters in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


@pytest.mark.parametrize("scan", [1, 20_000])
@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(event="inventory:object:change"),
        Filter(event="inventory:"),
        Filter(actor="zhang", result="refused"),
        Filter(subject="device:", address="10.1.1.9"),
        Filter(since=START, until=START + timedelta(hours=1), actor="李强"),
    ],
)
def test_no_search_sorts_or_walks_the_whole_table(
    log: Database, monkeypatch: pytest.MonkeyPatch, wanted: Filter, scan: int
) -> None:
    monkeypatch.setattr(search, "SCAN", scan)
    found = [detail for detail in plans(log.read_engine, log, wanted) if "audit_record" in detail or "B-TREE" in detail]
    assert found
    assert not [detail for detail in found if not detail.startswith("SEARCH audit_record USING ")] or wanted == Filter()
    assert not [detail for detail in found if "B-TREE" in detail]
