"""What is to be put right (整改), until it is: open ones have a day by which, closed ones say how and by whom."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.events import Event
from inventory.models import Finding
from inventory.rounds.errors import FindingNotFoundError
from security import audit


def open_in(session: Session, rooms: Sequence[int]) -> Sequence[Finding]:
    """What is due first comes first."""
    wanted = select(Finding).where(Finding.room_id.in_(rooms), Finding.closed_at.is_(None))
    return session.scalars(wanted.options(joinedload(Finding.room)).order_by(Finding.due_on, Finding.id)).all()


def close(session: Session, room: int, number: int, remedy: str, *, actor: audit.Actor, now: datetime) -> Finding:
    """Raises FindingNotFoundError, also for what is closed already or stands in another room."""
    found = session.get(Finding, number)
    if found is None or found.room_id != room or found.closed_at is not None:
        raise FindingNotFoundError(number=number)
    found.closed_at, found.closed_by, found.remedy = now, actor.name, remedy
    after = {"item": found.item, "found": found.found, "remedy": remedy}
    audit.record(session, Event.FINDING_CLOSED, actor, subject=f"room:{found.room.name}", after=after)
    return found
