"""Removing what is old, in small transactions of the caller's, so that nobody waits behind it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.jobs.lease import PLAIN
from core.jobs.models import Job, JobEvent, JobFire, JobWorker
from core.jobs.values import FINISHED


def purge(session: Session, *, older_than: datetime, batch: int = 500) -> int:
    """Remove at most `batch` jobs that finished before `older_than`, with their steps and events; how many.

    Call it, each time in a transaction of its own, until it returns 0. Unfinished and uncertain jobs stay.
    """
    finished = select(Job.id).where(Job.state.in_(FINISHED), Job.finished_at < older_than).limit(batch)
    ids = session.scalars(finished.with_for_update(skip_locked=True)).all()
    session.execute(delete(Job).where(Job.id.in_(ids)), execution_options=PLAIN)
    others = (
        delete(JobEvent).where(
            JobEvent.id.in_(select(JobEvent.id).where(JobEvent.job_id.is_(None), JobEvent.at < older_than).limit(batch))
        ),
        delete(JobFire).where(JobFire.slot < older_than),
        delete(JobWorker).where(JobWorker.seen_at < older_than),
    )
    for statement in others:
        session.execute(statement, execution_options=PLAIN)
    return len(ids)
