"""The worker: one loop that renews leases, looks for work and starts a thread for each job.

    every lease_s / 3    renew the leases of what is under way; learn what was cancelled or lost
    every poll_s         one look, through the read door, at all queues, schedules and foreign leases;
                         only where there is something to do is a write transaction begun

A worker that cannot renew for the length of its lease ends by WorkerLostError: others may have its jobs by then.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from core import schema
from core.clock import Clock, SystemClock
from core.database import Database
from core.jobs import history
from core.jobs.claim import Claimant, Claimed
from core.jobs.errors import WorkerLostError
from core.jobs.fenced import Hold
from core.jobs.history import EventKind
from core.jobs.intake import Intake, Look
from core.jobs.moment import now
from core.jobs.presence import Identity, Presence
from core.jobs.registry import REGISTRY, Definition, Registry
from core.jobs.runner import LOG, House, Run
from core.jobs.storage import FileGuard, free_bytes, is_trouble
from core.jobs.watch import watch_for

RENEWALS = 3  # in the length of a lease
STOP_PULSE_S = 0.1


class Worker:
    def __init__(
        self,
        engine: Database,
        *,
        queues: Sequence[str] | None = None,
        threads: int = 8,
        lease_s: float = 30,
        poll_s: float = 2,
        services: Any = None,
        storage: Path | None = None,
        reserve_bytes: int = 0,
        registry: Registry = REGISTRY,
        clock: Clock | None = None,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """`queues` None serves all.

        With less than `reserve_bytes` free in `storage` (default: the folder of an SQLite database) nothing new is
        started.
        """
        self._database = engine
        self._clock = clock or SystemClock()
        self._registry = registry
        self._services = services
        self._threads, self._lease_s, self._poll_s = threads, lease_s, poll_s
        self._queues = tuple(queues) if queues is not None else None
        self._storage = storage or (engine.path.parent if engine.path else None)
        self._reserve_bytes, self._free = reserve_bytes, free
        self._holds: list[Hold] = []
        self._wake: SimpleQueue[None] = SimpleQueue()  # its put is safe in a signal handler
        self._stop_by: float | None = None
        self._disk_low = False
        self._jitter = Random()  # noqa: S311  # spreads polls, guards nothing

    def run(self) -> None:
        """Work until `stop`.

        Raises SchemaMissingError and its like at the start, WorkerLostError and DatabaseReplacedError later; threads
        still under way then find their lease lost.
        """
        schema.require(self._database)
        self._begin()
        try:
            while not self._is_over():
                self._pulse()
                self._wait()
            self._leave()
        finally:
            for hold in self._holds:
                hold.lost = True

    def stop(self, grace_s: float = 10) -> None:
        """Ask `run` to return: jobs go back to the queue at their next step or check, at most `grace_s` later.

        Returns at once; may be called from a signal handler.
        """
        self._stop_by = self._clock.monotonic() + grace_s
        self._wake.put(None)

    def _begin(self) -> None:
        identity = Identity.new()
        self._house = House(self._database, self._services, self._clock, FileGuard(self._database.path))
        self._presence = Presence(identity, self._queues, self._threads, self._lease_s, self._clock)
        claimant = Claimant(identity.name, self._queues, self._registry.known(), self._lease_s)
        self._intake = Intake(claimant, self._registry, self._clock, watch_for(self._database.dialect))
        self._renewed_at = self._clock.monotonic()
        self._renew_at = self._poll_at = self._renewed_at

    def _is_over(self) -> bool:
        if self._stop_by is None:
            return False
        return not self._holds or self._clock.monotonic() >= self._stop_by

    def _pulse(self) -> None:
        self._house.guard.check()
        self._holds = [hold for hold in self._holds if not hold.ended.is_set()]
        try:
            if self._clock.monotonic() >= self._renew_at:
                self._renew()
            if self._stop_by is not None:
                for hold in self._holds:
                    hold.stopping = True
            elif self._clock.monotonic() >= self._poll_at:
                self._poll()
        except SQLAlchemyError as error:
            self._bear(error)

    def _bear(self, error: SQLAlchemyError) -> None:
        """Wait for storage that is in trouble, until the leases are over."""
        monotonic = self._clock.monotonic()
        if not is_trouble(error):
            raise error
        if monotonic - self._renewed_at > self._lease_s:
            raise WorkerLostError(lease_s=self._lease_s, reason=error) from error
        LOG.warning("the storage is in trouble: %s", error)
        self._renew_at = self._poll_at = monotonic + self._lease_s / 10

    def _renew(self) -> None:
        begun = self._clock.monotonic()
        kept_alive = self._alive(begun)
        with self._database.write() as session:
            kept = self._presence.renew(session, [(hold.lease.job_id, hold.lease.attempt) for hold in kept_alive])
        for hold in kept_alive:
            if hold.lease.job_id in kept:
                hold.renewed(begun)
                hold.cancelled = hold.cancelled or kept[hold.lease.job_id]
            else:
                hold.lost = True  # or just ended, which comes to the same
        self._renewed_at, self._renew_at = begun, begun + self._lease_s / RENEWALS

    def _alive(self, monotonic: float) -> list[Hold]:
        """What is still worth a lease: not the thread that hangs beyond its job's time-out."""
        return [hold for hold in self._holds if not hold.lost and not hold.is_overdue(monotonic, self._lease_s)]

    def _poll(self) -> None:
        begun = self._clock.monotonic()
        mine = {(hold.lease.job_id, hold.lease.attempt) for hold in self._alive(begun)}
        with self._database.read() as session:
            look = self._intake.look(session, mine)
        self._poll_at = begun + self._poll_s * self._jitter.uniform(0.75, 1.25)
        if look.jump_s:
            self._alarm(EventKind.CLOCK_JUMPED, seconds=round(look.jump_s))
        if look and self._has_space():
            self._start(look)

    def _start(self, look: Look) -> None:
        begun, room = self._clock.monotonic(), self._threads - len(self._holds)
        if room <= 0 and not look.slots:
            return
        with self._database.write() as session:
            taken = self._intake.take(session, look, max(room, 0))
        for claimed, definition in taken:
            self._thread(claimed, definition, begun)

    def _thread(self, claimed: Claimed, definition: Definition, begun: float) -> None:
        deadline = begun + claimed.lease.lease_s
        hold = Hold(claimed.lease, deadline, begun, definition.timeout_s, claimed.job.failures)
        run = Run(self._house, claimed.job, definition, hold)

        def work() -> None:
            run()
            self._poll_at = self._clock.monotonic()  # there is room now
            self._wake.put(None)

        self._holds.append(hold)
        # A daemon, because a thread that hangs in a device must not keep a lost worker from ending.
        threading.Thread(target=work, name=f"job-{claimed.lease.job_id}", daemon=True).start()

    def _has_space(self) -> bool:
        if self._storage is None or self._reserve_bytes <= 0:
            return True
        free = self._free(self._storage)
        low = free < self._reserve_bytes
        if low and not self._disk_low:
            self._alarm(EventKind.DISK_LOW, free=free, reserve=self._reserve_bytes)
        self._disk_low = low
        return not low

    def _alarm(self, kind: EventKind, **facts: object) -> None:
        LOG.error("%s", history.MESSAGES[kind] % facts)
        with self._database.write() as session:
            history.record(session, None, kind, now(session, self._clock), **facts)

    def _wait(self) -> None:
        if self._is_over():
            return
        until = min(self._renew_at, self._poll_at) if self._stop_by is None else self._renew_at
        timeout = max(until - self._clock.monotonic(), 0)
        try:
            self._wake.get(timeout=timeout if self._stop_by is None else min(timeout, STOP_PULSE_S))
        except Empty:
            return

    def _leave(self) -> None:
        try:
            with self._database.write() as session:
                self._presence.leave(session)
        except SQLAlchemyError as error:
            if not is_trouble(error):
                raise
            LOG.warning("the worker could not say good-bye: %s", error)
