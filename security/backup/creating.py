"""Writing a backup while everything runs: one snapshot of the database, then the files that it may name.

Files come after the rows, because objects of the ferry are written before the rows that name them and are removed long
after: what the snapshot names is there.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Table

from core import schema
from core.events import Event
from security.audit import Actor, record
from security.backup import folder, records
from security.backup.errors import FolderMissingError, TargetExistsError
from security.backup.framing import Sealer
from security.backup.place import Place, require_space
from security.backup.rows import TableDigest, encode, stored_rows
from security.backup.signing import open_keys
from security.vault import Vault
from security.vault.ciphers import Cipher

FORMAT = 1


@dataclass(frozen=True)
class Made:
    """Counts of what is in the file, and its size in bytes."""

    path: Path
    backup: str
    size: int
    tables: int
    rows: int
    files: int


def nothing() -> None:
    """For callers without a lease to look after."""


def create(
    place: Place, vault: Vault, target: Path, *, history: bool, actor: Actor, look: Callable[[], None] = nothing
) -> Made:
    """A file that is whole or absent, and its record in the audit log. `look` is called often, and may raise.

    Raises NoRecoveryKeyError, TargetExistsError, SpaceError, FolderMissingError, UnknownTablesError.
    """
    place.require_all_tables()
    if target.exists():
        raise TargetExistsError(path=target)
    found = _files(place, target, history=history)
    needed = place.database_bytes() + sum(path.stat().st_size for path in found if path.exists())
    require_space(target.parent, needed, place.settings.storage.reserve_bytes)
    with place.database.write() as session:
        keys = open_keys(session, vault, actor)
    with _whole_or_absent(target) as sink:
        created = int(place.clock.now().timestamp())
        sealer = Sealer(sink, keys.recovery, keys.signer, created, Cipher(place.settings.vault.cipher))
        writer = records.Writer(sealer)
        _manifest(writer, place, history=history)
        rows = sum(_database(writer, place, look))
        files = sum(_copy(writer, place, path, look) for path in found)
        files += sum(_copy_setting(writer, name, path) for name, path in _settings_files(place))
        writer.json(b"Z", {"tables": len(place.tables), "files": files})
        sealer.finish()
    made = Made(target, sealer.header.backup.hex(), target.stat().st_size, len(place.tables), rows, files)
    _note(place, made, keys.recovery.key_id, actor)
    return made


def _note(place: Place, made: Made, recovery: str, actor: Actor) -> None:
    counts = {"bytes": made.size, "tables": made.tables, "rows": made.rows, "files": made.files}
    with place.database.write() as session:
        record(
            session,
            Event.SYSTEM_BACKED_UP,
            actor,
            subject=f"backup:{made.path.name}",
            detail={"backup": made.backup, "recovery": recovery, **counts},
            clock=place.clock,
        )


@contextmanager
def _whole_or_absent(target: Path) -> Iterator[BinaryIO]:
    """Under another name until it is durable; the name of a backup never stands for half of one."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderMissingError(folder=target.parent, reason=error.strerror) from None
    try:
        with os.fdopen(descriptor, "wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        os.link(part, target)
    except FileExistsError:
        raise TargetExistsError(path=target) from None
    finally:
        part.unlink(missing_ok=True)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _manifest(writer: records.Writer, place: Place, *, history: bool) -> None:
    site = place.settings.site
    manifest = {
        "format": FORMAT,
        "program": place.program,
        "schema": schema.current(place.database),
        "dialect": place.database.dialect,
        "site": site.name,
        "zone": site.zone.value,
        "history": history,
        "at": encode(place.clock.now())["t"],
    }
    writer.json(b"M", manifest)


def _database(writer: records.Writer, place: Place, look: Callable[[], None]) -> Iterator[int]:
    """All tables as they are at one moment: SQLite's read transaction is a snapshot, PostgreSQL's has to be asked."""
    engine = place.database.read_engine
    if place.database.dialect == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        for table in place.tables:
            yield _table(writer, connection, table, look)


def _table(writer: records.Writer, connection: Connection, table: Table, look: Callable[[], None]) -> int:
    columns = [column.name for column in table.columns]
    writer.json(b"T", {"name": table.name, "columns": columns})
    digest, batch, size = TableDigest(columns), [], 0
    for row in stored_rows(connection, table):
        encoded = [encode(value) for value in row]
        digest.add(encoded)
        batch.append(encoded)
        size += sum(len(value) if isinstance(value, bytes | str) else 8 for value in row)
        if size >= records.BATCH_BYTES:
            look()
            writer.json(b"R", batch)
            batch, size = [], 0
    if batch:
        writer.json(b"R", batch)
    writer.json(b"E", {"rows": digest.rows, "digest": digest.hex})
    return digest.rows


def _files(place: Place, target: Path, *, history: bool) -> list[Path]:
    """All but the database's own file and the folder of the backups."""
    but = {place.settings.backup.folder, place.database.path, target}
    unwanted = frozenset(path.resolve() for path in but if path is not None)
    return list(folder.files_of(place.data, history=history, but=unwanted))


def _copy(writer: records.Writer, place: Place, path: Path, look: Callable[[], None]) -> int:
    scratch = place.data / "run"
    scratch.mkdir(mode=0o700, exist_ok=True)
    with folder.opened(path, scratch) as file:
        if file is None:
            return 0

        def read(size: int) -> bytes:
            look()
            return file.read(size)

        writer.file(path.relative_to(place.data).as_posix(), read)
    return 1


def _copy_setting(writer: records.Writer, name: str, path: Path) -> int:
    with path.open("rb") as file:
        writer.file(f"{folder.SETTINGS}/{name}", file.read)
    return 1


def _settings_files(place: Place) -> Iterator[tuple[str, Path]]:
    """What was written by hand, wherever it lies; restored beside, for a person to put in place."""
    named = (place.settings_file, place.settings.ferry.policy)
    for path in named:
        if path is not None and path.is_file():
            yield path.name, path
    profiles = place.settings.polling.profiles
    if profiles is not None:
        for path in sorted(profiles.glob("*.toml")):
            yield f"profiles/{path.name}", path
