"""What this site keeps of other sites' audit logs: the checkpoints that came with their bundles."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from security.ferry import manifest
from security.ferry.models import FerryIncoming


def kept_lines(session: Session) -> Iterator[str]:
    """A line of JSON for each, oldest first, to be carried back: `guanjin audit verify --checkpoint` there reads it."""
    statement = select(FerryIncoming).where(FerryIncoming.manifest.is_not(None)).order_by(FerryIncoming.id)
    for row in session.scalars(statement):
        note = manifest.decode((row.manifest or "").encode()).witness
        if note and row.link is not None:
            facts = {"site": row.link.peer.name, "link": row.link.name, "sequence": row.sequence}
            seen = {"seen": row.seen_at.isoformat()}
            yield json.dumps({"checkpoint": note, **facts, **seen}, ensure_ascii=False)
