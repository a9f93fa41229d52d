"""The archive: old records in files that are checked without the database, and rows that two persons may give up.

A segment is a file of the export's lines, packed by gzip. It begins with what was signed before it and ends with the
checkpoint that covers it, so it is checked by itself by `tools/audit_verify.py`, and all of them together as an export.
Writing one is the policy's work; taking rows out of the database is asked for by the security administrator and
confirmed by the audit administrator, oldest first and never before `FLOOR`, whatever the settings say.
"""

import gzip
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.events import Event
from core.settings import Settings
from security.audit import checkpoint, rows, stored_tree, tree
from security.audit.actor import Actor
from security.audit.chain import GENESIS, link_sorted
from security.audit.errors import (
    RemovalOrderError,
    RemovalStateError,
    RemovalTooEarlyError,
    SamePersonError,
    SegmentFileError,
    SegmentNotFoundError,
    SegmentWrongError,
)
from security.audit.export import header_line, line
from security.audit.models import AuditCheckpoint, AuditRecord, AuditSegment
from security.audit.recording import record
from security.audit.rows import PREVIOUS, SEQUENCE, Raw
from security.audit.search import Filter, span_of
from security.audit.tree import Frontier

# Six months by law (Cybersecurity Law; GB/T 22239-2019, 8.1.4.3): no setting goes below.
FLOOR = timedelta(days=180)
MOST_RECORDS = 100_000
BATCH = 1000


@dataclass(frozen=True)
class Archive:
    """`keep` is the policy; what is younger stays out of the archive and in the database."""

    folder: Path
    keep: timedelta
    clock: Clock

    @property
    def kept_from(self) -> datetime:
        return self.clock.now() - max(self.keep, FLOOR)


def of(settings: Settings, clock: Clock) -> Archive:
    """The archive of an installation."""
    return Archive(settings.storage.data / "audit", timedelta(days=settings.security.audit_days), clock)


def last_segment(session: Session) -> AuditSegment | None:
    return session.scalars(select(AuditSegment).order_by(AuditSegment.last.desc()).limit(1)).one_or_none()


def segments(session: Session) -> list[AuditSegment]:
    """Oldest first."""
    return list(session.scalars(select(AuditSegment).order_by(AuditSegment.last)))


def due(session: Session, archive: Archive) -> int | None:
    """The number up to which a segment should be written now; None where nothing is old enough.

    A segment ends where a checkpoint was signed.
    """
    begin = last_segment(session)
    first = 1 if begin is None else begin.last + 1
    old = span_of(session, Filter(since=archive.kept_from)).low
    most = min(old, first + MOST_RECORDS - 1)
    statement = select(AuditCheckpoint.size).where(AuditCheckpoint.size <= most, AuditCheckpoint.size >= first)
    return session.scalar(statement.order_by(AuditCheckpoint.size.desc()).limit(1))


def write(session: Session, archive: Archive, last: int) -> AuditSegment:
    """Put the records after the last segment up to `last` into a file. The row is not added yet.

    Raises SegmentWrongError where they are not what was signed: what is broken is not tidied away.
    """
    begin = last_segment(session)
    first = 1 if begin is None else begin.last + 1
    note = session.get_one(AuditCheckpoint, last).note
    archive.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{first:012d}-{last:012d}.jsonl.gz"
    aside = archive.folder / f"{name}.new"
    with aside.open("wb") as plain:
        with gzip.GzipFile(filename="", fileobj=plain, mode="wb", mtime=0) as packed:
            head, latest = _write_lines(session, packed, begin, last, note)
        plain.flush()
        os.fsync(plain.fileno())
    aside.replace(archive.folder / name)
    digest, size = _measured(archive.folder / name)
    return AuditSegment(
        first=first, last=last, head=head, note=note, file=name, sha256=digest, size=size, latest=latest,
        stored=archive.clock.now(),
    )  # fmt: skip


def add(session: Session, segment: AuditSegment, archive: Archive, *, actor: Actor) -> None:
    session.add(segment)
    detail = {"file": segment.file, "sha256": segment.sha256, "size": segment.size}
    record(session, Event.AUDIT_ARCHIVED, actor, subject=subject_of(segment), detail=detail, clock=archive.clock)


def ask_removal(session: Session, archive: Archive, last: int, *, actor: Actor) -> AuditSegment:
    """By the security administrator. Raises SegmentNotFoundError, RemovalTooEarlyError, RemovalStateError."""
    segment = _removable(session, archive, last)
    if segment.asked_by is not None:
        raise RemovalStateError
    segment.asked_by = actor.name
    record(session, Event.AUDIT_REMOVAL_ASKED, actor, subject=subject_of(segment), clock=archive.clock)
    return segment


def confirm_removal(session: Session, archive: Archive, last: int, *, actor: Actor) -> AuditSegment:
    """By the audit administrator, who has put the file away elsewhere; from here on the rows may go.

    Raises what `ask_removal` does, and SamePersonError, RemovalOrderError, SegmentFileError.
    """
    segment = _removable(session, archive, last)
    if segment.asked_by is None:
        raise RemovalStateError
    if segment.asked_by == actor.name:
        raise SamePersonError(person=actor.name)
    older = select(AuditSegment.last).where(AuditSegment.last < segment.first, AuditSegment.removed.is_(None))
    if session.scalar(older.limit(1)) is not None:
        raise RemovalOrderError
    check_file(archive, segment)
    segment.confirmed_by, segment.removed = actor.name, archive.clock.now()
    detail = {"asked_by": segment.asked_by, "file": segment.file, "sha256": segment.sha256}
    subject = subject_of(segment)
    record(session, Event.AUDIT_REMOVAL_CONFIRMED, actor, subject=subject, detail=detail, clock=archive.clock)
    return segment


def remove_some(session: Session, archive: Archive, segment: AuditSegment) -> int:
    """Delete rows of a segment that was given up, a batch at a time; how many. Raises SegmentFileError."""
    check_file(archive, segment)
    within = AuditRecord.sequence.between(segment.first, segment.last)
    batch = select(AuditRecord.sequence).where(within).order_by(AuditRecord.sequence).limit(BATCH)
    numbers = session.scalars(batch).all()
    if numbers:
        session.execute(delete(AuditRecord).where(AuditRecord.sequence.between(numbers[0], numbers[-1])))
    return len(numbers)


def given_up(session: Session) -> list[AuditSegment]:
    """Segments whose rows should be gone and are not yet."""
    found = [segment for segment in segments(session) if segment.removed is not None]
    within = select(AuditRecord.sequence)
    return [
        segment
        for segment in found
        if session.scalar(within.where(AuditRecord.sequence.between(segment.first, segment.last)).limit(1)) is not None
    ]


def check_file(archive: Archive, segment: AuditSegment) -> None:
    """Raises SegmentFileError."""
    try:
        found = _measured(archive.folder / segment.file)
    except OSError as error:
        raise SegmentFileError(file=segment.file) from error
    if found != (segment.sha256, segment.size):
        raise SegmentFileError(file=segment.file)


def subject_of(segment: AuditSegment) -> str:
    return f"audit-segment:{segment.first}-{segment.last}"


def _removable(session: Session, archive: Archive, last: int) -> AuditSegment:
    segment = session.get(AuditSegment, last, with_for_update=True)
    if segment is None:
        raise SegmentNotFoundError(last=last)
    if segment.removed is not None:
        raise RemovalStateError
    if segment.latest >= archive.kept_from:
        raise RemovalTooEarlyError(latest=segment.latest, days=max(archive.keep, FLOOR).days)
    return segment


def _write_lines(
    session: Session, target: gzip.GzipFile, begin: AuditSegment | None, last: int, note: str
) -> tuple[str, datetime]:
    """Hash of the last record, and the latest time."""
    claim = checkpoint.accept(note, stored_tree.keys(session))
    frontier = Frontier() if begin is None else tree.frontier(begin.last, stored_tree.node_reader(session))
    first = frontier.size + 1
    previous, latest = GENESIS if begin is None else begin.head, ""
    target.write(f"{header_line(session, begin)}\n".encode())
    for raw in _records(session, frontier.size, last):
        if raw[SEQUENCE] != frontier.size + 1 or raw[PREVIOUS] != previous:
            raise SegmentWrongError(first=first, last=last)
        previous = link_sorted(previous, raw[:PREVIOUS])
        frontier = frontier.extended([tree.leaf_hash(bytes.fromhex(previous))])
        latest = max(latest, raw[rows.AT])
        target.write(f"{line(rows.fields_of(raw))}\n".encode())
    if claim is None or (claim.size, claim.root, last) != (frontier.size, frontier.root, frontier.size):
        raise SegmentWrongError(first=first, last=last)
    target.write(f"{line({'checkpoint': note})}\n".encode())
    return previous, datetime.fromisoformat(latest)


def _records(session: Session, after: int, last: int) -> Iterator[Raw]:
    for page in rows.pages(session, after):
        for raw in page:
            if raw[SEQUENCE] > last:
                return
            yield raw


def _measured(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()
