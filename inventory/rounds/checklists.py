"""The office's own lists (检查清单): made, changed, and retired when nobody goes by them any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.database import flush_unique
from core.events import Event
from inventory.kinds import ChecklistPurpose
from inventory.models import Checklist, Room
from inventory.rounds import items
from inventory.rounds.errors import (
    ChecklistNameError,
    ChecklistNotFoundError,
    ChecklistTakenError,
    RhythmError,
)
from security import audit

NAME_LENGTH: Final = 60
LONGEST_RHYTHM: Final = 366


@dataclass(frozen=True)
class Draft:
    """A list as a form sends it: `text` has one item a line, see `inventory.rounds.items`."""

    name: str
    purpose: ChecklistPurpose
    text: str
    every_days: int | None
    rooms: frozenset[int]


def every(session: Session) -> Sequence[Checklist]:
    """Those in use first, each kind by name."""
    wanted = select(Checklist).options(selectinload(Checklist.rooms))
    return session.scalars(wanted.order_by(Checklist.retired, Checklist.purpose, Checklist.name)).all()


def get(session: Session, number: int) -> Checklist:
    """Raises ChecklistNotFoundError."""
    found = session.get(Checklist, number)
    if found is None:
        raise ChecklistNotFoundError(number=number)
    return found


def of_room(session: Session, room: int, number: int) -> Checklist:
    """A list in use by which this room is looked over. Raises ChecklistNotFoundError."""
    found = get(session, number)
    if found.retired or room not in {one.id for one in found.rooms}:
        raise ChecklistNotFoundError(number=number)
    return found


def create(session: Session, draft: Draft, *, actor: audit.Actor) -> Checklist:
    """Raises ChecklistNameError, ChecklistTakenError, ItemError, RhythmError."""
    made = _laid(session, Checklist(), draft)
    session.add(made)
    flush_unique(session, ChecklistTakenError(name=made.name))
    audit.record(session, Event.CHECKLIST_CREATED, actor, subject=_subject(made), after=_shown(made))
    return made


def change(session: Session, number: int, draft: Draft, *, actor: audit.Actor) -> Checklist:
    """Rounds that were done keep the list as it was. What changes nothing is not recorded. Raises as `create`."""
    found = get(session, number)
    before = _shown(found)
    _laid(session, found, draft)
    found.retired = False
    flush_unique(session, ChecklistTakenError(name=found.name))
    if _shown(found) != before:
        subject, after = _subject(found), _shown(found)
        audit.record(session, Event.CHECKLIST_CHANGED, actor, subject=subject, before=before, after=after)
    return found


def retire(session: Session, number: int, *, actor: audit.Actor) -> Checklist:
    """Nobody is asked for it any more; saving it again takes it back into use."""
    found = get(session, number)
    if not found.retired:
        found.retired = True
        audit.record(session, Event.CHECKLIST_RETIRED, actor, subject=_subject(found), before=_shown(found))
    return found


def _laid(session: Session, checklist: Checklist, draft: Draft) -> Checklist:
    checklist.purpose = draft.purpose
    checklist.items = [items.stored(item) for item in items.read(draft.text)]
    if draft.every_days is not None and not 1 <= draft.every_days <= LONGEST_RHYTHM:
        raise RhythmError(days=draft.every_days)
    checklist.every_days = draft.every_days if draft.purpose is ChecklistPurpose.ROUND else None
    checklist.rooms = _rooms(session, draft.rooms)
    checklist.name = _free(session, draft.name, but=checklist.id)  # last: whatever is looked up after it, writes it
    return checklist


def _free(session: Session, name: str, but: int | None) -> str:
    plain = name.strip()
    if not plain or len(plain) > NAME_LENGTH or not plain.isprintable():
        raise ChecklistNameError(name=plain[:NAME_LENGTH], length=NAME_LENGTH)
    taken = session.scalar(select(Checklist.id).where(Checklist.name == plain))
    if taken is not None and taken != but:
        raise ChecklistTakenError(name=plain)
    return plain


def _rooms(session: Session, numbers: Iterable[int]) -> list[Room]:
    """Numbers of rooms that there are not are left out."""
    return list(session.scalars(select(Room).where(Room.id.in_(sorted(numbers))).order_by(Room.name)))


def _subject(checklist: Checklist) -> str:
    return f"checklist:{checklist.name}"


def _shown(checklist: Checklist) -> dict[str, Any]:
    return {
        "name": checklist.name,
        "purpose": checklist.purpose.value,
        "items": items.written([items.restored(kept) for kept in checklist.items]).splitlines(),
        "every_days": checklist.every_days,
        "rooms": sorted(room.name for room in checklist.rooms),
    }
