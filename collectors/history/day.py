"""One day's file. UTC days, so that a day has 24 hours.

A damaged file costs that file and nothing else: it is set aside under another name, for whoever wants to save
something from it, and an empty one takes its place. Rows are time-first (`PRIMARY KEY (ts, id) WITHOUT ROWID`): a
minute is appended at the end of the tree instead of touching a page for each port.
"""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from collectors.history.record import FIELDS, Kind

log = logging.getLogger(__name__)

DAMAGED: Final = ".damaged-"
COMPANIONS: Final = ("", "-wal", "-shm", "-journal")
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

Row = Sequence[int | None]


def path_of(folder: Path, moment: float) -> Path:
    return folder / f"{datetime.fromtimestamp(moment, UTC):%Y%m%d}.db"


def days(folder: Path) -> Iterator[Path]:
    """The day files there are, oldest first."""
    return iter(sorted(path for path in folder.glob("????????.db") if path.stem.isdigit()))


def is_damage(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGE


def create_statement(kind: Kind) -> str:
    columns = ", ".join(f"{field.name} INTEGER" for field in FIELDS[kind])
    return f"CREATE TABLE IF NOT EXISTS {kind} (ts INTEGER, id INTEGER, {columns}, PRIMARY KEY (ts, id)) WITHOUT ROWID"


def insert_statement(kind: Kind) -> str:
    marks = ", ".join("?" * (len(FIELDS[kind]) + 2))
    return f"INSERT OR REPLACE INTO {kind} VALUES ({marks})"  # noqa: S608  # names are constants of record.py


class DayFile:
    """Written by one process. Raises sqlite3.Error; `is_damage()` tells damage from a full disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            _require_sound(self._connection)
            for kind in Kind:
                self._connection.execute(create_statement(kind))
        except BaseException:
            self._connection.close()
            raise

    def write(self, rows: dict[Kind, list[Row]]) -> None:
        """All of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for kind, some in rows.items():
                self._connection.executemany(insert_statement(kind), some)
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Fold the log into the file, so that a past day is one file; a reader at that moment may prevent it."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()


def _require_sound(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        error = sqlite3.DatabaseError(str(found))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def open_day(path: Path) -> DayFile:
    """The day's file; a damaged one is set aside first."""
    try:
        return DayFile(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        set_aside(path)
        return DayFile(path)


def set_aside(path: Path) -> Path:
    target = path.with_name(f"{path.name}{DAMAGED}{int(time.time())}")
    log.error("history file %s is damaged; set aside as %s", path.name, target.name)
    for companion in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(target.with_name(target.name + companion))
    return target


def size(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def files_of(path: Path) -> list[Path]:
    """A day's file with its companions and whatever of it was set aside."""
    own = [path.with_name(path.name + companion) for companion in COMPANIONS]
    return [*own, *path.parent.glob(f"{path.name}{DAMAGED}*")]


def remove(path: Path) -> None:
    for one in files_of(path):
        one.unlink(missing_ok=True)
