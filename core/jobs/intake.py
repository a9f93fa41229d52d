"""A worker's look for work, and the taking of it: schedules that are due, jobs of workers that are gone, new jobs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.jobs import claim, history, outcome, schedules
from core.jobs.claim import Claimant, Claimed
from core.jobs.errors import CrashedError
from core.jobs.history import EventKind
from core.jobs.models import Job, JobSchedule
from core.jobs.moment import now
from core.jobs.registry import Definition, Registry
from core.jobs.values import JobId, JobState
from core.jobs.watch import ClockWatch, Sighting, Watch


@dataclass(frozen=True)
class Look:
    at: datetime
    jump_s: float
    slots: bool  # a schedule is due
    orphans: tuple[Sighting, ...]  # running jobs whose lease has expired
    queued: bool  # a job is ready

    def __bool__(self) -> bool:
        return self.slots or self.queued or bool(self.orphans)


class Intake:
    def __init__(self, claimant: Claimant, registry: Registry, clock: Clock, watch: Watch) -> None:
        self._claimant = claimant
        self._registry = registry
        self._clock = clock
        self._watch = watch
        self._wall = ClockWatch()

    def look(self, session: Session, mine: Collection[tuple[JobId, int]]) -> Look:
        """Reads only; `mine` are the jobs and attempts under way in this worker."""
        at, monotonic = now(session, self._clock), self._clock.monotonic()
        running = claim.running(session, self._claimant, mine)
        ready = select(Job.id).where(claim.ready(self._claimant, at)).limit(1)
        slots = select(JobSchedule.name).where(schedules.due(at)).limit(1)
        return Look(
            at=at,
            jump_s=self._wall.jump_s(at, monotonic),
            slots=session.execute(slots).first() is not None,
            orphans=tuple(self._watch.expired(running, at, monotonic)),
            queued=session.execute(ready).first() is not None,
        )

    def take(self, session: Session, look: Look, room: int) -> list[tuple[Claimed, Definition]]:
        """At most `room` jobs, now running and ours. What was begun by others comes first."""
        if look.slots:
            schedules.tick(session, look.at, registry=self._registry, clock=self._clock)
        claim.lock_claims(session)
        taken: list[tuple[Claimed, Definition]] = []
        for orphan in look.orphans[:room]:
            claimed = claim.take_over(session, self._claimant, orphan, look.at)
            if claimed is not None and (definition := self._runnable(session, claimed, look.at)) is not None:
                taken.append((claimed, definition))
        fresh = claim.claim(session, self._claimant, look.at, room - len(taken))
        return taken + [(claimed, self._registry.get(claimed.job.kind, claimed.job.version)) for claimed in fresh]

    def _runnable(self, session: Session, claimed: Claimed, at: datetime) -> Definition | None:
        """None for a job that crashed too often, or whose handler this program does not have (any more)."""
        job = claimed.job
        definition = self._registry.find(job.kind, job.version)
        if definition is None:
            outcome.released(session, claimed.lease, at)
            history.record(session, job.id, EventKind.NO_HANDLER, at, kind=job.kind, version=job.version)
        elif job.failures >= definition.retry.attempts:
            error = CrashedError(failures=job.failures)
            outcome.ended(session, claimed.lease, JobState.FAILED, at, error=error)
            definition = None
        return definition
