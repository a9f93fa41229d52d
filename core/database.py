"""The one way to the database: SQLite in WAL mode by default, PostgreSQL by URL, the same models and rules on both.

Three doors, because SQLite has one writer at a time and its readers must never queue behind it:

    write()  a transaction that is durable when it returns (SQLite: BEGIN IMMEDIATE, synchronous=FULL)
    read()   a snapshot that cannot write
    bulk()   the poller's door: many rows that the next poll would bring again (SQLite: synchronous=NORMAL)

Transactions hold no I/O other than the database's own; a bulk transaction stays under `BULK_ROWS` rows, so that
others wait less than 90 ms for their turn.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from sqlalchemy import JSON, Connection, DateTime, Engine, Executable, MetaData, String, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.types import TypeDecorator

from core.errors import GuanjinError
from core.i18n import N_

BULK_ROWS = 2000
BUSY_TIMEOUT_MS = 30_000
# A process that was stopped or cut off inside a transaction must not hold its locks for ever.
POSTGRESQL_PATIENCE = f"-c idle_in_transaction_session_timeout={BUSY_TIMEOUT_MS} -c lock_timeout={BUSY_TIMEOUT_MS}"

Door = Literal["write", "read", "bulk"]


class DatabaseUrlError(GuanjinError):
    code = "core.database_url"
    message = N_("the database address %(url)s is not understood")
    hint = N_("leave storage.database_url empty for SQLite in the data folder, or write postgresql://user@host/name")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; text of fixed width on SQLite, so that it sorts, timestamptz on PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


UNIQUE_VIOLATION = "23505"  # PostgreSQL, appendix A
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
# Nothing is NULL, and not the JSON value null.
JsonOrNothing = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Every table's base; constraint names follow a rule, so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json}


def sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


class Database:
    """Engines of one database. Create one per process and `close()` it at the end."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except Exception as error:
            raise DatabaseUrlError(url=url) from error
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise DatabaseUrlError(url=parsed.render_as_string(hide_password=True))
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.dialect = parsed.get_backend_name()
        self.write_engine = self._engine("write")
        self.read_engine = self._engine("read")
        self.bulk_engine = self._engine("bulk")

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self.url.database) if self.dialect == "sqlite" and self.url.database else None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are durable once the block has ended without an error, and gone otherwise."""
        with Session(self.write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; any attempt to write fails."""
        with Session(self.read_engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def bulk(self) -> Iterator[Connection]:
        """A transaction for `bulk_upsert`; may lose its last moments at a power cut, never its consistency."""
        with self.bulk_engine.begin() as connection:
            yield connection

    def close(self) -> None:
        for engine in (self.write_engine, self.read_engine, self.bulk_engine):
            engine.dispose()

    def _engine(self, door: Door) -> Engine:
        if self.dialect == "sqlite":
            return _sqlite_engine(self.url, door)
        options = {"read": "-c default_transaction_read_only=on", "bulk": "-c synchronous_commit=off"}.get(door, "")
        return create_engine(
            self.url,
            connect_args={"options": f"-c timezone=UTC {POSTGRESQL_PATIENCE} {options}"},
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
        )


def _existing(url: URL) -> URL:
    """The address under which SQLite opens a file and never makes one: a lost database must not come back empty."""
    if not url.database or url.database == ":memory:":
        return url
    return url.set(database=f"file:{quote(url.database)}", query={"mode": "rw", "uri": "true"})


def _sqlite_engine(url: URL, door: Door) -> Engine:
    engine = create_engine(
        _existing(url),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False, "isolation_level": None},
        poolclass=NullPool if door == "bulk" else QueuePool,
        **({} if door == "bulk" else {"pool_size": 10, "max_overflow": 20}),
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        if door != "read":
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if door == 'bulk' else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        if door == "read":
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if door == "read" else "BEGIN IMMEDIATE")

    return engine


def flush_unique(session: Session, taken: GuanjinError) -> None:
    """Flush; raise `taken` where another transaction wrote the same since it was looked for. Then commit nothing.

    PostgreSQL lets two look and both go on, and refuses the second; SQLite lets one writer in at a time.
    """
    try:
        session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != UNIQUE_VIOLATION:
            raise
        raise taken from error


def bulk_upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """Insert rows, or update those whose `keys` exist. Every row has the same columns; at most `BULK_ROWS` rows."""
    if not rows:
        return
    if len(rows) > BULK_ROWS:
        raise ValueError(f"{len(rows)} rows in one bulk transaction; {BULK_ROWS} at most")
    statement = _upsert(connection.dialect.name, table, tuple(rows[0]), tuple(keys))
    connection.execute(statement, [dict(row) for row in rows])


@cache
def _upsert(dialect_name: str, table: Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> Executable:
    """Kept, because making it costs as much as writing forty rows."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    found: Executable = (
        statement.on_conflict_do_update(index_elements=list(keys), set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=list(keys))
    )
    return found


def bulk_update(
    connection: Connection, table: Table, columns: Sequence[str], key: str, rows: Sequence[Sequence[Any]]
) -> None:
    """Set some columns of rows that exist, at most `BULK_ROWS`; a row is the columns' values and then its key.

    By the driver's own statement, because SQLAlchemy looks at every value of every row: five times the cost.
    """
    if not rows:
        return
    if len(rows) > BULK_ROWS:
        raise ValueError(f"{len(rows)} rows in one bulk transaction; {BULK_ROWS} at most")
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    assignments = ", ".join(f'"{name}" = {mark}' for name in columns)
    statement = f'UPDATE "{table.name}" SET {assignments} WHERE "{key}" = {mark}'  # noqa: S608  # names of our tables
    values = [list(column) for column in zip(*rows, strict=True)]
    for place, name in enumerate((*columns, key)):
        kind = table.c[name].type.dialect_impl(connection.dialect)
        if written := kind.bind_processor(connection.dialect):
            values[place] = list(map(cache(written), values[place]))
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))
