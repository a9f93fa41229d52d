"""What was changed: of one object, and by change sets, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inventory.changes.errors import ChangeSetNotFoundError
from inventory.kinds import ObjectKind
from inventory.ledger.cells import shown
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.stored import decode
from inventory.listing import Page
from inventory.models import ChangeSet, ObjectChange

MOST: Final = 200
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One field as the ledger writes it, words in the reader's language; empty where there was or is nothing."""

    heading: str
    before: str
    after: str


def latest(session: Session, kind: ObjectKind, number: int) -> int:
    """The number of an object's last change, by which a form tells whether somebody else came first; 0 for none."""
    wanted = select(func.max(ObjectChange.id)).where(ObjectChange.kind == kind, ObjectChange.object_id == number)
    return session.scalar(wanted) or 0


def latest_of(session: Session, kind: ObjectKind, numbers: Sequence[int]) -> dict[int, int]:
    """`latest` of several objects; those without any change are left out."""
    wanted = select(ObjectChange.object_id, func.max(ObjectChange.id)).where(
        ObjectChange.kind == kind, ObjectChange.object_id.in_(numbers)
    )
    return dict(session.execute(wanted.group_by(ObjectChange.object_id)).all())


def of_object(
    session: Session, kind: ObjectKind, number: int, *, since: int = 0, limit: int = MOST
) -> Sequence[ObjectChange]:
    """Its changes after the one of the number `since`."""
    wanted = (
        select(ObjectChange)
        .where(ObjectChange.kind == kind, ObjectChange.object_id == number, ObjectChange.id > since)
        .options(joinedload(ObjectChange.change_set))
        .order_by(ObjectChange.id.desc())
        .limit(limit)
    )
    return session.scalars(wanted).all()


def change_sets(session: Session, number: int = 1) -> Page[ChangeSet]:
    """A page of them, without their changes."""
    wanted = select(ChangeSet).options(joinedload(ChangeSet.undone_by), joinedload(ChangeSet.undoes))
    total = session.scalar(select(func.count()).select_from(ChangeSet)) or 0
    rows = session.scalars(wanted.order_by(ChangeSet.id.desc()).limit(PAGE).offset((max(number, 1) - 1) * PAGE))
    return Page(rows.all(), total, max(number, 1), PAGE)


def change_set(session: Session, number: int) -> ChangeSet:
    """With its changes; raises ChangeSetNotFoundError."""
    wanted = select(ChangeSet).where(ChangeSet.id == number).options(selectinload(ChangeSet.changes))
    found = session.scalar(wanted)
    if found is None:
        raise ChangeSetNotFoundError(number=number)
    return found


def differences(change: ObjectChange, layout: Layout, language: str) -> Iterator[Difference]:
    """Field by field, headings in the language (zh, en); a field that is no more shows its name."""
    sheet = layout[change.kind]
    before, after = change.before or {}, change.after or {}
    for name in dict.fromkeys((*before, *after)):
        column = _column(sheet, name)
        if column is None:
            yield Difference(name, str(before.get(name, "")), str(after.get(name, "")))
        else:
            old, new = (_shown(column, side[name], language) if name in side else "" for side in (before, after))
            yield Difference(column.heading if language == "zh" else column.english, old, new)


def _shown(column: Column, stored: Any, language: str) -> str:
    return shown(column, decode(column, stored), language)


def _column(sheet: Sheet, name: str) -> Column | None:
    return next((column for column in sheet.columns if column.field == name), None)
