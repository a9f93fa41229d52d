from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, String, Table, select, text
from sqlalchemy.exc import DBAPIError

from core.database import BULK_ROWS, Base, Database, DatabaseUrlError, UtcDateTime, bulk_upsert

SAMPLE = Table(
    "test_sample",
    Base.metadata.__class__(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("at", UtcDateTime),
)


@pytest.fixture
def sample(database: Database) -> Database:
    with database.write_engine.begin() as connection:
        SAMPLE.create(connection)
    return database


def test_a_moment_comes_back_in_utc(sample: Database) -> None:
    moment = datetime(2026, 11, 23, 8, 0, 0, 123, tzinfo=timezone(timedelta(hours=8)))
    with sample.bulk() as connection:
        bulk_upsert(connection, SAMPLE, [{"id": 1, "at": moment}], ["id"])
    with sample.read() as session:
        found = session.execute(select(SAMPLE.c.at)).scalar_one()
    assert found == moment
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(sample: Database) -> None:
    with pytest.raises(Exception, match="without a time zone"), sample.write() as session:
        session.execute(SAMPLE.insert().values(id=1, at=datetime(2026, 1, 1)))  # noqa: DTZ001  # the point of the test


def test_an_upsert_updates_what_is_there_and_inserts_the_rest(sample: Database) -> None:
    for names in (["a", "b"], ["a", "c", "d"]):
        with sample.bulk() as connection:
            rows = [{"id": number, "name": name} for number, name in enumerate(names)]
            bulk_upsert(connection, SAMPLE, rows, ["id"])
    with sample.read() as session:
        assert session.execute(select(SAMPLE.c.name).order_by(SAMPLE.c.id)).scalars().all() == ["a", "c", "d"]


def test_a_bulk_transaction_is_bounded(sample: Database) -> None:
    with sample.bulk() as connection, pytest.raises(ValueError, match="at most"):
        bulk_upsert(connection, SAMPLE, [{"id": n} for n in range(BULK_ROWS + 1)], ["id"])


def test_the_read_door_cannot_write(sample: Database) -> None:
    with sample.read() as session, pytest.raises(DBAPIError):
        session.execute(SAMPLE.insert().values(id=1))


def test_an_error_in_a_write_leaves_nothing(sample: Database) -> None:
    with pytest.raises(RuntimeError), sample.write() as session:
        session.execute(SAMPLE.insert().values(id=1))
        raise RuntimeError
    with sample.read() as session:
        assert session.execute(select(SAMPLE)).all() == []


def test_a_reader_does_not_wait_for_a_writer(sample: Database) -> None:
    with sample.write() as writer:
        writer.execute(SAMPLE.insert().values(id=1))
        with sample.read() as reader:
            assert reader.execute(select(SAMPLE)).all() == []


def test_business_rows_are_durable_and_bulk_rows_are_fast(database: Database) -> None:
    if database.dialect != "sqlite":
        with database.bulk() as connection:
            assert connection.execute(text("show synchronous_commit")).scalar_one() == "off"
        return
    with database.write() as session:
        assert session.execute(text("pragma synchronous")).scalar_one() == 2
        assert session.execute(text("pragma journal_mode")).scalar_one() == "wal"
    with database.bulk() as connection:
        assert connection.execute(text("pragma synchronous")).scalar_one() == 1


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense"])
def test_an_unknown_database_address_is_named(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        Database(url)
    assert url in str(caught.value)
