"""Two who write the same in the same moment, each in a transaction that does not see the other's."""

from collections.abc import Callable
from threading import Thread

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import GuanjinError
from tests.installation import until


def told_to_the_second(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> GuanjinError | None:
    """What the second is told, who writes once the first has written and not yet committed.

    For PostgreSQL: SQLite lets one writer in at a time.
    """
    told: list[GuanjinError] = []

    def follow() -> None:
        try:
            with database.write() as session:
                second(session)
        except GuanjinError as error:
            told.append(error)

    thread = Thread(target=follow)
    with database.write() as session:
        first(session)
        session.flush()
        thread.start()
        assert until(lambda: _waiting(database), "the second waits for the first") == 1
    thread.join(30)
    return told[0] if told else None


def _waiting(database: Database) -> int:
    """How many transactions wait for another one."""
    with database.read() as session:
        return session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) or 0
