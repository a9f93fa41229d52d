import errno
import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.database import Database
from core.jobs.errors import DatabaseReplacedError
from core.jobs.storage import FileGuard, complain, is_trouble


def of_sqlite(code: int) -> DBAPIError:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return DBAPIError("statement", None, error)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), True),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), True),
        (of_sqlite(sqlite3.SQLITE_BUSY), True),
        (of_sqlite(sqlite3.SQLITE_ERROR), False),
        (OSError(errno.ENOSPC, "full"), True),
        (OSError(errno.ENOENT, "gone"), False),
        (ValueError("no"), False),
    ],
)
def test_trouble_with_the_storage_is_told_from_faults(error: Exception, trouble: bool) -> None:  # noqa: FBT001  # data
    assert is_trouble(error) is trouble


@pytest.mark.parametrize("statement", ["select nonsense", "insert into job_limit (name) values ('a')"])
def test_a_faulty_statement_is_a_fault_and_no_trouble(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught, database.write() as session:
        session.execute(text(statement))
    assert not is_trouble(caught.value)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_trouble(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.write() as session:
        session.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    assert is_trouble(caught.value)


@pytest.mark.parametrize("replace", [False, True])
def test_a_removed_or_replaced_file_is_noticed(tmp_path: Path, replace: bool) -> None:  # noqa: FBT001  # data
    path = tmp_path / "db"
    path.touch()
    guard = FileGuard(path)
    guard.check()
    path.rename(tmp_path / "kept")
    if replace:
        path.touch()
    with pytest.raises(DatabaseReplacedError):
        guard.check()


def test_where_there_is_no_file_there_is_nothing_to_guard() -> None:
    FileGuard(None).check()


def test_trouble_with_the_storage_is_told_in_one_line_and_anything_else_with_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    full = DBAPIError("INSERT", None, of_sqlite(sqlite3.SQLITE_FULL).orig or ValueError())
    for error in (full, ValueError("no row")):
        complain(logging.getLogger("test"), error, "a round of %s failed", "beat")
    trouble, mistake = caplog.records
    assert (trouble.getMessage(), trouble.exc_info) == ("a round of beat failed: x", None)
    assert (mistake.getMessage(), bool(mistake.exc_info)) == ("a round of beat failed: no row", True)
