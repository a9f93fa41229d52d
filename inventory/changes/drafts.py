"""A ledger or another system's files in two steps: uploaded and looked at, then confirmed as it was looked at.

A file of thousands of rows is read and compared for seconds, so whoever calls this does that in a transaction that
locks nothing (`preview_upload`, `preview_again`, `reading_of_draft`), and hands the outcome to the one that writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, undefer

from core.events import Event
from inventory.changes.entries import Group, counts, entries_of, fingerprint
from inventory.changes.errors import DraftMissingError, DraftStaleError
from inventory.changes.headings import Said, as_rows, choose, from_rows
from inventory.changes.importing import Preview, import_reading, preview_reading
from inventory.changes.uploads import Upload, reading_of
from inventory.changes.words import remembered
from inventory.errors import LedgerWrongError
from inventory.foreign.keeping import notices_as_rows
from inventory.foreign.words import told_words
from inventory.ledger.layout import layout_of
from inventory.ledger.reading import Reading
from inventory.models import ImportDraft
from security import audit

KEPT: Final = timedelta(days=1)
MOST_NAME: Final = 240


def words_before(session: Session, upload: Upload, person: str) -> tuple[str, ...]:
    """What this person said of the words of the same system in the draft that is there still, else its last import."""
    if upload.system is None:
        return ()
    wanted = select(ImportDraft.words).where(ImportDraft.person == person, ImportDraft.system == upload.system)
    said = session.scalar(wanted.order_by(ImportDraft.id.desc()))
    return remembered(session, upload.system) if said is None else tuple(said)


def preview_upload(session: Session, upload: Upload) -> Preview:
    """Raises LedgerError where a ledger cannot be read at all. Writes nothing."""
    return preview_reading(session, upload, reading_of(upload, layout_of(session)))


def keep(session: Session, upload: Upload, found: Preview, actor: audit.Actor, *, now: datetime) -> ImportDraft:
    """Keep what was uploaded with its preview. A person has one draft at a time, and nobody's outlives a day."""
    session.execute(delete(ImportDraft).where(or_(ImportDraft.person == actor.name, ImportDraft.at < now - KEPT)))
    draft = ImportDraft(
        person=actor.name,
        at=now,
        name=upload.name[:MOST_NAME],
        sha256=upload.digest,
        kind=upload.kind,
        content=upload.content,
        system=upload.system,
        words=list(upload.words),
    )
    _look(draft, found, now)
    session.add(draft)
    session.flush()
    detail = {"sha256": upload.digest, "wrong": counts(draft.entries)[Group.WRONG]}
    audit.record(session, Event.INVENTORY_UPLOADED, actor, subject=f"{_origin(draft)}:{draft.name}", detail=detail)
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


def reading_of_draft(session: Session, number: int, person: str, *, now: datetime) -> Reading:
    """What was uploaded, read again with the headings and words that have been said since. Raises DraftMissingError."""
    return reading_of(_upload_of(draft_of(session, number, person, now=now)), layout_of(session))


def preview_again(session: Session, number: int, person: str, *, now: datetime) -> Preview:
    """Against what there is now. Raises DraftMissingError. Writes nothing."""
    return preview_upload(session, _upload_of(draft_of(session, number, person, now=now)))


def look_again(session: Session, number: int, person: str, found: Preview, *, now: datetime) -> None:
    """Keep another preview with the draft. Raises DraftMissingError."""
    _look(draft_of(session, number, person, now=now), found, now)


def confirm(
    session: Session, number: int, seen: str, actor: audit.Actor, reading: Reading, *, now: datetime
) -> Preview:
    """Write it, if it would still change exactly what was seen.

    Raises DraftMissingError, DraftStaleError; then nothing may be committed.
    """
    draft = draft_of(session, number, actor.name, now=now)
    file = _Name(draft.name, draft.sha256)
    try:
        done = import_reading(session, file, actor, reading, now=now, system=draft.system, words=draft.words)
    except LedgerWrongError as error:
        raise DraftStaleError(file=draft.name) from error
    if fingerprint(entries_of(done.plan), draft.sha256) != seen:
        raise DraftStaleError(file=draft.name)
    session.delete(draft)
    return done


def choose_headings(session: Session, number: int, said: Said, actor: audit.Actor, *, now: datetime) -> None:
    """Remember what headings of the file mean. Raises DraftMissingError and what `headings.choose` raises."""
    draft = draft_of(session, number, actor.name, now=now)
    choose(session, from_rows(draft.headings), said, actor, now=now)


def say_words(session: Session, number: int, words: Sequence[str], person: str, *, now: datetime) -> None:
    """Keep with the draft what words of the other system mean, written as at the terminal: topic:word=meaning.

    Raises DraftMissingError, WordError.
    """
    draft = draft_of(session, number, person, now=now)
    draft.words = [str(one) for one in told_words(words)]


@dataclass(frozen=True)
class _Name:
    """Of what was uploaded, without its content: that is megabytes, and was read before."""

    name: str
    digest: str


def _upload_of(draft: ImportDraft) -> Upload:
    return Upload(draft.name, draft.sha256, draft.content, draft.kind, draft.system, tuple(draft.words))


def _origin(draft: ImportDraft) -> str:
    return draft.system or "ledger"


def _look(draft: ImportDraft, found: Preview, now: datetime) -> None:
    plan = found.plan
    draft.at = now
    draft.entries = entries_of(plan)
    draft.ignored = list(plan.ignored)
    draft.headings = as_rows(plan.headings)
    draft.unclear = [[one.topic, one.word] for one in plan.unclear]
    draft.notices = notices_as_rows(plan.notices)
    draft.fingerprint = fingerprint(draft.entries, draft.sha256)
