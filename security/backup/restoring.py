"""From one file to a running installation, on an empty place and nowhere else.

    signatures -> the whole content once, nothing written -> schema, rows and files beside the final place
    -> every row digest taken from the database itself and compared -> only then committed and renamed into place

Whatever fails on the way leaves the place as empty as it was.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Integer, Table, delete, func, insert, inspect, select, text
from sqlalchemy.orm import Session

from core import schema
from core.database import Database, sqlite_url
from core.events import Event
from security.audit import Actor, record
from security.backup import framing
from security.backup.errors import ContentDiffersError, NotEmptyError, SchemaOfBackupError, SignatureWrongError
from security.backup.framing import Checked
from security.backup.place import Place
from security.backup.recovery_code import RecoveryKey
from security.backup.rows import decode, digest_of
from security.backup.walking import Content, Looking, Manifest, walk
from security.vault import Realm, escrow
from security.vault.errors import MasterUnknownError
from security.vault.keyring import Keys

ASIDE: Final = ".restoring"
StoreKeys = Callable[[Path, Mapping[Realm, Keys]], None]
"""Puts the master keys into the source that the settings name, under this data folder."""


@dataclass(frozen=True)
class Restored:
    content: Content
    backup: str


def verify(path: Path, key: RecoveryKey) -> Content:
    """Signatures, and every record, row and file to the end. Writes nothing."""
    with path.open("rb") as source:
        checked = _checked(path, source, key)
        return walk(path, framing.content(source, checked, key.private), Looking())


def _checked(path: Path, source: BinaryIO, key: RecoveryKey) -> Checked:
    checked = framing.check(path, source)
    if checked.signer != key.signer:
        raise SignatureWrongError(path=path)
    return checked


def restore(place: Place, path: Path, key: RecoveryKey, store_keys: StoreKeys, *, actor: Actor) -> Restored:
    """`place` is what the settings name, and has to be empty. Raises NotEmptyError, SchemaOfBackupError, and whatever
    a backup can be refused for.
    """
    _require_empty(place)
    content = verify(path, key)
    if content.manifest.schema != schema.head():
        raise SchemaOfBackupError(found=content.manifest.schema, program=content.manifest.program, needed=schema.head())
    aside = place.data.with_name(place.data.name + ASIDE)
    shutil.rmtree(aside, ignore_errors=True)  # a restore that was cut off
    try:
        aside.mkdir(mode=0o700, parents=True)
        with path.open("rb") as source, _target(place, aside) as connection:
            checked = _checked(path, source, key)
            _fill(connection, place.tables, aside, framing.content(source, checked, key.private))
            _compare(connection, place.tables, content)
            with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
                store_keys(aside, _masters(session, key))
                _note(session, place, checked, actor)
        _put_in_place(aside, place.data)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Restored(content, checked.header.backup.hex())


def _fill(connection: Connection, tables: Sequence[Table], aside: Path, pieces: Iterator[bytes]) -> None:
    schema.upgrade_on(connection)
    with _in_any_order(connection, tables):
        _clear(connection, tables)
        walk(aside, pieces, _Filling(connection, tables, aside))
    _restart_counters(connection, tables)


def _put_in_place(aside: Path, data: Path) -> None:
    """Everything on the disk first, then the name; an empty folder of that name makes way."""
    for here, _, names in os.walk(aside):
        for name in names:
            _sync(Path(here) / name)
        _sync(Path(here))
    aside.replace(data)
    _sync(data.parent)


def _note(session: Session, place: Place, checked: Checked, actor: Actor) -> None:
    header, subject = checked.header, f"backup:{checked.path.name}"
    detail = {"backup": header.backup.hex(), "created": header.created}
    record(session, Event.SYSTEM_RESTORED, actor, subject=subject, detail=detail, clock=place.clock)


def _require_empty(place: Place) -> None:
    if place.data.exists() and any(place.data.iterdir()):
        raise NotEmptyError(place=place.data)
    if schema.current(place.database) is not None:
        raise NotEmptyError(place=place.database.url.render_as_string())


@contextmanager
def _target(place: Place, aside: Path) -> Iterator[Connection]:
    """One transaction on the database that is filled: a new file beside, or the empty database of the settings."""
    inside = place.database.path is not None and place.database.path.parent.resolve() == place.data.resolve()
    database = place.database
    if inside and database.path is not None:
        file = aside / database.path.name
        file.touch(mode=0o600)
        database = Database(sqlite_url(file))
    try:
        with database.write_engine.begin() as connection:
            yield connection
    finally:
        if inside:
            database.close()


class _Filling:
    """The visitor that restores."""

    def __init__(self, connection: Connection, tables: Sequence[Table], aside: Path) -> None:
        self._connection = connection
        self._tables = {table.name: table for table in tables}
        self._aside = aside
        self._table: Table | None = None
        self._columns: Sequence[str] = ()
        self._file: BinaryIO | None = None

    def begin(self, manifest: Manifest) -> None:
        pass

    def table(self, name: str, columns: Sequence[str]) -> None:
        table = self._tables.get(name)
        if table is None or [column.name for column in table.columns] != list(columns):
            raise ContentDiffersError(object=name)
        self._table, self._columns = table, columns

    def rows(self, encoded: Sequence[Sequence[Any]]) -> None:
        values = [dict(zip(self._columns, map(decode, row), strict=True)) for row in encoded]
        if self._table is not None and values:
            self._connection.execute(insert(self._table), values)

    def file(self, path: str) -> None:
        target = self._aside / path
        for parent in reversed(target.relative_to(self._aside).parents):  # mkdir's `parents` forgets the mode
            (self._aside / parent).mkdir(mode=0o700, exist_ok=True)
        self._file = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def data(self, piece: bytes) -> None:
        if self._file is not None:
            self._file.write(piece)

    def file_end(self) -> None:
        if self._file is not None:
            self._file.close()


def _clear(connection: Connection, tables: Sequence[Table]) -> None:
    """The rows that a migration has put in; the backup has its own. Some tables forbid deleting, but they are empty."""
    for table in reversed(tables):
        if connection.scalar(select(func.count()).select_from(table)):
            connection.execute(delete(table))


def _compare(connection: Connection, tables: Sequence[Table], content: Content) -> None:
    for table in tables:
        if digest_of(connection, table).hex != content.digests.get(table.name):
            raise ContentDiffersError(object=table.name)


def _masters(session: Session, key: RecoveryKey) -> Mapping[Realm, Keys]:
    found = escrow.open_all(session, key.private)
    for realm in Realm:
        if realm not in found:
            raise MasterUnknownError(realm=realm.value, id="-")
    return found


@contextmanager
def _in_any_order(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Rows that point to rows of their own table may come before them; checked when all are there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    constraints = [
        (table.name, str(found["name"]))
        for table in tables
        for found in inspect(connection).get_foreign_keys(table.name)
        if found["referred_table"] == table.name
    ]
    for table_name, name in constraints:
        connection.execute(text(f'ALTER TABLE "{table_name}" ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED'))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table_name, name in constraints:
        connection.execute(text(f'ALTER TABLE "{table_name}" ALTER CONSTRAINT "{name}" NOT DEFERRABLE'))


def _restart_counters(connection: Connection, tables: Sequence[Table]) -> None:
    """PostgreSQL counts new rows by itself, and has not noticed those that came with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        column = table.autoincrement_column
        if column is None or not isinstance(column.type, Integer):
            continue
        last = connection.scalar(select(func.max(column)))
        counter = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if last is not None and counter is not None:
            connection.execute(select(func.setval(counter, last)))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
