"""Leases and fences: who may write for a running job.

A worker owns a job while the row names its identity and attempt. Every write for the job first touches that row under
this condition in the same transaction (the fence); where no row answers, another worker has taken over and the
transaction is undone by LeaseLost. Touching the row is a sign of life too: `beat` rises and, on PostgreSQL,
`lease_until` moves on by the database's clock.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, and_, func, literal, select, update
from sqlalchemy.orm import Session

from core.jobs.errors import LeaseLost
from core.jobs.models import Job
from core.jobs.moment import dialect_of
from core.jobs.values import JobId, JobState, Lease

# The engine's statements never meet objects of the same rows in a session.
PLAIN: dict[str, Any] = {"synchronize_session": False}


def held(lease: Lease) -> ColumnElement[bool]:
    return and_(
        Job.id == lease.job_id,
        Job.state == JobState.RUNNING,
        Job.owner == lease.owner,
        Job.attempt == lease.attempt,
    )


def extension(session: Session, lease_s: float) -> dict[str, Any]:
    """Column values that prolong a lease from now."""
    values: dict[str, Any] = {"beat": Job.beat + 1, "lease_s": lease_s}
    if dialect_of(session) == "postgresql":
        values["lease_until"] = func.clock_timestamp() + literal(timedelta(seconds=lease_s), Interval)
    return values


def fence(session: Session, lease: Lease, **values: Any) -> bool:
    """Write `values` to the job if the lease is ours, and prolong it; whether a person wants the job cancelled.

    Raises LeaseLost.
    """
    statement = update(Job).where(held(lease)).values(**(extension(session, lease.lease_s) | values))
    asked = session.execute(statement.returning(Job.cancel_asked), execution_options=PLAIN).scalar_one_or_none()
    if asked is None:
        raise LeaseLost
    return asked


def still_held(session: Session, lease: Lease) -> bool:
    """As `fence`, without writing: enough where at least half of the lease is left. Raises LeaseLost."""
    asked = session.execute(select(Job.cancel_asked).where(held(lease))).scalar_one_or_none()
    if asked is None:
        raise LeaseLost
    return asked


def renew(session: Session, owner: str, attempts: Iterable[tuple[JobId, int]], lease_s: float) -> dict[JobId, bool]:
    """Prolong the leases of one worker; the jobs that are still its own, and whether each is to be cancelled."""
    wanted = dict(attempts)
    if not wanted:
        return {}
    statement = (
        update(Job)
        .where(Job.id.in_(wanted), Job.state == JobState.RUNNING, Job.owner == owner)
        .values(**extension(session, lease_s))
        .returning(Job.id, Job.attempt, Job.cancel_asked)
    )
    rows = session.execute(statement, execution_options=PLAIN).all()
    return {row.id: row.cancel_asked for row in rows if wanted[row.id] == row.attempt}
