"""Which rounds are due, where: a list's rhythm, when it was last gone through in a room, and today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.models import Checklist, Room, checklist_room
from inventory.rounds.recording import last_done


@dataclass(frozen=True)
class Due:
    """`on` is the day by which the next round is to be done, `last` that of the last one."""

    on: date
    last: date | None
    overdue_days: int

    @property
    def now(self) -> bool:
        return self.overdue_days >= 0


@dataclass(frozen=True)
class Pending:
    """A list that is gone through in a room; `due` is None for one without a rhythm."""

    room: Room
    checklist: Checklist
    due: Due | None


def due(every_days: int | None, last: date | None, today: date) -> Due | None:
    """One that was never done is due today."""
    if every_days is None:
        return None
    on = today if last is None else last + timedelta(days=every_days)
    return Due(on, last, (today - on).days)


def pending(session: Session, rooms: Sequence[int], today: date, zone: str) -> list[Pending]:
    """Every list in use of these rooms, the most overdue first; days are those of the office's time zone."""
    wanted = (
        select(Room, Checklist)
        .join(checklist_room, checklist_room.c.room_id == Room.id)
        .join(Checklist, Checklist.id == checklist_room.c.checklist_id)
        .where(Room.id.in_(rooms), Checklist.retired.is_(False))
        .order_by(Room.name, Checklist.name)
    )
    last = {key: at.astimezone(ZoneInfo(zone)).date() for key, at in last_done(session, rooms).items()}
    found = [
        Pending(room, checklist, due(checklist.every_days, last.get((room.id, checklist.id)), today))
        for room, checklist in session.execute(wanted)
    ]
    return sorted(found, key=lambda one: one.due.on if one.due else date.max)
