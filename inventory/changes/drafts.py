"""A ledger in two steps: uploaded and looked at, then confirmed as it was looked at."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, undefer

from core.events import Event
from inventory.changes.entries import Group, counts, entries_of, fingerprint
from inventory.changes.errors import DraftMissingError, DraftStaleError
from inventory.changes.headings import Said, as_rows, choose, from_rows
from inventory.changes.importing import Preview, import_ledger, preview
from inventory.errors import LedgerWrongError
from inventory.kinds import ObjectKind
from inventory.ledger.opening import LedgerFile
from inventory.models import ImportDraft
from security import audit

KEPT: Final = timedelta(days=1)
MOST_NAME: Final = 240


def upload(
    session: Session, file: LedgerFile, kind: ObjectKind | None, found: Preview, actor: audit.Actor, *, now: datetime
) -> ImportDraft:
    """Keep the file with its preview. A person has one draft at a time, and nobody's outlives a day."""
    session.execute(delete(ImportDraft).where(or_(ImportDraft.person == actor.name, ImportDraft.at < now - KEPT)))
    draft = ImportDraft(
        person=actor.name, at=now, name=file.name[:MOST_NAME], sha256=file.digest, kind=kind, content=file.content
    )
    _look(draft, found, now)
    session.add(draft)
    session.flush()
    detail = {"sha256": file.digest, "wrong": counts(draft.entries)[Group.WRONG]}
    audit.record(session, Event.INVENTORY_UPLOADED, actor, subject=f"ledger:{draft.name}", detail=detail)
    return draft


def draft_of(session: Session, number: int, person: str, *, now: datetime) -> ImportDraft:
    """One's own, with its entries; raises DraftMissingError."""
    wanted = select(ImportDraft).where(
        ImportDraft.id == number, ImportDraft.person == person, ImportDraft.at >= now - KEPT
    )
    found = session.scalar(wanted.options(undefer(ImportDraft.entries)))
    if found is None:
        raise DraftMissingError
    return found


def file_of(draft: ImportDraft) -> LedgerFile:
    return LedgerFile(draft.name, draft.content)


def look_again(session: Session, number: int, person: str, *, now: datetime) -> None:
    """The preview against what there is now."""
    draft = draft_of(session, number, person, now=now)
    _look(draft, preview(session, file_of(draft), draft.kind), now)


def confirm(session: Session, number: int, seen: str, actor: audit.Actor, *, now: datetime) -> Preview:
    """Write it, if it would still change exactly what was seen.

    Raises DraftMissingError, DraftStaleError; then nothing may be committed.
    """
    draft = draft_of(session, number, actor.name, now=now)
    file = file_of(draft)
    try:
        done = import_ledger(session, file, actor, draft.kind, now=now)
    except LedgerWrongError as error:
        raise DraftStaleError(file=file.name) from error
    if fingerprint(entries_of(done.plan), file.digest) != seen:
        raise DraftStaleError(file=file.name)
    session.delete(draft)
    return done


def choose_headings(session: Session, number: int, said: Said, actor: audit.Actor, *, now: datetime) -> None:
    """Remember what headings of the file mean, and look again. Raises what `headings.choose` raises."""
    draft = draft_of(session, number, actor.name, now=now)
    choose(session, from_rows(draft.headings), said, actor, now=now)
    _look(draft, preview(session, file_of(draft), draft.kind), now)


def _look(draft: ImportDraft, found: Preview, now: datetime) -> None:
    draft.at = now
    draft.entries = entries_of(found.plan)
    draft.ignored = list(found.plan.ignored)
    draft.headings = as_rows(found.plan.headings)
    draft.fingerprint = fingerprint(draft.entries, draft.sha256)
