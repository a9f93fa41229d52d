"""Reading the log, newest first, in pages that stay put while records are added."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from security.audit.models import AuditRecord, Result

PAGE = 50
PAGE_LIMIT = 1000


@dataclass(frozen=True)
class Filter:
    """Each given field narrows the result. Texts match the beginning (`security:`, `device:HW-`), case and all."""

    since: datetime | None = None
    until: datetime | None = None
    event: str = ""
    actor: str = ""
    subject: str = ""
    address: str = ""
    result: Result | None = None


@dataclass(frozen=True)
class Page:
    """Records, newest first; `older` is what to pass as `before` for the next page, None on the last one."""

    records: tuple[AuditRecord, ...]
    older: int | None


def find(session: Session, wanted: Filter | None = None, *, before: int | None = None, limit: int = PAGE) -> Page:
    """One page of the records that match, older than number `before` if it is given."""
    limit = max(1, min(limit, PAGE_LIMIT))
    statement = select(AuditRecord).where(*_conditions(wanted or Filter()))
    if before is not None:
        statement = statement.where(AuditRecord.sequence < before)
    found = session.scalars(statement.order_by(AuditRecord.sequence.desc()).limit(limit + 1)).all()
    records = tuple(found[:limit])
    return Page(records, records[-1].sequence if len(found) > limit else None)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    texts = (
        (AuditRecord.event, wanted.event),
        (AuditRecord.actor_name, wanted.actor),
        (AuditRecord.subject, wanted.subject),
        (AuditRecord.address, wanted.address),
    )
    found: list[ColumnElement[bool]] = [column.startswith(text, autoescape=True) for column, text in texts if text]
    if wanted.since is not None:
        found.append(AuditRecord.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditRecord.at < wanted.until)
    if wanted.result is not None:
        found.append(AuditRecord.result == wanted.result)
    return found
