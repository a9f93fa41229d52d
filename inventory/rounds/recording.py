"""A round as it was done: kept with the list as it was, never changed, and what was wrong becomes a finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.events import Event
from inventory.kinds import Verdict
from inventory.models import Checklist, Finding, Room, Round
from inventory.rounds import items
from inventory.rounds.errors import DeadlineError
from inventory.rounds.items import Answer
from security import audit

LONGEST_DEADLINE: Final = timedelta(days=366)
MOST_FOUND: Final = 240


@dataclass(frozen=True)
class Sent:
    """What a form says of one item."""

    value: str = ""
    verdict: str = ""
    note: str = ""


@dataclass(frozen=True)
class Filled:
    """A form that was filled in: answers in the order of the list's items, and until when faults are put right."""

    answers: Sequence[Sent]
    remarks: str
    due_on: date


def record(
    session: Session,
    checklist: Checklist,
    room: Room,
    filled: Filled,
    *,
    actor: audit.Actor,
    now: datetime,
    today: date,
) -> Round:
    """Raises AnswerError for the first item that has no usable answer, DeadlineError."""
    answers = _judged(checklist, filled.answers)
    wrong = [answer for answer in answers if answer.verdict is Verdict.WRONG]
    if wrong and not today <= filled.due_on <= today + LONGEST_DEADLINE:
        raise DeadlineError(due=filled.due_on.isoformat())
    done = Round(
        checklist_id=checklist.id,
        room=room,
        name=checklist.name,
        purpose=checklist.purpose,
        answers=[items.answered(answer) for answer in answers],
        wrong=len(wrong),
        remarks=filled.remarks,
        done_at=now,
        done_by=actor.name,
        findings=[_finding(answer, room, filled.due_on) for answer in wrong],
    )
    session.add(done)
    session.flush()
    after = {"list": done.name, "wrong": [answer.item.name for answer in wrong], "remarks": done.remarks}
    audit.record(session, Event.ROUND_RECORDED, actor, subject=f"room:{room.name}", after=after)
    return done


def answers_of(done: Round) -> list[Answer]:
    return [items.answer_of(kept) for kept in done.answers]


def of_room(session: Session, room: int, limit: int) -> Sequence[Round]:
    """The latest first."""
    wanted = select(Round).where(Round.room_id == room).order_by(Round.done_at.desc(), Round.id.desc())
    return session.scalars(wanted.limit(limit)).all()


def last_done(session: Session, rooms: Sequence[int]) -> Mapping[tuple[int, int], datetime]:
    """When each list was last gone through in each of these rooms, by the numbers of room and list."""
    latest = select(Round.room_id, Round.checklist_id, func.max(Round.done_at)).where(Round.room_id.in_(rooms))
    found = session.execute(latest.group_by(Round.room_id, Round.checklist_id))
    return {(room, checklist): at for room, checklist, at in found}


def _judged(checklist: Checklist, sent: Sequence[Sent]) -> list[Answer]:
    asked = [items.restored(kept) for kept in checklist.items]
    filled = [*sent, *[Sent()] * (len(asked) - len(sent))]
    return [
        items.judge(item, value=one.value, verdict=one.verdict, note=one.note)
        for item, one in zip(asked, filled, strict=False)
    ]


def _finding(answer: Answer, room: Room, due_on: date) -> Finding:
    measured = f"{answer.value} {answer.item.unit} ({answer.item.wanted})" if answer.value else ""
    found = " · ".join(part for part in (measured, answer.note) if part)
    return Finding(room=room, item=answer.item.name, found=found[:MOST_FOUND], due_on=due_on)
