"""A worker's view of the queue without its loop and threads, so that a test decides what happens when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import jobs
from core.clock import Clock
from core.database import Database
from core.jobs import JobId, JobState, Registry, journal, outcome
from core.jobs.claim import Claimant, Claimed
from core.jobs.intake import Intake, Look
from core.jobs.lease import fence, renew
from core.jobs.moment import now
from core.jobs.values import Lease
from core.jobs.watch import watch_for

LEASE_S = 30.0


@dataclass
class Seat:
    database: Database
    registry: Registry
    clock: Clock
    name: str = "worker-1"
    queues: tuple[str, ...] | None = None
    held: dict[JobId, Lease] = field(default_factory=dict)

    def __post_init__(self) -> None:
        claimant = Claimant(self.name, self.queues, self.registry.known(), LEASE_S)
        self.intake = Intake(claimant, self.registry, self.clock, watch_for(self.database.dialect))

    def look(self) -> Look:
        mine = {(lease.job_id, lease.attempt) for lease in self.held.values()}
        with self.database.read() as session:
            return self.intake.look(session, mine)

    def poll(self, room: int = 1, look: Look | None = None) -> list[Claimed]:
        look = look or self.look()
        with self.database.write() as session:
            taken = [claimed for claimed, _definition in self.intake.take(session, look, room)]
        self.held.update({claimed.lease.job_id: claimed.lease for claimed in taken})
        return taken

    def taken(self, room: int = 1) -> list[JobId]:
        return [claimed.lease.job_id for claimed in self.poll(room)]

    def renew(self) -> None:
        with self.database.write() as session:
            attempts = [(lease.job_id, lease.attempt) for lease in self.held.values()]
            kept = renew(session, self.name, attempts, LEASE_S)
        self.held = {job_id: lease for job_id, lease in self.held.items() if job_id in kept}

    def journal(self, job_id: JobId, step: str) -> None:
        lease = self.held[job_id]
        with self.database.write() as session:
            fence(session, lease, failures=0)
            at = now(session, self.clock)
            journal.record(session, lease, step, None, begun=at, at=at)

    def finish(self, job_id: JobId) -> None:
        with self.database.write() as session:
            outcome.done(session, self.held[job_id], None, now(session, self.clock))
        del self.held[job_id]

    def crash(self) -> None:
        self.held.clear()


def put(database: Database, registry: Registry, kind: str = "k", **options: Any) -> JobId:
    args = options.pop("args", {})
    with database.write() as session:
        return jobs.enqueue(session, kind, args, actor="zhang", registry=registry, **options)


def row(database: Database, job_id: JobId) -> jobs.Job:
    with database.read() as session:
        return jobs.get(session, job_id)


def state(database: Database, job_id: JobId) -> JobState:
    return row(database, job_id).job_state


def database_now(database: Database, clock: Clock) -> datetime:
    with database.read() as session:
        return now(session, clock)
