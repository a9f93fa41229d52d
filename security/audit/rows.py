"""Records as the database holds them, without the mapper: for checking, signing and exporting, which read all of them.

A tampered value need not fit its column's type, and must be handed on instead of stopping the reader.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, String, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from security.audit.chain import SORTED, moment
from security.audit.models import AuditRecord

PAGE = 1000
_AT, _SEQUENCE = SORTED.index("at"), SORTED.index("sequence")


class Raw(NamedTuple):
    """`values` are what is hashed, in the order of `chain.SORTED`."""

    sequence: Any
    values: tuple[Any, ...]
    previous: Any
    hash: Any

    @property
    def fields(self) -> dict[str, Any]:
        return {**dict(zip(SORTED, self.values, strict=True)), "previous": self.previous, "hash": self.hash}

    @property
    def at(self) -> Any:
        return self.values[_AT]


class UnreadableError(Exception):
    """The record after `last` cannot be given back by the database."""

    def __init__(self, last: int | None) -> None:
        super().__init__(last)
        self.last = last


def pages(session: Session, after: int | None = None, *, size: int = PAGE) -> Iterator[list[Raw]]:
    """Oldest first. Raises UnreadableError, once everything before has been handed out."""
    wanted = size
    while True:
        try:
            with session.begin_nested():
                page = [_raw(row) for row in session.execute(_page(session, after, wanted))]
        except (DBAPIError, ValueError) as error:
            if wanted == 1:
                raise UnreadableError(after) from error
            wanted = 1  # creep up to the one record that cannot be read
            continue
        if page:
            yield page
        if len(page) < wanted:
            return
        after = page[-1].sequence


def _raw(row: Row[Any]) -> Raw:
    cells: list[Any] = list(row)
    values = tuple(cells[:-2])
    if isinstance(values[_AT], datetime):
        values = (*values[:_AT], moment(values[_AT]), *values[_AT + 1 :])
    return Raw(values[_SEQUENCE], values, cells[-2], cells[-1])


def _page(session: Session, after: int | None, size: int) -> Select[Any]:
    table = AuditRecord.__table__
    columns: list[Any] = [table.columns[name] for name in (*SORTED, "previous", "hash")]
    if session.get_bind().dialect.name == "sqlite":
        # The stored text itself is what was hashed; PostgreSQL has only one spelling of a moment.
        columns[_AT] = type_coerce(table.columns["at"], String)
    statement = select(*columns).order_by(AuditRecord.sequence).limit(size)
    return statement if after is None else statement.where(AuditRecord.sequence > after)
