"""The journal of steps. Callers hold the fence of the job in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.jobs.models import JobStep
from core.jobs.values import JobId, Lease

INTENT = "intent"
DONE = "done"


@dataclass(frozen=True)
class Entry:
    """`done` False: an effect was about to be begun when the record ends."""

    done: bool
    result: Any


def load(session: Session, job_id: JobId) -> Mapping[str, Entry]:
    rows = session.scalars(select(JobStep).where(JobStep.job_id == job_id))
    return {row.name: Entry(row.state == DONE, row.result) for row in rows}


def find(session: Session, job_id: JobId, name: str) -> Entry | None:
    row = session.get(JobStep, (job_id, name))
    return None if row is None else Entry(row.state == DONE, row.result)


def intend(session: Session, lease: Lease, name: str, begun: datetime) -> None:
    """Written before an effect begins, and again before it is begun anew."""
    row = session.get(JobStep, (lease.job_id, name))
    if row is None:
        row = JobStep(job_id=lease.job_id, name=name)
        session.add(row)
    row.state, row.attempt, row.started_at = INTENT, lease.attempt, begun


def record(session: Session, lease: Lease, name: str, result: Any, *, begun: datetime, at: datetime) -> None:
    row = session.get(JobStep, (lease.job_id, name))
    if row is None:
        row = JobStep(job_id=lease.job_id, name=name, started_at=begun)
        session.add(row)
    row.state, row.attempt, row.result, row.finished_at = DONE, lease.attempt, result, at
