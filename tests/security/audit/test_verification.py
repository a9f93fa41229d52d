"""Whoever edits the database behind the program's back is found, whatever the edit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from core import schema
from core.database import Database, sqlite_url
from core.events import Event
from security.audit import SYSTEM, Actor, Breach, Verification, record, verify
from security.audit.chain import GENESIS, canonical, link
from security.audit.tree import EMPTY

RECORDS = 12
COLUMNS = (
    "at", "event", "actor_name", "actor_kind", "account_id", "address", "subject", "result",
    "before", "after", "detail", "previous", "hash",
)  # fmt: skip


def fill(database: Database) -> None:
    with database.write() as session:
        for number in range(RECORDS):
            actor = Actor("zhang", "person", number, "10.0.0.1") if number % 3 else SYSTEM
            record(session, Event.OBJECT_CHANGED, actor, subject=f"device:{number}", after={"n": number})


def unguard(connection: Connection) -> None:
    """An intruder with the database in hand removes the triggers first."""
    if connection.dialect.name == "postgresql":
        for name in ("audit_record_forbid", "audit_record_forbid_delete"):
            connection.execute(text(f"DROP TRIGGER {name} ON audit_record"))
        return
    for action in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER audit_record_forbid_{action}"))
    connection.execute(text("PRAGMA ignore_check_constraints=ON"))


def check(database: Database) -> Verification:
    with database.read() as session:
        return verify(session)


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    with database.write_engine.begin() as connection:
        unguard(connection)
    return database


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path_factory.mktemp("audit") / "guanjin.db"))
    schema.upgrade(database)
    fill(database)
    with database.write_engine.begin() as connection:
        unguard(connection)
    yield database
    database.close()


@contextmanager
def tampered(database: Database) -> Iterator[Connection]:
    """Changes that are gone at the end."""
    with database.write_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def verify_on(connection: Connection) -> Verification:
    from sqlalchemy.orm import Session

    with Session(connection) as session:
        return verify(session)


def test_an_untouched_log_is_whole(filled: Database) -> None:
    found = check(filled)
    assert (found.records, found.broken) == (RECORDS, None)
    assert found.head != GENESIS


def test_an_empty_log_is_whole(database: Database) -> None:
    assert check(database) == Verification(0, GENESIS, None, root=EMPTY.hex())


@pytest.mark.parametrize(
    ("statements", "sequence", "breach"),
    [
        (["UPDATE audit_record SET subject = 'device:other' WHERE sequence = 5"], 5, Breach.ALTERED),
        (["UPDATE audit_record SET hash = previous WHERE sequence = 5"], 5, Breach.ALTERED),
        (["DELETE FROM audit_record WHERE sequence = 1"], 1, Breach.MISSING),
        (["DELETE FROM audit_record WHERE sequence = 5"], 5, Breach.MISSING),
        (["DELETE FROM audit_record WHERE sequence > 5"], 6, Breach.HEAD),
        (["DELETE FROM audit_record"], 1, Breach.HEAD),
        (
            ["DELETE FROM audit_record WHERE sequence = 5", "UPDATE audit_record SET sequence = 5 WHERE sequence = 12"],
            5,
            Breach.UNLINKED,
        ),
        (["UPDATE audit_head SET sequence = 11"], 11, Breach.HEAD),
        (["UPDATE audit_head SET hash = 'x'"], 12, Breach.HEAD),
        (["DELETE FROM audit_head"], 13, Breach.HEAD),
    ],
)
def test_the_first_broken_record_is_named(
    filled: Database, statements: list[str], sequence: int, breach: Breach
) -> None:
    with filled.write_engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    broken = check(filled).broken
    assert broken is not None
    assert (broken.sequence, broken.breach) == (sequence, breach)


def test_a_value_of_a_foreign_type_is_found_and_not_stumbled_over(template: Database) -> None:
    for value in ("CAST(x'ff00fe' AS TEXT)", "x'00'", "7", "'2026'", "''", "1e400"):
        for column in ("at", "subject", "before", "hash", "previous", "account_id"):
            with tampered(template) as connection:
                connection.execute(text(f"UPDATE audit_record SET {column} = {value} WHERE sequence = 5"))  # noqa: S608  # our values
                broken = verify_on(connection).broken
                assert broken is not None, (column, value)
                assert broken.sequence == 5, (column, value)


edits = st.tuples(
    st.just("edit"),
    st.integers(1, RECORDS),
    st.sampled_from(COLUMNS),
    st.one_of(st.text(max_size=8), st.integers(0, 2**40), st.binary(max_size=8)),
)
deletes = st.tuples(st.just("delete"), st.integers(1, RECORDS), st.integers(1, 4))
swaps = st.tuples(st.just("swap"), st.integers(1, RECORDS), st.integers(1, RECORDS))


def apply(connection: Connection, tampering: tuple[Any, ...]) -> None:
    kind, first, *rest = tampering
    if kind == "edit":
        statement = text(f"UPDATE OR IGNORE audit_record SET {rest[0]} = :value WHERE sequence = :n")  # noqa: S608  # our names
        connection.execute(statement, {"value": rest[1], "n": first})
    elif kind == "delete":
        statement = text("DELETE FROM audit_record WHERE sequence BETWEEN :n AND :m")
        connection.execute(statement, {"n": first, "m": first + rest[0] - 1})
    else:
        for old, new in ((first, 900), (rest[0], first), (900, rest[0])):
            connection.execute(
                text("UPDATE audit_record SET sequence = :new WHERE sequence = :old"), {"old": old, "new": new}
            )


def contents(connection: Connection) -> list[Any]:
    quoted = ", ".join(f"quote({column})" for column in ("sequence", *COLUMNS))
    return list(connection.execute(text(f"SELECT {quoted} FROM audit_record ORDER BY sequence")))  # noqa: S608  # our names


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tamperings=st.lists(st.one_of(edits, deletes, swaps), min_size=1, max_size=3))
def test_every_random_tampering_is_found(template: Database, tamperings: list[tuple[Any, ...]]) -> None:
    with tampered(template) as connection:
        original = contents(connection)
        for tampering in tamperings:
            apply(connection, tampering)
        changed = contents(connection) != original
        assert (verify_on(connection).broken is not None) == changed


def test_the_documented_example_is_what_is_hashed() -> None:
    fields: dict[str, str | int | None] = {
        "sequence": 1,
        "at": "2026-11-23T08:00:00.000123Z",
        "event": "inventory:object:change",
        "actor_name": "张伟",
        "actor_kind": "person",
        "account_id": 7,
        "address": "10.1.1.9",
        "subject": "device:HW-CORE-01",
        "result": "ok",
        "before": None,
        "after": '{"room":"二号机房"}',
        "detail": None,
    }
    assert canonical(fields).startswith(b'{"account_id":7,"actor_kind":"person",')
    assert link(GENESIS, fields) == "366f09234038d84d7af5237a4cd628a927d25b968312b70409e03ad677686fbe"
