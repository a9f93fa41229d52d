"""Is the log what was written? Walks the chain in pages, so that ten million records need no memory.

Reads raw columns: a tampered value need not fit its column's type, and must be reported instead of stopping the walk.

What no local check can find is a log whose tail was cut together with the head row; that shows against a head noted
elsewhere, which is why `Verification.head` is printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, String, func, select, type_coerce
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from security.audit.chain import GENESIS, link, moment
from security.audit.models import AuditHead, AuditRecord

PAGE = 1000


class Breach(StrEnum):
    """What is wrong with the first broken record."""

    MISSING = "missing"  # its number is not there, or the numbers before it begin elsewhere than at 1
    ALTERED = "altered"  # its content does not give its hash
    UNLINKED = "unlinked"  # it does not follow the record before it
    UNREADABLE = "unreadable"  # the database cannot give it back
    HEAD = "head"  # the log does not end where the head row says


@dataclass(frozen=True)
class Break:
    sequence: int
    breach: Breach


@dataclass(frozen=True)
class Verification:
    """`records` were found whole, `head` is the hash of the last of them; `broken` is None if all is well."""

    records: int
    head: str
    broken: Break | None


class _UnreadableError(Exception):
    pass


def verify(session: Session) -> Verification:
    """Walk the whole log. Never raises because of what it finds."""
    head = session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    last, previous = 0, GENESIS
    end = None if head is None else head.sequence
    try:
        for row in _rows(session):
            breach = _breach(row, last + 1, previous)
            if breach:
                return Verification(last, previous, Break(last + 1, breach))
            last, previous = row.sequence, row.hash
            if last == end and previous != head.hash:  # type: ignore[union-attr]  # there is an end only with a head
                return Verification(last, previous, Break(last, Breach.HEAD))
    except _UnreadableError:
        return Verification(last, previous, Break(last + 1, Breach.UNREADABLE))
    if not _ends_at_head(session, last):
        return Verification(last, previous, Break(last + 1, Breach.HEAD))
    return Verification(last, previous, None)


def _breach(row: Row[Any], expected: int, previous: str) -> Breach | None:
    if row.sequence != expected:
        return Breach.MISSING
    if row.previous != previous:
        return Breach.UNLINKED
    fields = {name: value for name, value in row._mapping.items() if name not in {"previous", "hash"}}  # noqa: SLF001  # a Row's public view, despite its name
    if isinstance(fields["at"], datetime):
        fields["at"] = moment(fields["at"])
    try:
        return None if link(previous, fields) == row.hash else Breach.ALTERED
    except (TypeError, ValueError):
        return Breach.ALTERED


def _ends_at_head(session: Session, last: int) -> bool:
    """Whether the head row is there and no record lies past it; both read at one moment, as others may be writing."""
    newest = select(func.coalesce(func.max(AuditRecord.sequence), 0)).scalar_subquery()
    row = session.execute(select(AuditHead.sequence, newest.label("newest"))).one_or_none()
    return row is not None and row.sequence == row.newest and row.newest >= last


def _rows(session: Session) -> Iterator[Row[Any]]:
    after: int | None = None
    size = PAGE
    while True:
        try:
            with session.begin_nested():
                page = session.execute(_page(session, after, size)).all()
        except (DBAPIError, ValueError) as error:
            if size == 1:
                raise _UnreadableError from error
            size = 1  # creep up to the one record that cannot be read
            continue
        yield from page
        if len(page) < size:
            return
        after = page[-1].sequence


def _page(session: Session, after: int | None, size: int) -> Select[Any]:
    columns: list[Any] = [column for column in AuditRecord.__table__.columns if column.name != "at"]
    at = AuditRecord.__table__.columns["at"]
    # On SQLite the stored text itself is what was hashed; PostgreSQL has only one spelling of a moment.
    columns.append(type_coerce(at, String).label("at") if session.get_bind().dialect.name == "sqlite" else at)
    statement = select(*columns).order_by(AuditRecord.sequence).limit(size)
    return statement if after is None else statement.where(AuditRecord.sequence > after)
