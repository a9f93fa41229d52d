"""What a handler holds: its journal, its lease and its services.

    step(name, fn)            fn's result, taken from the journal if it was recorded before
    transact(name, fn)        the same for fn(session): its rows and the record commit together, so exactly once
    effect(name, do, probe)   intent first, then do; after a crash probe decides, never a blind repeat
    check()                   before every device I/O: at least half a lease is left, or it raises

Once the lease is lost, every one of them raises LeaseLost.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.jobs import history, journal
from core.jobs.errors import Cancelled, JobTimeoutError, LeaseLost, StepRepeatedError, Stopping, Uncertain
from core.jobs.fenced import Fenced
from core.jobs.history import EventKind
from core.jobs.moment import now
from core.jobs.payload import checked, printable
from core.jobs.values import JobFacts, Probe

T = TypeVar("T")
NOTE_LENGTH = 200
PROGRESS_S = 1.0  # between two stored progresses


class JobContext:
    def __init__(
        self,
        *,
        database: Database,
        services: Any,
        job: JobFacts,
        fenced: Fenced,
        clock: Clock,
        steps: Mapping[str, journal.Entry],
    ) -> None:
        self.database = database  # for reading; what is written goes through step, transact or write
        self.services = services
        self.job = job
        self._fenced = fenced
        self._clock = clock
        self._steps = dict(steps)
        self._used: set[str] = set()
        self._progress_at = float("-inf")

    @property
    def io_timeout_s(self) -> float:
        """Longest time-out that a single device I/O may have, so that it ends before another worker could begin."""
        return self._fenced.hold.lease.lease_s / 2

    def step(self, name: str, fn: Callable[[], T], *, progress: tuple[int, int] | None = None) -> T:
        """Do `fn` and journal its JSON result under `name`; on a later attempt, return what was journalled.

        A crash between the two repeats `fn`: what must not be repeated is an `effect`. `progress` is (done, total).
        """
        if (entry := self._entry(name)) is not None:
            replayed: T = self._replayed(entry)
            return replayed
        self.check()
        begun = self._clock.now()
        result = checked(fn(), name)
        return self._record(name, lambda _session: result, begun, progress)

    def transact(self, name: str, fn: Callable[[Session], T], *, progress: tuple[int, int] | None = None) -> T:
        """A step whose rows and journal entry commit together. `fn` does no I/O but the session's."""
        if (entry := self._entry(name)) is not None:
            replayed: T = self._replayed(entry)
            return replayed
        self.check()
        return self._record(name, fn, self._clock.now(), progress)

    def effect(self, name: str, do: Callable[[], object], probe: Callable[[], Probe]) -> None:
        """Change the world outside once. After a crash, `probe` looks whether `do` had taken effect.

        Returns nothing, because a probed effect has no result: read what is needed in a following step.
        """
        entry = self._entry(name)
        if entry is not None and entry.done:
            return
        self.check()
        begun = self._clock.now()
        answer = Probe.NOT_DONE if entry is None else probe()
        if answer is Probe.UNKNOWN:
            raise Uncertain(name)
        if answer is Probe.NOT_DONE:
            self._fenced.persist(lambda session: journal.intend(session, self._fenced.hold.lease, name, begun))
            self.check()
            do()
        self._record(name, lambda _session: None, begun, None)

    def check(self) -> None:
        """Returns with at least half a lease left; raises Cancelled, LeaseLost, Stopping or JobTimeoutError."""
        hold = self._fenced.hold
        if hold.lost:
            raise LeaseLost
        if hold.stopping:
            raise Stopping
        if hold.is_overdue(self._clock.monotonic()):
            raise JobTimeoutError(timeout_s=hold.timeout_s)
        self._fenced.assure()
        if hold.cancelled:
            raise Cancelled

    def progress(self, done: int, total: int, note: str = "") -> None:
        """What the console shows; stored at most once a second, and at the end."""
        monotonic = self._clock.monotonic()
        if done < total and monotonic - self._progress_at < PROGRESS_S:
            return
        self._progress_at = monotonic
        self._fenced.persist(lambda session: self._note(session, done, total, note), **_shown(done, total, note))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that only the job's owner can commit; for rows that need no journal entry."""
        with self._fenced.write() as session:
            yield session

    def _entry(self, name: str) -> journal.Entry | None:
        if name in self._used:
            raise StepRepeatedError(name=name, id=self.job.id)
        self._used.add(name)
        return self._steps.get(name)

    def _replayed(self, entry: journal.Entry) -> Any:
        if self._fenced.hold.lost:
            raise LeaseLost
        return entry.result

    def _record(self, name: str, fn: Callable[[Session], T], begun: datetime, progress: tuple[int, int] | None) -> T:
        """Journal fn's result. A commit whose answer was lost is found on the second try, not done twice."""

        def work(session: Session) -> T:
            entry = journal.find(session, self.job.id, name)
            if entry is not None and entry.done:
                found: T = entry.result
                return found
            result = checked(fn(session), name)
            at = now(session, self._clock)
            journal.record(session, self._fenced.hold.lease, name, result, begun=begun, at=at)
            history.record(session, self.job.id, EventKind.STEP, at, name=name)
            return result

        result = self._fenced.persist(work, failures=0, **(_shown(*progress, "") if progress else {}))
        self._fenced.hold.failures = 0
        return result

    def _note(self, session: Session, done: int, total: int, note: str) -> None:
        if note:
            at = now(session, self._clock)
            history.record(session, self.job.id, EventKind.NOTE, at, done=done, total=total, note=note)


def _shown(done: int, total: int, note: str) -> dict[str, Any]:
    return {"progress_done": done, "progress_total": total, "progress_note": printable(note, NOTE_LENGTH)}
