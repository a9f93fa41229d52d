"""Reading jobs, for pages and commands."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.jobs.errors import JobNotFoundError
from core.jobs.models import Job, JobEvent, JobSchedule, JobStep, JobWorker
from core.jobs.values import JobId, JobState


def get(session: Session, job_id: JobId, *where: ColumnElement[bool]) -> Job:
    """`where` is what the reader may see of the queue; another job is not there. Raises JobNotFoundError."""
    job = session.scalar(select(Job).where(Job.id == job_id, *where))
    if job is None:
        raise JobNotFoundError(id=job_id)
    return job


def find(
    session: Session,
    *where: ColumnElement[bool],
    state: JobState | None = None,
    kind: str | None = None,
    queue: str | None = None,
    subject: str | None = None,
    before: JobId | None = None,
    limit: int = 50,
) -> Sequence[Job]:
    """Newest first; `before` is the last id of the page before."""
    statement = select(Job).order_by(Job.id.desc()).limit(limit)
    wanted = ((Job.state, state), (Job.kind, kind), (Job.queue, queue), (Job.subject, subject))
    statement = statement.where(*(column == value for column, value in wanted if value is not None), *where)
    if before is not None:
        statement = statement.where(Job.id < before)
    return session.scalars(statement).all()


def events(session: Session, job_id: JobId, *, after: int = 0, limit: int = 500) -> Sequence[JobEvent]:
    """Oldest first; `after` is the last id that the reader has."""
    wanted = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.id > after)
    return session.scalars(wanted.order_by(JobEvent.id).limit(limit)).all()


def alarms(session: Session, *, after: int = 0, limit: int = 100) -> Sequence[JobEvent]:
    """What a person has to look at, newest first: failed and uncertain jobs, clock jumps, a full disk."""
    wanted = select(JobEvent).where(JobEvent.alarm, JobEvent.id > after)
    return session.scalars(wanted.order_by(JobEvent.id.desc()).limit(limit)).all()


def steps(session: Session, job_id: JobId) -> Sequence[JobStep]:
    wanted = select(JobStep).where(JobStep.job_id == job_id)
    return session.scalars(wanted.order_by(JobStep.started_at, JobStep.name)).all()


def counts(session: Session, *where: ColumnElement[bool]) -> dict[JobState, int]:
    rows = session.execute(select(Job.state, func.count()).where(*where).group_by(Job.state)).all()
    return {JobState(state): count for state, count in rows}


def list_schedules(session: Session) -> Sequence[JobSchedule]:
    return session.scalars(select(JobSchedule).order_by(JobSchedule.name)).all()


def workers(session: Session) -> Sequence[JobWorker]:
    """Newest first; one whose `seen_at` is older than its lease is gone."""
    return session.scalars(select(JobWorker).order_by(JobWorker.started_at.desc())).all()
