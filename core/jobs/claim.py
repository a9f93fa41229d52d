"""Taking jobs: new ones from the queue, and those of workers that are gone.

One claimer at a time (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock of the transaction), because limits are
counts over many rows. Rows that a person is changing at this moment are skipped, not waited for.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from core.database import UtcDateTime
from core.jobs import history
from core.jobs.history import EventKind
from core.jobs.lease import PLAIN, extension
from core.jobs.models import Job, JobLimit
from core.jobs.moment import dialect_of
from core.jobs.queue import split
from core.jobs.values import JobId, JobState, Lease
from core.jobs.watch import Sighting

ADVISORY_LOCK = 0x6A6F6273  # "jobs"


@dataclass(frozen=True)
class Claimant:
    """A worker as the queue sees it: what it may take and can handle. `queues` None means every queue."""

    owner: str
    queues: tuple[str, ...] | None
    known: tuple[tuple[str, int], ...]
    lease_s: float


@dataclass(frozen=True)
class Claimed:
    lease: Lease
    job: Job


def lock_claims(session: Session) -> None:
    if dialect_of(session) == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))


def ready(claimant: Claimant, now: datetime) -> ColumnElement[bool]:
    """Queued, of a kind that this worker can handle, and due.

    A backoff that begins in the future is due: the clock was put back after it was set.
    """
    due = or_(Job.not_before.is_(None), Job.not_before <= now, Job.backoff_from > now)
    return and_(
        Job.state == JobState.QUEUED,
        _served(claimant),
        tuple_(Job.kind, Job.version).in_(claimant.known),
        due,
    )


def _served(claimant: Claimant) -> ColumnElement[bool]:
    return Job.queue.in_(claimant.queues) if claimant.queues is not None else Job.id.is_not(None)


def claim(session: Session, claimant: Claimant, now: datetime, room: int) -> list[Claimed]:
    """At most `room` jobs, the most urgent first; each is now running and ours."""
    lock_claims(session)
    semaphores = _Semaphores(session)
    taken: list[Claimed] = []
    while len(taken) < room and (job_id := _next(session, claimant, now, semaphores.full())) is not None:
        started = func.coalesce(Job.started_at, literal(now, UtcDateTime))
        claimed = _take(session, claimant, job_id, Job.state == JobState.QUEUED, started_at=started)
        if claimed is None:
            break
        semaphores.add(claimed.job)
        history.record(session, job_id, EventKind.STARTED, now, attempt=claimed.lease.attempt)
        taken.append(claimed)
    return taken


def take_over(session: Session, claimant: Claimant, orphan: Sighting, now: datetime) -> Claimed | None:
    """One conditional UPDATE on state, owner, attempt and beat; it keeps lane, limits, priority and dedupe key."""
    unchanged = and_(
        Job.state == JobState.RUNNING,
        Job.owner == orphan.owner,
        Job.attempt == orphan.attempt,
        Job.beat == orphan.beat,
    )
    blamed = Job.failures + case((Job.excused, 0), else_=1)
    claimed = _take(session, claimant, orphan.job_id, unchanged, failures=blamed, excused=False)
    if claimed is not None:
        history.record(session, orphan.job_id, EventKind.TAKEN_OVER, now, attempt=claimed.lease.attempt)
    return claimed


def running(session: Session, claimant: Claimant, mine: Collection[tuple[JobId, int]]) -> list[Sighting]:
    """The running jobs of this worker's queues that are not under way in it."""
    columns = (Job.id, Job.owner, Job.attempt, Job.beat, Job.lease_s, Job.lease_until)
    rows = session.execute(select(*columns).where(Job.state == JobState.RUNNING, _served(claimant)))
    return [
        Sighting(row.id, row.owner or "", row.attempt, row.beat, row.lease_s, row.lease_until)
        for row in rows
        if row.owner != claimant.owner or (row.id, row.attempt) not in mine
    ]


class _Semaphores:
    """Which limits and queues have no room left."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Job.queue, Job.limits).where(Job.state == JobState.RUNNING))
        self._taken = Counter(name for row in rows for name in _held_names(row.queue, row.limits))
        limits = session.execute(select(JobLimit.name, JobLimit.capacity, JobLimit.paused)).all()
        self._capacity = {row.name: 0 if row.paused else row.capacity for row in limits}

    def add(self, job: Job) -> None:
        self._taken.update(_held_names(job.queue, job.limits))

    def full(self) -> frozenset[str]:
        return frozenset(
            name for name, capacity in self._capacity.items() if capacity is not None and self._taken[name] >= capacity
        )


def queue_limit(queue: str) -> str:
    """The name of the limit that every job of a queue counts under."""
    return f"queue:{queue}"


def _held_names(queue: str, limits: str) -> tuple[str, ...]:
    return (queue_limit(queue), *split(limits))


def _next(session: Session, claimant: Claimant, now: datetime, full: frozenset[str]) -> JobId | None:
    other = aliased(Job)
    lane_taken = exists().where(other.lane == Job.lane, other.state == JobState.RUNNING)
    room = [~Job.limits.contains(f"|{name}|", autoescape=True) for name in full]
    closed = [name.removeprefix("queue:") for name in full if name.startswith("queue:")]
    statement = (
        select(Job.id)
        .where(ready(claimant, now), Job.queue.not_in(closed), ~lane_taken, *room)
        .order_by(Job.rank, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Job)
    )
    return session.execute(statement).scalar_one_or_none()


def _take(
    session: Session, claimant: Claimant, job_id: JobId, condition: ColumnElement[bool], **values: Any
) -> Claimed | None:
    # A row that its stopped owner has locked is skipped, because waiting for it would stop this worker too.
    free = select(Job.id).where(Job.id == job_id, condition).with_for_update(skip_locked=True)
    statement = (
        update(Job)
        .where(Job.id == free.scalar_subquery(), condition)
        .values(
            state=JobState.RUNNING,
            owner=claimant.owner,
            attempt=Job.attempt + 1,
            **extension(session, claimant.lease_s),
            **values,
        )
        .returning(Job)
    )
    job = session.execute(statement, execution_options=PLAIN | {"populate_existing": True}).scalar_one_or_none()
    return None if job is None else Claimed(Lease(job_id, claimant.owner, job.attempt, claimant.lease_s), job)
