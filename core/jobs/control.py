"""What a person may do to jobs and queues. Callers check permissions and write the audit record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.jobs import history, journal
from core.jobs.claim import queue_limit
from core.jobs.errors import JobDuplicateError, JobNotFoundError, JobStateError
from core.jobs.history import EventKind
from core.jobs.models import Job, JobLimit, JobStep
from core.jobs.moment import now
from core.jobs.outcome import open_intent
from core.jobs.queue import SYSTEM_CLOCK
from core.jobs.values import JobId, JobState, Resolution


def cancel(session: Session, job_id: JobId, *, actor: str, clock: Clock = SYSTEM_CLOCK) -> JobState:
    """Ends a waiting job at once; a running one ends at its next check. Raises JobStateError for a finished one."""
    job, at = _locked(session, job_id), now(session, clock)
    history_of = _recorder(session, job_id, at)
    if job.state == JobState.RUNNING:
        job.cancel_asked = True
        history_of(EventKind.CANCEL_ASKED, actor=actor)
    elif job.state == JobState.QUEUED and (name := open_intent(session, job_id)) is not None:
        job.state = JobState.UNCERTAIN
        history_of(EventKind.CANCEL_ASKED, actor=actor)
        history_of(EventKind.UNCERTAIN, name=name)
    elif job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, at
        history_of(EventKind.CANCEL_ASKED, actor=actor)
        history_of(EventKind.CANCELLED)
    else:
        raise JobStateError(id=job_id, state=job.state, action="cancel")
    session.flush()
    return JobState(job.state)


def retry(session: Session, job_id: JobId, *, actor: str, clock: Clock = SYSTEM_CLOCK) -> None:
    """A failed or cancelled job goes on where its journal ends, in the same queue under the same limits."""
    job, at = _locked(session, job_id), now(session, clock)
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise JobStateError(id=job_id, state=job.state, action="retry")
    _requeue(session, job)
    history.record(session, job_id, EventKind.RETRIED, at, actor=actor)
    session.flush()


def resolve(
    session: Session, job_id: JobId, *, actor: str, resolution: Resolution, clock: Clock = SYSTEM_CLOCK
) -> None:
    """Decide about an uncertain job: go on as if the effect was done, do it again, or give the job up as failed."""
    job, at = _locked(session, job_id), now(session, clock)
    if job.state != JobState.UNCERTAIN:
        raise JobStateError(id=job_id, state=job.state, action="resolve")
    history.record(session, job_id, EventKind.RESOLVED, at, actor=actor, resolution=resolution)
    if resolution is Resolution.GIVE_UP:
        job.state, job.finished_at = JobState.FAILED, at  # its intent stays: a later retry probes
        session.flush()
        return
    for step in session.scalars(select(JobStep).where(JobStep.job_id == job_id, JobStep.state == journal.INTENT)):
        if resolution is Resolution.DONE:
            step.state, step.finished_at = journal.DONE, at
        else:
            session.delete(step)
    _requeue(session, job)


def pause(session: Session, queue: str, *, actor: str, clock: Clock = SYSTEM_CLOCK) -> None:
    """No job of the queue is started until `resume`; those under way go on."""
    _limit(session, queue_limit(queue), actor, now(session, clock)).paused = True
    session.flush()


def resume(session: Session, queue: str, *, actor: str, clock: Clock = SYSTEM_CLOCK) -> None:
    _limit(session, queue_limit(queue), actor, now(session, clock)).paused = False
    session.flush()


def set_limit(session: Session, name: str, capacity: int | None, *, actor: str, clock: Clock = SYSTEM_CLOCK) -> None:
    """At most `capacity` jobs that name this limit run at a time; None lifts it. A queue's is `queue:<name>`."""
    _limit(session, name, actor, now(session, clock)).capacity = capacity
    session.flush()


def _locked(session: Session, job_id: JobId) -> Job:
    job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None:
        raise JobNotFoundError(id=job_id)
    return job


def _requeue(session: Session, job: Job) -> None:
    job_id, dedupe = job.id, job.dedupe
    try:
        with session.begin_nested():
            job.state, job.failures, job.error, job.finished_at = JobState.QUEUED, 0, None, None
            job.cancel_asked, job.not_before, job.backoff_from = False, None, None
            session.flush()
    except IntegrityError as error:
        raise JobDuplicateError(id=job_id, dedupe=dedupe) from error


def _limit(session: Session, name: str, actor: str, at: datetime) -> JobLimit:
    limit = session.get(JobLimit, name, with_for_update=True, populate_existing=True)
    if limit is None:
        limit = JobLimit(name=name, capacity=None, paused=False)
        session.add(limit)
    limit.changed_by, limit.changed_at = actor, at
    return limit


def _recorder(session: Session, job_id: JobId, at: datetime) -> Callable[..., None]:
    def recorder(kind: EventKind, **facts: Any) -> None:
        history.record(session, job_id, kind, at, **facts)

    return recorder
