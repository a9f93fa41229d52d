"""The values that jobs are spoken of in: states, retry rules, answers of probes, the facts a handler may read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.i18n import N_

JobId = NewType("JobId", int)


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"  # an effect may or may not have taken place; a person decides


FINISHED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
ACTIVE = frozenset(JobState) - FINISHED

STATE_LABELS = {
    JobState.QUEUED: N_("queued"),
    JobState.RUNNING: N_("running"),
    JobState.DONE: N_("done"),
    JobState.FAILED: N_("failed"),
    JobState.CANCELLED: N_("cancelled"),
    JobState.UNCERTAIN: N_("uncertain"),
}


class Probe(StrEnum):
    """What looking at the world says about an effect whose record was lost."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


class Resolution(StrEnum):
    """What a person decided about an uncertain job: the effect took place, it did not, or the job is given up."""

    DONE = "done"
    NOT_DONE = "not_done"
    GIVE_UP = "give_up"


class Misfire(StrEnum):
    """What happens to slots that passed while no worker ran: one job for all of them, or none."""

    ONCE = "once"
    SKIP = "skip"


@dataclass(frozen=True)
class Retry:
    """How often a job may fail or crash without any progress, and how long it waits in between (seconds)."""

    attempts: int = 5
    base_s: float = 5
    cap_s: float = 600

    def delay_s(self, failures: int, spread: int = 0) -> float:
        """Doubling, capped, and spread by up to a quarter, so that jobs that failed together do not return together.

        `spread` is any number that differs between jobs; the same number gives the same delay.
        """
        doubled = float(min(self.cap_s, self.base_s * 2 ** min(max(failures - 1, 0), 30)))
        fraction = (spread * 2654435761 % 2**32) / 2**32  # Knuth's multiplicative hash
        return doubled * (1 - fraction / 4)


@dataclass(frozen=True)
class Lease:
    """The right to run a job: valid while the row still names this owner and this attempt."""

    job_id: JobId
    owner: str
    attempt: int
    lease_s: float


@dataclass(frozen=True)
class JobFacts:
    """What a handler may know about its own job, besides its arguments."""

    id: JobId
    kind: str
    version: int
    queue: str
    actor: str
    subject: str | None
    lane: str | None
    attempt: int
    failures: int
    created_at: datetime
