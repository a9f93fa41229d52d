"""The only door through which a run of a job writes: every transaction begins with the fence of its lease."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.jobs.errors import LeaseLost
from core.jobs.lease import fence, still_held
from core.jobs.storage import FileGuard, is_trouble
from core.jobs.values import Lease

T = TypeVar("T")
PAUSE_S = 0.25  # between two tries while the storage is in trouble


@dataclass
class Hold:
    """A job under way in this process; shared by its thread and the worker's loop."""

    lease: Lease
    deadline: float  # monotonic: when others may take the job
    begun: float  # monotonic
    timeout_s: float | None
    failures: int
    lost: bool = False
    cancelled: bool = False
    stopping: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def renewed(self, begun: float) -> None:
        """The lease counts from before the statement that prolonged it."""
        self.deadline = max(self.deadline, begun + self.lease.lease_s)

    def is_overdue(self, monotonic: float, grace_s: float = 0) -> bool:
        return self.timeout_s is not None and monotonic - self.begun > self.timeout_s + grace_s


class Fenced:
    def __init__(self, database: Database, clock: Clock, guard: FileGuard, hold: Hold) -> None:
        self.hold = hold
        self._database = database
        self._clock = clock
        self._guard = guard

    @contextmanager
    def write(self, **values: Any) -> Iterator[Session]:
        """A transaction that only the job's owner can commit. `values` are columns of the job. Raises LeaseLost."""
        if self.hold.lost:
            raise LeaseLost
        self._guard.check()
        begun = self._clock.monotonic()
        with self._database.write() as session, self._noticing():
            self.hold.cancelled = fence(session, self.hold.lease, **values) or self.hold.cancelled
            yield session
        self.hold.renewed(begun)

    def persist(self, work: Callable[[Session], T], **values: Any) -> T:
        """As `write`; trouble with the storage is waited out for as long as the lease lasts."""
        while True:
            try:
                with self.write(**values) as session:
                    return work(session)
            except SQLAlchemyError as error:
                if not is_trouble(error):
                    raise
                if self._clock.monotonic() >= self.hold.deadline:
                    self.hold.lost = True
                    raise LeaseLost from error
            self.hold.ended.wait(PAUSE_S)

    def assure(self) -> None:
        """Returns with at least half of the lease left. Raises LeaseLost."""
        left = self.hold.deadline - self._clock.monotonic()
        if left <= self.hold.lease.lease_s / 2 or not self._looks_held():
            self.persist(lambda _session: None)

    def _looks_held(self) -> bool:
        """False where the storage does not answer, so that the caller waits for it."""
        try:
            with self._noticing(), self._database.read() as session:
                self.hold.cancelled = still_held(session, self.hold.lease) or self.hold.cancelled
        except SQLAlchemyError as error:
            if is_trouble(error):
                return False
            raise
        return True

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except LeaseLost:
            self.hold.lost = True
            raise
