"""A worker's own row, and the leases that it keeps alive together with it."""

import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.jobs.lease import PLAIN, renew
from core.jobs.models import Job, JobWorker
from core.jobs.moment import now
from core.jobs.values import JobId, JobState


@dataclass(frozen=True)
class Identity:
    """New at each start, so that no worker mistakes the lease of an earlier life for its own."""

    name: str
    host: str
    pid: int

    @classmethod
    def new(cls) -> "Identity":
        host, pid = socket.gethostname()[:40], os.getpid()
        return cls(name=f"{host}:{pid}:{secrets.token_hex(6)}", host=host, pid=pid)


@dataclass(frozen=True)
class Presence:
    identity: Identity
    queues: tuple[str, ...] | None
    threads: int
    lease_s: float
    clock: Clock

    def renew(self, session: Session, attempts: Iterable[tuple[JobId, int]]) -> dict[JobId, bool]:
        """The jobs that are still this worker's, and whether each is to be cancelled."""
        kept = renew(session, self.identity.name, attempts, self.lease_s)
        row, at = session.get(JobWorker, self.identity.name), now(session, self.clock)
        if row is None:
            row = JobWorker(
                id=self.identity.name,
                host=self.identity.host,
                pid=self.identity.pid,
                queues=",".join(self.queues or ("*",)),
                threads=self.threads,
                started_at=at,
            )
            session.add(row)
        row.running, row.seen_at = len(kept), at
        return kept

    def leave(self, session: Session) -> None:
        """Say good-bye: whoever takes over what could not be ended in time counts no crash."""
        left = update(Job).where(Job.state == JobState.RUNNING, Job.owner == self.identity.name)
        session.execute(left.values(excused=True), execution_options=PLAIN)
        row = session.get(JobWorker, self.identity.name)
        if row is not None:
            row.stopped_at = row.seen_at = now(session, self.clock)
