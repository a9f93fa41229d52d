"""Submitting, withdrawing and rejecting: the source's side up to the approvals. Bytes freeze when they are staged."""

import os
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy.orm import Session

from core.events import Event
from core.jobs import enqueue
from security.audit import Actor, record
from security.ferry import floor
from security.ferry.errors import AboveCeilingError, NotPermittedError, NotSubmittableError, TooMuchError
from security.ferry.ledger import move, transfer
from security.ferry.levels import Level
from security.ferry.manifest import MAX_FILES, MAX_NAME, MAX_PURPOSE, MAX_RECIPIENTS, Entry, Manifest
from security.ferry.models import FerryFile, FerryLink, FerryTransfer
from security.ferry.peers import as_link, find_link
from security.ferry.policy import Rules
from security.ferry.site import Ferry
from security.ferry.states import Act, Outgoing
from security.ferry.store import Stored

INSPECT = "ferry.inspect"
_LONGEST_PERSON = 100


@dataclass(frozen=True)
class Staged:
    """A file whose bytes are frozen in the store, before there is a transfer that names it."""

    name: str
    stored: Stored


def stage(ferry: Ferry, name: str, source: BinaryIO) -> Staged:
    """Copy a file in. Needs no session; what is never submitted is swept away after a day."""
    found = ferry.store.put(source, limit=ferry.max_file_bytes)
    if found is None:
        raise TooMuchError(name=name, found=f">{ferry.max_file_bytes}", limit=ferry.max_file_bytes)
    return Staged(_plain_name(name), found)


def submit(
    session: Session,
    ferry: Ferry,
    *,
    link: str,
    level: Level,
    purpose: str,
    recipients: Sequence[str],
    files: Sequence[Staged],
    actor: Actor,
) -> FerryTransfer:
    """A new transfer of staged files on an outgoing link, and the job that inspects it."""
    row = find_link(session, link)
    rules = ferry.policy.for_link(as_link(session, row))
    _check_level(session, row, rules, level)
    _check_form(purpose, recipients, files)
    _check_sizes(ferry, rules, files)
    now = ferry.clock.now()
    made = FerryTransfer(
        uid=secrets.token_hex(16),
        link=row,
        state=Outgoing.SUBMITTED.value,
        level=level.code,
        purpose=purpose.strip(),
        recipients=[name.strip() for name in recipients],
        submitter=actor.name,
        account_id=actor.account_id,
        created_at=now,
        changed_at=now,
        expires_at=now + timedelta(hours=min(ferry.approval_hours, rules.valid_hours)),
        reason="",
        files=[_file(position, staged) for position, staged in enumerate(files)],
    )
    session.add(made)
    session.flush()
    _enqueue_inspection(session, ferry, made, actor)
    _record_submission(session, ferry, made, actor)
    return made


def withdraw(session: Session, ferry: Ferry, uid: str, *, actor: Actor) -> FerryTransfer:
    """The submitter takes it back, as long as nothing has been sealed."""
    row = transfer(session, uid)
    if not floor.same_person(row.submitter, actor.name):
        raise NotPermittedError(person=actor.name)
    row.ended_by = actor.name
    move(session, ferry, row, Act.WITHDRAW, Event.TRANSFER_WITHDRAWN, actor=actor)
    return row


def reject(
    session: Session, ferry: Ferry, uid: str, *, reason: str, roles: Iterable[str], actor: Actor
) -> FerryTransfer:
    """One who may approve says no, with a reason. One no is enough."""
    row = transfer(session, uid)
    rules = ferry.policy.for_link(as_link(session, row.link))
    if not set(roles) & set(rules.approvals) or floor.same_person(row.submitter, actor.name):
        raise NotPermittedError(person=actor.name)
    if not reason.strip() or len(reason) > MAX_PURPOSE:
        raise NotSubmittableError(field="reason")
    row.ended_by, row.reason = actor.name, reason.strip()
    move(session, ferry, row, Act.REJECT, Event.TRANSFER_REJECTED, actor=actor, detail={"reason": row.reason})
    return row


def reinspect(session: Session, ferry: Ferry, row: FerryTransfer, *, actor: Actor) -> None:
    """Back to inspection, because the policy changed: approvals given under the old one are gone."""
    withdrawn = [approval.person for approval in row.approvals]
    row.approvals.clear()
    row.report = row.root = row.inspection = row.policy = None
    for file in row.files:
        file.report = None
    detail = {"approvals_withdrawn": withdrawn, "policy": ferry.policy.digest}
    move(session, ferry, row, Act.REINSPECT, Event.TRANSFER_RETURNED_TO_INSPECTION, actor=actor, detail=detail)
    _enqueue_inspection(session, ferry, row, actor)


def manifest_of(row: FerryTransfer) -> Manifest:
    """What is approved and sealed, from the rows; the bytes are compared with it when they are sealed."""
    level = Level.of(row.level)
    return Manifest(
        transfer=row.uid,
        link=row.link.uid,
        level=level,
        submitter=row.submitter,
        purpose=row.purpose,
        recipients=tuple(row.recipients),
        files=tuple(Entry(f.name, f.kind, f.size, f.sha256, f.sm3, level) for f in row.files),
    )


def _enqueue_inspection(session: Session, ferry: Ferry, row: FerryTransfer, actor: Actor) -> None:
    enqueue(
        session,
        INSPECT,
        {"transfer": row.uid},
        actor=actor.name,
        subject=f"transfer:{row.uid}",
        dedupe=f"inspect:{row.uid}",
        clock=ferry.clock,
    )


def _record_submission(session: Session, ferry: Ferry, row: FerryTransfer, actor: Actor) -> None:
    after = {
        "state": row.state,
        "link": row.link.name,
        "level": Level.of(row.level).label,
        "purpose": row.purpose,
        "recipients": row.recipients,
        "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in row.files],
    }
    subject = f"transfer:{row.uid}"
    record(session, Event.TRANSFER_SUBMITTED, actor, subject=subject, after=after, clock=ferry.clock)


def _check_level(session: Session, row: FerryLink, rules: Rules, level: Level) -> None:
    floor.check_level(as_link(session, row), level)
    if level > rules.ceiling:
        raise AboveCeilingError(level=level.label, ceiling=rules.ceiling.label, link=row.name)


def _check_form(purpose: str, recipients: Sequence[str], files: Sequence[Staged]) -> None:
    if not purpose.strip() or len(purpose) > MAX_PURPOSE:
        raise NotSubmittableError(field="purpose")
    good = all(name.strip() and len(name) <= _LONGEST_PERSON for name in recipients)
    if not recipients or len(recipients) > MAX_RECIPIENTS or not good:
        raise NotSubmittableError(field="recipients")
    if not files or not all(staged.name for staged in files):
        raise NotSubmittableError(field="files")


def _check_sizes(ferry: Ferry, rules: Rules, files: Sequence[Staged]) -> None:
    most = min(rules.max_files, ferry.max_files, MAX_FILES)
    if len(files) > most:
        raise TooMuchError(name="files", found=len(files), limit=most)
    for staged in files:
        if staged.stored.size > rules.max_file_bytes:
            raise TooMuchError(name=staged.name, found=staged.stored.size, limit=rules.max_file_bytes)
    total = sum(staged.stored.size for staged in files)
    if total > rules.max_total_bytes:
        raise TooMuchError(name="files", found=total, limit=rules.max_total_bytes)


def _file(position: int, staged: Staged) -> FerryFile:
    stored = staged.stored
    return FerryFile(
        position=position, name=staged.name, kind="", size=stored.size, sha256=stored.sha256, sm3=stored.sm3
    )


def _plain_name(name: str) -> str:
    """The last part of what a browser or a shell gave, in NFC, without what no name can show."""
    last = os.path.basename(name.replace("\\", "/"))  # noqa: PTH119  # a text, not a path
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in ("Cc", "Cs"))
    return shown[-MAX_NAME:]
