"""The entry register of machine rooms (机房出入登记): nobody from elsewhere is inside alone or unwritten.

A line is written when somebody comes and completed when they leave; it is never changed or deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.events import Event
from inventory.models import Room, Visit
from inventory.rounds.errors import VisitNotFoundError, VisitTimeError
from security import audit

# Whoever was noted on paper meanwhile can be entered later, but history is not written anew.
LATE: Final = timedelta(days=7)
FORGOTTEN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Visitor:
    """Who comes, what for, who goes with them, and what they bring."""

    name: str
    organisation: str
    phone: str
    purpose: str
    escort: str
    brought: str
    entered_at: datetime


def enter(session: Session, room: Room, visitor: Visitor, *, actor: audit.Actor, now: datetime) -> Visit:
    """Raises VisitTimeError."""
    if not now - LATE <= visitor.entered_at <= now:
        raise VisitTimeError(moment=visitor.entered_at.isoformat(timespec="minutes"))
    visit = Visit(
        room=room,
        name=visitor.name,
        organisation=visitor.organisation,
        phone=visitor.phone,
        purpose=visitor.purpose,
        escort=visitor.escort,
        brought=visitor.brought,
        entered_at=visitor.entered_at,
        registered_by=actor.name,
    )
    session.add(visit)
    session.flush()
    after = {"name": visit.name, "organisation": visit.organisation, "purpose": visit.purpose, "escort": visit.escort}
    audit.record(session, Event.VISIT_ENTERED, actor, subject=f"room:{room.name}", after=after)
    return visit


def leave(
    session: Session, room: int, number: int, *, left_at: datetime, taken: str, actor: audit.Actor, now: datetime
) -> Visit:
    """Raises VisitNotFoundError for who is not inside, VisitTimeError."""
    visit = session.get(Visit, number)
    if visit is None or visit.room_id != room or visit.left_at is not None:
        raise VisitNotFoundError(number=number)
    if not visit.entered_at <= left_at <= now:
        raise VisitTimeError(moment=left_at.isoformat(timespec="minutes"))
    visit.left_at, visit.taken, visit.seen_out_by = left_at, taken, actor.name
    after = {"name": visit.name, "left_at": left_at.isoformat(), "taken": taken}
    audit.record(session, Event.VISIT_LEFT, actor, subject=f"room:{visit.room.name}", after=after)
    return visit


def inside(session: Session, rooms: Sequence[int]) -> Sequence[Visit]:
    """Who is in these rooms, by the register; the longest first."""
    wanted = select(Visit).where(Visit.room_id.in_(rooms), Visit.left_at.is_(None))
    return session.scalars(wanted.options(joinedload(Visit.room)).order_by(Visit.entered_at)).all()


def of_room(session: Session, room: int, *, before: int | None = None, limit: int) -> Sequence[Visit]:
    """The register, the latest line first; `before` is the number of the line after which to go on."""
    wanted = select(Visit).where(Visit.room_id == room)
    if before is not None:
        wanted = wanted.where(Visit.id < before)
    return session.scalars(wanted.order_by(Visit.id.desc()).limit(limit)).all()


def forgotten(visit: Visit, now: datetime) -> bool:
    """Whether somebody left without being written out, as far as one can tell."""
    return visit.left_at is None and now - visit.entered_at > FORGOTTEN
