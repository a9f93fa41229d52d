"""How a run of a job ends: one fenced update and its event, in the caller's transaction.

A job never ends with an effect in doubt: where the journal holds an open intent, FAILED and CANCELLED become
UNCERTAIN, which only a person can leave.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Category, GuanjinError
from core.jobs import history
from core.jobs.errors import HandlerError
from core.jobs.history import EventKind
from core.jobs.lease import fence
from core.jobs.models import JobStep
from core.jobs.payload import printable
from core.jobs.values import JobId, JobState, Lease, Retry

# Errors that repeating cannot cure.
HOPELESS = frozenset({Category.USAGE, Category.NOT_FOUND, Category.REFUSED, Category.INTEGRITY})
TEXT_LENGTH = 500
IDLE: Mapping[str, Any] = {"owner": None, "lease_until": None, "excused": False}


def open_intent(session: Session, job_id: JobId) -> str | None:
    """The name of the effect that was begun and not recorded as done."""
    intents = select(JobStep.name).where(JobStep.job_id == job_id, JobStep.state == "intent")
    return session.execute(intents.limit(1)).scalar_one_or_none()


def done(session: Session, lease: Lease, result: Any, at: datetime) -> None:
    fence(session, lease, **IDLE, state=JobState.DONE, result=result, error=None, failures=0, finished_at=at)
    history.record(session, lease.job_id, EventKind.DONE, at)


def failed(
    session: Session, lease: Lease, error: GuanjinError, at: datetime, *, retry: Retry, failures: int
) -> JobState:
    """`failures` counts this one. Back into the queue with a backoff, unless there is no hope left."""
    if error.category in HOPELESS or failures >= retry.attempts:
        return ended(session, lease, JobState.FAILED, at, error=error, failures=failures)
    delay_s = retry.delay_s(failures, lease.job_id)
    back = {"not_before": at + timedelta(seconds=delay_s), "backoff_from": at, "failures": failures}
    fence(session, lease, **IDLE, state=JobState.QUEUED, error=described(error), **back)
    history.record(session, lease.job_id, EventKind.WAITING, at, reason=error, delay_s=round(delay_s))
    return JobState.QUEUED


def ended(
    session: Session, lease: Lease, state: JobState, at: datetime, *, error: GuanjinError | None = None, **values: Any
) -> JobState:
    """FAILED or CANCELLED, or UNCERTAIN where an effect is in doubt."""
    described_error = described(error) if error else None
    if (name := open_intent(session, lease.job_id)) is not None:
        fence(session, lease, **IDLE, state=JobState.UNCERTAIN, error=described_error, **values)
        history.record(session, lease.job_id, EventKind.UNCERTAIN, at, name=name)
        return JobState.UNCERTAIN
    fence(session, lease, **IDLE, state=state, error=described_error, finished_at=at, **values)
    kind = EventKind.FAILED if state is JobState.FAILED else EventKind.CANCELLED
    history.record(session, lease.job_id, kind, at, reason=error or "")
    return state


def uncertain(session: Session, lease: Lease, step: str, at: datetime) -> None:
    fence(session, lease, **IDLE, state=JobState.UNCERTAIN)
    history.record(session, lease.job_id, EventKind.UNCERTAIN, at, name=step)


def released(session: Session, lease: Lease, at: datetime, delay_s: float = 0) -> None:
    """Back into the queue, no failure counted: the worker stops, or the storage was not available."""
    back = {"not_before": at + timedelta(seconds=delay_s), "backoff_from": at} if delay_s else {}
    fence(session, lease, **IDLE, state=JobState.QUEUED, **back)
    history.record(session, lease.job_id, EventKind.RELEASED, at)


def described(error: GuanjinError) -> dict[str, Any]:
    """An error as stored: msgids and facts, so that each reader sees it in his own language."""
    facts = {name: printable(value, TEXT_LENGTH) for name, value in error.facts.items()}
    return {"code": error.code, "message": error.message, "hint": error.hint, "facts": facts}


def as_error(error: BaseException) -> GuanjinError:
    if isinstance(error, GuanjinError):
        return error
    return HandlerError(kind=type(error).__name__, text=printable(error, TEXT_LENGTH))
