"""Telling trouble with the storage from trouble with a job, and noticing that the database file is not ours any more.

A full disk, a lost connection or a restarting server says nothing about the job that met it.
"""

import errno
import logging
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.jobs.errors import DatabaseReplacedError

SQLITE_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
# SQLSTATE: connection, idle in transaction, transaction rollback (deadlock), resources, lock not available, operator
# intervention, system.
POSTGRESQL_TROUBLE = ("08", "25P03", "40", "53", "55P03", "57", "58")
DISK_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


def is_trouble(error: BaseException) -> bool:
    """Whether the storage is to blame, so that waiting may help and the job is innocent."""
    if isinstance(error, PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_driver_trouble(error.orig)
    return isinstance(error, OSError) and error.errno in DISK_TROUBLE


def _is_driver_trouble(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE_TROUBLE
    import psycopg  # noqa: PLC0415  # ten megabytes, which a process with SQLite has no use for

    if isinstance(error, psycopg.Error) and error.sqlstate is not None:
        return error.sqlstate.startswith(POSTGRESQL_TROUBLE)
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)


def complain(log: logging.Logger, error: Exception, message: str, *facts: object) -> None:
    """Log that something failed. Where the program was when the storage failed says nothing: then it is one line."""
    said = getattr(error, "orig", None) or error
    log.error(f"{message}: %s", *facts, said, exc_info=None if is_trouble(error) else error)  # noqa: G004  # a constant


class FileGuard:
    """Remembers which file the database was at the start. A removed file would go on taking writes, unseen."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._identity = self._look()

    def check(self) -> None:
        """Raises DatabaseReplacedError."""
        if self._path is not None and (self._identity is None or self._look() != self._identity):
            raise DatabaseReplacedError(path=self._path)

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found else None


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
