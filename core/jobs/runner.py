"""One run of one job in its thread: from the claimed row to a recorded ending."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.jobs import journal, outcome
from core.jobs.context import JobContext
from core.jobs.errors import Cancelled, LeaseLost, Stopping, Uncertain
from core.jobs.fenced import Fenced, Hold
from core.jobs.models import Job
from core.jobs.moment import now
from core.jobs.payload import checked
from core.jobs.registry import Definition
from core.jobs.storage import FileGuard, is_trouble
from core.jobs.values import JobFacts, JobState

LOG = logging.getLogger("guanjin.jobs")
TROUBLE_DELAY_S = 15.0

Ending = Callable[[Session, datetime], object]


@dataclass(frozen=True)
class House:
    """What every run in this worker shares."""

    database: Database
    services: Any
    clock: Clock
    guard: FileGuard


class Run:
    def __init__(self, house: House, job: Job, definition: Definition, hold: Hold) -> None:
        self._house = house
        self._job = job
        self._definition = definition
        self._hold = hold
        self._fenced = Fenced(house.database, house.clock, house.guard, hold)

    def __call__(self) -> None:
        try:
            self._end(self._handle())
        except LeaseLost:
            LOG.warning("job %s: the lease of attempt %s was lost", self._job.id, self._hold.lease.attempt)
        except Exception:
            # Nothing can be recorded; the lease expires and the job is taken over where its journal ends.
            LOG.exception("job %s: its ending could not be recorded", self._job.id)
        finally:
            self._hold.ended.set()

    def _end(self, ending: Ending) -> None:
        try:
            self._record(ending)
        except SQLAlchemyError as error:  # such as a result that this database cannot store
            self._record(self._failure(error))

    def _record(self, ending: Ending) -> None:
        self._fenced.persist(lambda session: ending(session, now(session, self._house.clock)))

    def _handle(self) -> Ending:
        lease = self._hold.lease
        try:
            result = self._call()
        except Cancelled:
            return lambda session, at: outcome.ended(session, lease, JobState.CANCELLED, at)
        except Stopping:
            return lambda session, at: outcome.released(session, lease, at)
        except Uncertain as doubt:
            step = doubt.step
            return lambda session, at: outcome.uncertain(session, lease, step, at)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a handler raises is the job's outcome
            return self._failure(error)
        return lambda session, at: outcome.done(session, lease, result, at)

    def _call(self) -> Any:
        steps = self._fenced.persist(lambda session: journal.load(session, self._job.id))
        context = JobContext(
            database=self._house.database,
            services=self._house.services,
            job=facts_of(self._job),
            fenced=self._fenced,
            clock=self._house.clock,
            steps=steps,
        )
        if self._hold.cancelled:
            raise Cancelled
        return checked(self._definition.handler(context, dict(self._job.args)), self._definition.kind)

    def _failure(self, error: BaseException) -> Ending:
        lease, retry = self._hold.lease, self._definition.retry
        if is_trouble(error):
            LOG.warning("job %s: the storage is in trouble: %s", self._job.id, error)
            return lambda session, at: outcome.released(session, lease, at, TROUBLE_DELAY_S)
        LOG.info("job %s failed", self._job.id, exc_info=error)
        found, failures = outcome.as_error(error), self._hold.failures + 1
        return lambda session, at: outcome.failed(session, lease, found, at, retry=retry, failures=failures)


def facts_of(job: Job) -> JobFacts:
    return JobFacts(
        id=job.id,
        kind=job.kind,
        version=job.version,
        queue=job.queue,
        actor=job.actor,
        subject=job.subject,
        lane=job.lane,
        attempt=job.attempt,
        failures=job.failures,
        created_at=job.created_at,
    )
