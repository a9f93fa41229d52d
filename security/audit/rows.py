"""Records as the database holds them, without the mapper: for checking, signing and exporting, which read all of them.

A tampered value need not fit its column's type, and must be handed on instead of stopping the reader.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from security.audit.chain import FIELDS, SORTED, moment

PAGE = 1000

Raw = tuple[Any, ...]
"""What is hashed, in the order of `chain.SORTED`, then the hash before and the record's own."""

AT, SEQUENCE, PREVIOUS, HASH = SORTED.index("at"), SORTED.index("sequence"), len(SORTED), len(SORTED) + 1


def fields_of(raw: Raw) -> dict[str, Any]:
    """By name, as the format lists them."""
    named = dict(zip((*SORTED, "previous", "hash"), raw, strict=True))
    return {name: named[name] for name in (*FIELDS, "previous", "hash")}


class UnreadableError(Exception):
    """The record after `last` cannot be given back by the database."""

    def __init__(self, last: int | None) -> None:
        super().__init__(last)
        self.last = last


def pages(session: Session, after: int | None = None, *, size: int = PAGE) -> Iterator[list[Raw]]:
    """Oldest first. Raises UnreadableError, once everything before has been handed out."""
    wanted = size
    unreadable = (DBAPIError, ValueError, session.connection().dialect.loaded_dbapi.Error)
    while True:
        try:
            with session.begin_nested():
                page = _page(session, after, wanted)
        except unreadable as error:
            if wanted == 1:
                raise UnreadableError(after) from error
            wanted = 1  # creep up to the one record that cannot be read
            continue
        if page:
            yield page
        if len(page) < wanted:
            return
        after = page[-1][SEQUENCE]


def _page(session: Session, after: int | None, size: int) -> list[Raw]:
    """By the driver: SQLite's stored text of a time itself is what was hashed, and rows need not become objects."""
    connection = session.connection()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names = ", ".join(f'"{name}"' for name in (*SORTED, "previous", "hash"))
    where = "" if after is None else f" WHERE sequence > {mark}"
    statement = f"SELECT {names} FROM audit_record{where} ORDER BY sequence LIMIT {mark}"  # noqa: S608  # our columns
    cursor = connection.exec_driver_sql(statement, (size,) if after is None else (after, size)).cursor
    return [
        (*row[:AT], moment(row[AT]), *row[AT + 1 :]) if isinstance(row[AT], datetime) else row
        for row in cursor.fetchall()
    ]
