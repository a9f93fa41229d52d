"""Decisions about jobs: one act and one record, within the scope of who decides, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from automation import deciding
from automation.jobs import BACKUP
from core import jobs
from core.clock import SystemClock
from core.database import Database
from core.jobs import JobId, JobState, Resolution
from core.jobs.errors import JobNotFoundError, JobStateError
from core.jobs.models import Job
from inventory.scope import Scope
from security.audit import Actor, AuditRecord

LI = Actor("li", "person", 7, "10.0.0.9")
CLOCK = SystemClock()
Decide = Callable[[Session, JobId, Scope], None]


def cancel(session: Session, number: JobId, scope: Scope) -> None:
    deciding.cancel(session, number, scope, actor=LI, clock=CLOCK)


def retry(session: Session, number: JobId, scope: Scope) -> None:
    deciding.retry(session, number, scope, actor=LI, clock=CLOCK)


def resolve(session: Session, number: JobId, scope: Scope) -> None:
    deciding.resolve(session, number, scope, Resolution.DONE, actor=LI, clock=CLOCK)


def waiting(database: Database, state: JobState) -> JobId:
    """A job about a device, brought into a state."""
    with database.write() as session:
        number = JobId(jobs.enqueue(session, BACKUP, {"device_id": 1}, actor="zhang", lane="device:1", clock=CLOCK))
        session.execute(update(Job).where(Job.id == number).values(state=state))
    return number


def records(database: Database) -> list[tuple[str, str, str | None, str]]:
    with database.read() as session:
        rows = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence))
        return [(row.event, row.actor_name, row.address, row.subject) for row in rows]


@pytest.mark.parametrize(
    ("decide", "before", "after", "event"),
    [
        (cancel, JobState.QUEUED, JobState.CANCELLED, "jobs:job:cancel"),
        (retry, JobState.FAILED, JobState.QUEUED, "jobs:job:retry"),
        (resolve, JobState.UNCERTAIN, JobState.QUEUED, "jobs:job:resolve"),
    ],
)
def test_a_decision_is_done_and_recorded_once_with_who_and_from_where(
    database: Database, decide: Decide, before: JobState, after: JobState, event: str
) -> None:
    number = waiting(database, before)
    with database.write() as session:
        decide(session, number, Scope())
    with database.read() as session:
        assert jobs.get(session, number).state == after
    assert records(database) == [(event, "li", "10.0.0.9", f"job:{number}")]


@pytest.mark.parametrize(
    ("decide", "state"),
    [(cancel, JobState.QUEUED), (retry, JobState.FAILED), (resolve, JobState.UNCERTAIN)],
)
def test_a_job_outside_the_scope_is_not_there_and_stays_as_it_is(
    database: Database, decide: Decide, state: JobState
) -> None:
    number = waiting(database, state)
    with pytest.raises(JobNotFoundError), database.write() as session:
        decide(session, number, Scope.units([1]))
    with database.read() as session:
        assert jobs.get(session, number).state == state
    assert records(database) == []


@pytest.mark.parametrize("decide", [cancel, retry, resolve])
def test_a_decision_that_does_not_fit_leaves_no_record(database: Database, decide: Decide) -> None:
    number = waiting(database, JobState.DONE)
    with pytest.raises(JobStateError), database.write() as session:
        decide(session, number, Scope())
    assert records(database) == []
