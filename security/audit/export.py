"""The log as lines of JSON, in the fields of docs/audit-format.md, for a checker that knows nothing of this program."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from security.audit.models import AuditRecord
from security.audit.recording import fields_of

PAGE = 1000


def export_lines(session: Session) -> Iterator[str]:
    """Oldest first, in pages, so that the size of the log does not matter."""
    last = 0
    while True:
        statement = select(AuditRecord).where(AuditRecord.sequence > last).order_by(AuditRecord.sequence).limit(PAGE)
        page = session.scalars(statement).all()
        for entry in page:
            yield json.dumps({**fields_of(entry), "previous": entry.previous, "hash": entry.hash}, ensure_ascii=False)
        if len(page) < PAGE:
            return
        last = page[-1].sequence
        session.expunge_all()
