"""Putting a job into the queue, in the transaction of whatever made it necessary."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.jobs import history
from core.jobs.history import EventKind
from core.jobs.models import Job
from core.jobs.moment import dialect_of, now
from core.jobs.payload import checked
from core.jobs.registry import REGISTRY, Registry
from core.jobs.values import ACTIVE, JobId, JobState

SYSTEM_CLOCK = SystemClock()


def enqueue(
    session: Session,
    kind: str,
    args: Mapping[str, Any],
    *,
    actor: str,
    subject: str | None = None,
    lane: str | None = None,
    limits: Iterable[str] = (),
    priority: int = 0,
    not_before: datetime | None = None,
    dedupe: str | None = None,
    registry: Registry = REGISTRY,
    clock: Clock = SYSTEM_CLOCK,
) -> JobId:
    """The new job's id; or, where an unfinished job of this kind has the same `dedupe`, that one's.

    One job at a time runs on a `lane` (a device); at most its capacity runs under each of `limits`; a higher
    `priority` runs first. Raises UnknownKindError and PayloadError.
    """
    definition = registry.newest(kind)
    at = now(session, clock)
    row = {
        "kind": kind,
        "version": definition.version,
        "queue": definition.queue,
        "state": JobState.QUEUED,
        "args": checked(dict(args), kind),
        "actor": actor,
        "subject": subject,
        "lane": lane,
        "limits": joined(limits),
        "dedupe": dedupe,
        "rank": -priority,
        "not_before": not_before,
        "attempt": 0,
        "failures": 0,
        "excused": False,
        "beat": 0,
        "lease_s": 0,
        "cancel_asked": False,
        "progress_done": 0,
        "progress_total": 0,
        "progress_note": "",
        "created_at": at,
    }
    while (inserted := _insert(session, row)) is None:
        if (same := _same(session, kind, dedupe)) is not None:
            return same  # else it ended between the two statements: insert again
    history.record(session, inserted, EventKind.ENQUEUED, at, actor=actor)
    session.flush()
    return inserted


def joined(limits: Iterable[str]) -> str:
    """Names of limits as stored: "|a|b|", or nothing."""
    names = sorted(set(limits))
    for name in names:
        if not name or "|" in name:
            raise ValueError(f"{name!r} is not a name of a limit")
    return f"|{'|'.join(names)}|" if names else ""


def split(limits: str) -> tuple[str, ...]:
    return tuple(limits.strip("|").split("|")) if limits else ()


def _insert(session: Session, row: Mapping[str, Any]) -> JobId | None:
    """None where an open job has the same dedupe key; one statement, so that two at once cannot both insert."""
    dialect = postgresql if dialect_of(session) == "postgresql" else sqlite
    statement = dialect.insert(Job).values(**row).on_conflict_do_nothing().returning(Job.id)
    return session.execute(statement).scalar_one_or_none()


def _same(session: Session, kind: str, dedupe: str | None) -> JobId | None:
    open_ones = select(Job.id).where(Job.kind == kind, Job.dedupe == dedupe, Job.state.in_(ACTIVE))
    return session.execute(open_ones).scalar_one_or_none()
