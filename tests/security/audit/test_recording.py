import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.database import Database
from core.events import Event
from security.audit import SYSTEM, Actor, AuditRecord, Filter, find, record, record_refusal, verify
from security.audit.models import AuditHead
from security.errors import AuditUnavailableError, RoleConflictError
from security.roles import Role

ZHANG = Actor("zhangwei", "person", account_id=7, address="10.1.1.9")


def test_a_record_says_who_when_from_where_what_and_how_it_ended(database: Database) -> None:
    with database.write() as session:
        record(
            session,
            Event.OBJECT_CHANGED,
            ZHANG,
            subject="device:HW-CORE-01",
            result="refused",
            before={"room": "一号机房", "snmp": {"community": "s3cret"}},
            after={"room": "二号机房"},
            detail={"reason": "maintenance"},
        )
    with database.read() as session:
        found = session.scalars(select(AuditRecord)).one()
    assert (found.sequence, found.event, found.subject) == (1, "inventory:object:change", "device:HW-CORE-01")
    assert (found.actor_name, found.account_id, found.address) == ("zhangwei", 7, "10.1.1.9")
    assert found.result == "refused"
    assert found.before == {"room": "一号机房", "snmp": {"community": "***"}}
    assert (found.after, found.detail) == ({"room": "二号机房"}, {"reason": "maintenance"})
    assert datetime.now(found.at.tzinfo) - found.at < timedelta(minutes=1)


def test_a_change_that_is_rolled_back_leaves_no_record_and_no_gap(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        record(session, Event.OBJECT_CHANGED, SYSTEM)
        raise RuntimeError
    with database.write() as session:
        assert record(session, Event.OBJECT_CHANGED, SYSTEM).sequence == 1
    with database.read() as session:
        assert verify(session).records == 1


def test_several_records_may_share_a_transaction(database: Database) -> None:
    with database.write() as session:
        assert [record(session, Event.OBJECT_CREATED, SYSTEM).sequence for _ in range(3)] == [1, 2, 3]
    with database.read() as session:
        assert verify(session).broken is None


def test_writers_at_once_leave_neither_gap_nor_fork(database: Database) -> None:
    def write() -> None:
        for _ in range(10):
            with database.write() as session:
                record(session, Event.OBJECT_CHANGED, SYSTEM)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        found = verify(session)
        assert (found.records, found.broken) == (40, None)
        assert session.scalars(select(func.max(AuditRecord.sequence))).one() == 40


def test_without_a_head_nothing_is_recorded(database: Database) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM audit_head"))
    with pytest.raises(AuditUnavailableError), database.write() as session:
        record(session, Event.OBJECT_CHANGED, SYSTEM)


@pytest.mark.parametrize("statement", ["UPDATE audit_record SET subject = 'x'", "DELETE FROM audit_record"])
def test_the_database_refuses_to_change_a_record(database: Database, statement: str) -> None:
    with database.write() as session:
        record(session, Event.OBJECT_CHANGED, SYSTEM)
    with pytest.raises(DBAPIError, match="neither changed nor deleted"), database.write() as session:
        session.execute(text(statement))


def test_hostile_names_fit_their_columns_and_cannot_steer_a_terminal(database: Database) -> None:
    with database.write() as session:
        record(session, Event.LOGIN_FAILED, Actor("\x1b[31m\0\ud800" + "长" * 500, "person"), subject="x" * 999)
    with database.read() as session:
        entry = session.scalars(select(AuditRecord)).one()
        assert len(entry.subject) == 200
        assert len(entry.actor_name) == 100
        assert "\x1b" not in entry.actor_name
        assert verify(session).broken is None


def test_pages_go_from_new_to_old_and_end(database: Database) -> None:
    with database.write() as session:
        for number in range(7):
            record(session, Event.OBJECT_CHANGED, ZHANG if number % 2 else SYSTEM, subject=f"device:{number}")
    with database.read() as session:
        first = find(session, limit=5)
        assert [entry.sequence for entry in first.records] == [7, 6, 5, 4, 3]
        second = find(session, before=first.older, limit=5)
        assert ([entry.sequence for entry in second.records], second.older) == ([2, 1], None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(actor="zhang"), [2]),
        (Filter(event="security:"), [3, 2]),
        (Filter(event="security_"), []),
        (Filter(subject="device:A%"), []),
        (Filter(subject="device:A"), [1]),
        (Filter(address="10.1."), [2]),
        (Filter(result="refused"), [2]),
        (Filter(), [3, 2, 1]),
    ],
)
def test_filters_narrow_and_take_wildcards_as_letters(database: Database, wanted: Filter, expected: list[int]) -> None:
    with database.write() as session:
        record(session, Event.OBJECT_CHANGED, SYSTEM, subject="device:A1")
        record(session, Event.LOGIN_FAILED, ZHANG, result="refused")
        record(session, Event.LOGIN_SUCCEEDED, SYSTEM)
    with database.read() as session:
        assert [entry.sequence for entry in find(session, wanted).records] == expected


def test_a_time_window_is_half_open(database: Database) -> None:
    with database.write() as session:
        at = record(session, Event.OBJECT_CHANGED, SYSTEM).at
    with database.read() as session:
        assert find(session, Filter(since=at)).records
        assert not find(session, Filter(until=at)).records


def test_a_refusal_is_kept_although_its_transaction_is_not(database: Database) -> None:
    with pytest.raises(RoleConflictError) as caught, database.write() as session:
        record(session, Event.ROLE_GRANTED, ZHANG)
        raise RoleConflictError(login="x", role=Role.OPERATOR, other=Role.AUDIT_ADMIN, token="s3cret")
    record_refusal(database, Event.ROLE_GRANTED, ZHANG, caught.value, subject="account:x")
    with database.read() as session:
        (entry,) = find(session).records
    assert (entry.sequence, entry.result, entry.subject) == (1, "refused", "account:x")
    assert entry.detail == {
        "code": "security.role_conflict", "login": "x", "role": "operator", "other": "audit_admin", "token": "***",
    }  # fmt: skip


def test_there_is_one_head(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as session:
        session.add(AuditHead(id=2, sequence=0, hash="0" * 64))
