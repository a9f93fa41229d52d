"""What the headings of an office's own files mean: said once by a person, and remembered for every later file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import flush_unique
from core.events import Event
from inventory.errors import (
    HeadingNotFoundError,
    LedgerHeadingError,
    LedgerHeadingOwnError,
    LedgerHeadingTwiceError,
    WrittenMeanwhileError,
)
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.headings import HeadingRead, KnownBy, SheetHeadings, folded_heading
from inventory.ledger.layout import layout_of
from inventory.models import HeadingMeaning
from security import audit

Row = dict[str, Any]
# By kind and heading: a field, nothing for a column that is left out, or None for what is not to be remembered.
Said = Mapping[ObjectKind, Mapping[str, str | None]]
Heading = tuple[ObjectKind, str]  # folded
Meaning = tuple[str, str | None]  # as it was written, and the field
KNOWN_ANYWAY: Final = frozenset({KnownBy.TEMPLATE, KnownBy.SPELLING})
LONGEST: Final = 120


def as_rows(headings: Iterable[SheetHeadings]) -> list[Row]:
    """JSON, to be kept with a draft."""
    return [
        {"title": one.title, "kind": one.kind, "read": [[each.written, each.field, each.known_by] for each in one.read]}
        for one in headings
    ]


def from_rows(rows: Iterable[Row]) -> list[SheetHeadings]:
    return [
        SheetHeadings(
            row["title"],
            ObjectKind(row["kind"]),
            tuple(HeadingRead(written, field, KnownBy(known_by)) for written, field, known_by in row["read"]),
        )
        for row in rows
    ]


def choose(
    session: Session, headings: Sequence[SheetHeadings], said: Said, actor: audit.Actor, *, now: datetime
) -> None:
    """Remember what is said of the headings of a file; what is said already, and usual spellings, change nothing.

    Raises LedgerHeadingError for a column that there is not, LedgerHeadingOwnError for a heading of the template, and
    LedgerHeadingTwiceError where two columns of one sheet would mean the same. Then nothing may be committed.
    """
    layout, wanted = layout_of(session), {}
    for one in headings:
        meanings = {folded_heading(written): field for written, field in said.get(one.kind, {}).items()}
        _refuse_twice(one, meanings, layout[one.kind])
        for read in one.read:
            heading = folded_heading(read.written)
            if heading in meanings and not (read.known_by in KNOWN_ANYWAY and read.field == meanings[heading]):
                wanted[one.kind, heading] = _checked(read.written, meanings[heading], layout[one.kind])
    _remember(session, wanted, actor, now)


def remember_used(
    session: Session, headings: Sequence[SheetHeadings], written: Iterable[str], actor: audit.Actor, *, now: datetime
) -> None:
    """Of the headings that a person gave a meaning for one import, those that stood in the file."""
    given = {folded_heading(one) for one in written}
    wanted: dict[Heading, Meaning] = {
        (one.kind, heading): (read.written, read.field)
        for one in headings
        for read in one.read
        if read.known_by is KnownBy.CHOSEN and (heading := folded_heading(read.written)) in given
    }
    _remember(session, wanted, actor, now)


def remembered(session: Session) -> Sequence[HeadingMeaning]:
    return session.scalars(select(HeadingMeaning).order_by(HeadingMeaning.kind, HeadingMeaning.written)).all()


def forget(session: Session, number: int, actor: audit.Actor) -> HeadingMeaning:
    """Raises HeadingNotFoundError."""
    found = session.get(HeadingMeaning, number)
    if found is None:
        raise HeadingNotFoundError(written=f"#{number}")
    session.delete(found)
    before = {"written": found.written, "field": found.field}
    audit.record(session, Event.HEADINGS_FORGOTTEN, actor, subject=f"headings:{found.kind}", before=before)
    return found


def forget_heading(session: Session, kind: ObjectKind, written: str, actor: audit.Actor) -> HeadingMeaning:
    """Raises HeadingNotFoundError."""
    wanted = select(HeadingMeaning.id).where(
        HeadingMeaning.kind == kind, HeadingMeaning.folded == folded_heading(written)
    )
    number = session.scalar(wanted)
    if number is None:
        raise HeadingNotFoundError(written=written)
    return forget(session, number, actor)


def _checked(written: str, field: str | None, sheet: Sheet) -> Meaning:
    if folded_heading(written) in sheet.own:
        raise LedgerHeadingOwnError(said=written)
    if field and all(column.field != field for column in sheet.columns):
        raise LedgerHeadingError(said=written, meant=field)
    return written, field


def _refuse_twice(headings: SheetHeadings, meanings: Mapping[str, str | None], sheet: Sheet) -> None:
    seen: dict[str, str] = {}
    for written, field in _fields(headings, meanings):
        if field and field in seen:
            meant = next((column.heading for column in sheet.columns if column.field == field), field)
            raise LedgerHeadingTwiceError(sheet=headings.title, first=seen[field], second=written, meant=meant)
        seen[field] = written


def _fields(headings: SheetHeadings, meanings: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    for read in headings.read:
        said = meanings.get(folded_heading(read.written), read.field)
        yield read.written, said if said is not None else ""


def _remember(session: Session, wanted: Mapping[Heading, Meaning], actor: audit.Actor, now: datetime) -> None:
    """Nothing is written or recorded when all of it is remembered so already."""
    known = {(one.kind, one.folded): one for one in remembered(session)}
    changed = []
    for (kind, folded), (written, field) in wanted.items():
        before = known.get((kind, folded))
        if field == (before.field if before else None):
            continue
        changed.append({"kind": kind, "written": written, "field": field})
        if before is not None:
            session.delete(before)
            session.flush()
        if field is not None:
            names = {"folded": folded[:LONGEST], "written": written[:LONGEST], "field": field}
            session.add(HeadingMeaning(kind=kind, **names, at=now, person=actor.name))
    if changed:
        flush_unique(session, WrittenMeanwhileError(kind=changed[0]["kind"], name=changed[0]["written"]))
        audit.record(session, Event.HEADINGS_REMEMBERED, actor, subject="headings:ledger", detail={"headings": changed})
