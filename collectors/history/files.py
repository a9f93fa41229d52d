"""One file of a tier. UTC days and months, so that a day has 24 hours.

A damaged file costs that file and nothing else: it is set aside under another name, for whoever wants to save
something from it, and an empty one takes its place. Minutes are time-first (`PRIMARY KEY (ts, id) WITHOUT ROWID`): a
minute is appended at the end of the tree instead of touching a page for each port. Hours are few and are read a year
at a time, so there a subject's rows lie together.
"""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from collectors.history.record import Kind, columns
from collectors.history.tiers import Tier

log = logging.getLogger(__name__)

DAMAGED: Final = ".damaged-"
COMPANIONS: Final = ("", "-wal", "-shm", "-journal")
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# Which periods a rolled tier has: in the same transaction as their rows, so that neither is there without the other.
MARKS: Final = "rolled"

Row = Sequence[int | None]


def is_damage(error: Exception) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGE


class HistoryFile:
    """Written by one process. Raises sqlite3.Error; `is_damage()` tells damage from a full disk."""

    def __init__(self, path: Path, tier: Tier) -> None:
        self.path = path
        self._tier = tier
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            _require_sound(self._connection)
            self._furnish()
        except BaseException:
            self._connection.close()
            raise

    def _furnish(self) -> None:
        """Its tables, and what a newer program has added to them."""
        for kind in Kind:
            wanted = columns(kind, rolled=self._tier.rolled)
            names = ", ".join(f"{name} INTEGER" for name in wanted)
            self._connection.execute(
                f"CREATE TABLE IF NOT EXISTS {kind} (ts INTEGER, id INTEGER, {names}, PRIMARY KEY ({self._tier.key}))"
                " WITHOUT ROWID"
            )
            for name in set(wanted) - known_columns(self._connection, kind):
                self._connection.execute(f"ALTER TABLE {kind} ADD COLUMN {name} INTEGER")
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {MARKS} (ts INTEGER PRIMARY KEY)")

    def write(self, rows: Mapping[Kind, Iterable[Row]], mark: int | None = None) -> None:
        """All of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for kind, some in rows.items():
                self._connection.executemany(insert_statement(kind, rolled=self._tier.rolled), some)
            if mark is not None:
                self._connection.execute(f"INSERT OR REPLACE INTO {MARKS} VALUES (?)", (mark,))  # noqa: S608
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def marks(self) -> set[int]:
        """The periods that were rolled up."""
        return {ts for (ts,) in self._connection.execute(f"SELECT ts FROM {MARKS}")}  # noqa: S608

    def unmark(self, period: int) -> None:
        self._connection.execute(f"DELETE FROM {MARKS} WHERE ts = ?", (period,))  # noqa: S608

    def close(self) -> None:
        """Fold the log into the file, so that a past day is one file; a reader at that moment may prevent it."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()


def insert_statement(kind: Kind, *, rolled: bool) -> str:
    names = ["ts", "id", *columns(kind, rolled=rolled)]
    return f"INSERT OR REPLACE INTO {kind} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608


def known_columns(connection: sqlite3.Connection, kind: Kind) -> set[str]:
    return {name for _, name, *_ in connection.execute(f"PRAGMA table_info({kind})")}


def _require_sound(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        error = sqlite3.DatabaseError(str(found))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def open_file(path: Path, tier: Tier) -> HistoryFile:
    """A damaged file is set aside first."""
    try:
        return HistoryFile(path, tier)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        set_aside(path)
        return HistoryFile(path, tier)


def open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)


def set_aside(path: Path) -> Path:
    target = path.with_name(f"{path.name}{DAMAGED}{int(time.time())}")
    log.error("history file %s is damaged; set aside as %s", path.name, target.name)
    for companion in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(target.with_name(target.name + companion))
    return target


def size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def remove(path: Path) -> None:
    """A file with its companions and whatever of it was set aside."""
    own = [path.with_name(path.name + companion) for companion in COMPANIONS]
    for one in [*own, *path.parent.glob(f"{path.name}{DAMAGED}*")]:
        one.unlink(missing_ok=True)
