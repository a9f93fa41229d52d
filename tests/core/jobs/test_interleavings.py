"""Any order of claiming, renewing, journalling, crashing and being asleep, by two workers, keeps the engine's word."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from core.database import Database, sqlite_url
from core.jobs import JobId, JobState, LeaseLost, Registry, Retry, journal
from core.jobs.models import Job, JobStep
from core.jobs.values import Lease
from tests.core.jobs.clocks import StillClock
from tests.core.jobs.seat import LEASE_S, Seat, put

STEPS = 3
pick = st.integers(0, 1)


class Interleavings(RuleBasedStateMachine):
    """Each of two workers does one thing at a time; between any two, the other may do anything."""

    migrated: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gjobs"))
        shutil.copyfile(self.migrated, self.folder / "db")
        self.database = Database(sqlite_url(self.folder / "db"))
        self.registry = Registry()
        self.registry.job("k", retry=Retry(attempts=4))(lambda _ctx, _args: None)
        self.clock = StillClock()
        self.lives = 0
        self.workers = [self.newborn(), self.newborn()]
        self.place: dict[Lease, int] = {}
        self.run: Counter[tuple[JobId, str]] = Counter()
        for who, lane in enumerate(["device:1", "device:1", None]):
            put(self.database, self.registry, lane=lane)
            self.poll(who % 2, 1)

    def newborn(self) -> Seat:
        self.lives += 1
        return Seat(self.database, self.registry, self.clock, f"life-{self.lives}")

    @rule(lane=st.sampled_from([None, "device:1", "device:2"]))
    def enqueue(self, lane: str | None) -> None:
        put(self.database, self.registry, lane=lane)

    @rule(who=pick, room=st.integers(1, 3))
    def poll(self, who: int, room: int) -> None:
        """Whoever claims a job reads its journal once, and trusts the fence from then on."""
        for claimed in self.workers[who].poll(room):
            with self.database.read() as session:
                self.place[claimed.lease] = len(journal.load(session, claimed.lease.job_id))

    @rule(who=pick)
    def renew(self, who: int) -> None:
        self.workers[who].renew()

    @rule(who=pick)
    def do_a_step_of_each(self, who: int) -> None:
        worker = self.workers[who]
        for job_id, lease in sorted(worker.held.items()):
            try:
                if self.place[lease] == STEPS:
                    worker.finish(job_id)
                    continue
                name = f"step-{self.place[lease]}"
                worker.journal(job_id, name)
                self.run[job_id, name] += 1
                self.place[lease] += 1
            except LeaseLost:
                del worker.held[job_id]

    @rule(who=pick)
    def crash(self, who: int) -> None:
        self.workers[who] = self.newborn()

    @rule(seconds=st.sampled_from([1.0, LEASE_S / 2, LEASE_S * 1.2]))
    def time_passes(self, seconds: float) -> None:
        """Beyond a lease, a worker that does not renew is a zombie: alive, and wrong about what it holds."""
        self.clock.pass_(seconds)

    @rule(sleeper=pick)
    def sleep_through_the_lease(self, sleeper: int) -> None:
        """Stopped, and continued after another worker has taken over whatever it held."""
        watcher = 1 - sleeper
        self.workers[watcher].look()
        self.clock.pass_(LEASE_S * 1.2)
        self.poll(watcher, 2)

    @invariant()
    def a_lane_has_one_running_job(self) -> None:
        with self.database.read() as session:
            lanes = session.execute(
                select(Job.lane, func.count())
                .where(Job.state == JobState.RUNNING, Job.lane.is_not(None))
                .group_by(Job.lane)
            ).all()
        assert all(count == 1 for _lane, count in lanes)

    @invariant()
    def a_journalled_step_was_run_once_and_none_is_missing(self) -> None:
        with self.database.read() as session:
            recorded = session.execute(select(JobStep.job_id, JobStep.name)).all()
            states = {job.id: job.state for job in session.scalars(select(Job))}
        assert self.run == Counter({(row.job_id, row.name): 1 for row in recorded})
        by_job = Counter(row.job_id for row in recorded)
        assert all(by_job[job_id] == STEPS for job_id, state in states.items() if state == JobState.DONE)

    @invariant()
    def a_job_is_never_lost(self) -> None:
        """Every job is waiting, running under a name, or ended."""
        with self.database.read() as session:
            for job in session.scalars(select(Job)):
                assert (job.state == JobState.RUNNING) == (job.owner is not None)
                assert job.state in {JobState.QUEUED, JobState.RUNNING, JobState.DONE, JobState.FAILED}

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)


@pytest.fixture
def machine(migrated_sqlite: Path) -> type[Interleavings]:
    Interleavings.migrated = migrated_sqlite
    return Interleavings


def _explore(machine: type[Interleavings], **options: Any) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(machine, settings=settings(suppress_health_check=checks, **options))  # type: ignore[no-untyped-call]


def test_no_interleaving_runs_a_journalled_step_twice_or_a_lane_in_two_places(machine: type[Interleavings]) -> None:
    _explore(machine, max_examples=8, stateful_step_count=20)


@pytest.mark.slow
def test_no_long_interleaving_does_either(machine: type[Interleavings]) -> None:
    _explore(machine, max_examples=30, stateful_step_count=40)
