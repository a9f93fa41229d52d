"""The worker's loop: when it starts, when it starts nothing, when it ends."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import jobs
from core.database import Database, sqlite_url
from core.jobs import JobContext, JobState, Registry, Retry, Worker
from core.jobs.errors import DatabaseReplacedError, LeaseLost
from core.jobs.models import Job, JobFire
from core.schema import SchemaMissingError
from tests.core.jobs.bending import DatabaseClock
from tests.core.jobs.clocks import JumpingClock
from tests.core.jobs.seat import put, row
from tests.core.jobs.working import until, wait_for, working


def alarms(database: Database) -> list[str]:
    with database.read() as session:
        return [event.kind for event in jobs.alarms(session)]


def test_a_missing_database_is_refused_and_not_created(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "gone.db"))
    with pytest.raises(SchemaMissingError):
        Worker(database).run()
    assert list(tmp_path.iterdir()) == []


def test_a_worker_has_a_new_identity_at_each_start_and_says_good_bye(database: Database, kinds: Registry) -> None:
    worker = Worker(database, registry=kinds, poll_s=0.02)
    for _ in range(2):
        worker.stop(0)
        worker.run()
    with database.read() as session:
        assert jobs.workers(session) == []
    with working(database, kinds):
        until(lambda: _workers(database) == 1)
    with working(database, kinds):
        until(lambda: _workers(database) == 2)
    with database.read() as session:
        assert all(found.stopped_at is not None for found in jobs.workers(session))


def _workers(database: Database) -> int:
    with database.read() as session:
        return len(jobs.workers(session))


def test_no_more_threads_run_than_allowed(database: Database, registry: Registry) -> None:
    gate, inside, most = threading.Semaphore(0), [0], [0]

    @registry.job("k")
    def handler(ctx: JobContext, args: Any) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        gate.acquire(timeout=10)
        inside[0] -= 1

    ids = [put(database, registry) for _ in range(5)]
    with working(database, registry, threads=2):
        until(lambda: inside[0] == 2)
        gate.release(5)
        for job_id in ids:
            wait_for(database, job_id, JobState.DONE)
    assert most == [2]


def test_below_the_reserve_nothing_is_started_until_there_is_space_again(database: Database, kinds: Registry) -> None:
    free = [10]
    job_id = put(database, kinds)
    with working(database, kinds, storage=Path("/"), reserve_bytes=100, free=lambda _: free[0]):
        until(lambda: alarms(database) == ["disk_low"])
        assert row(database, job_id).state == JobState.QUEUED
        free[0] = 1000
        wait_for(database, job_id, JobState.DONE)
    assert alarms(database) == ["disk_low"]


def test_a_jump_of_the_clock_is_an_alarm_and_delays_nothing(database: Database, kinds: Registry) -> None:
    clock, server_clock = JumpingClock(), DatabaseClock(database)
    with working(database, kinds, clock=clock):
        for number, days in enumerate((7, -7), 1):
            wait_for(database, put(database, kinds), JobState.DONE)
            clock.offset += timedelta(days=days)
            server_clock.jump(timedelta(days=days))
            until(lambda: len(alarms(database)) == number)  # noqa: B023  # called here only
            wait_for(database, put(database, kinds), JobState.DONE)
    with database.read() as session:
        jumps = [event.facts["seconds"] for event in jobs.alarms(session)]
    assert [round(seconds / 86_400) for seconds in jumps] == [-7, 7]


def test_a_schedule_fires_once_for_all_the_slots_that_a_jump_passed(database: Database, kinds: Registry) -> None:
    clock, server_clock = JumpingClock(), DatabaseClock(database)
    with database.write() as session:
        jobs.schedule(session, "s", "k", {}, cron="0 0 * * *", tz="Asia/Shanghai", registry=kinds, clock=clock)
    with working(database, kinds, clock=clock):
        for number, days in enumerate((7, -7, 8), 1):
            wait_for(database, put(database, kinds), JobState.DONE)
            clock.offset += timedelta(days=days)
            server_clock.jump(timedelta(days=days))
            until(lambda: len(alarms(database)) == number)  # noqa: B023  # called here only
        wait_for(database, put(database, kinds), JobState.DONE)
    with database.read() as session:
        assert len(session.scalars(select(JobFire)).all()) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_removed_database_file_ends_the_worker(database: Database, kinds: Registry) -> None:
    assert database.path is not None
    with pytest.raises(DatabaseReplacedError), working(database, kinds):
        wait_for(database, put(database, kinds), JobState.DONE)
        database.path.unlink()
        until(lambda: not any(thread.name == "worker" for thread in threading.enumerate()))
    assert not database.path.exists()


def test_a_handler_whose_job_was_taken_away_is_stopped_at_its_next_check(
    database: Database, registry: Registry
) -> None:
    inside, taken, seen = threading.Event(), threading.Event(), []

    @registry.job("k")
    def handler(ctx: JobContext, args: Any) -> None:
        inside.set()
        taken.wait(10)
        for call in (ctx.check, lambda: ctx.step("s", lambda: 1), lambda: ctx.progress(1, 1)):
            try:
                call()
            except LeaseLost:
                seen.append("lost")

    job_id = put(database, registry)
    with working(database, registry, lease_s=600):
        assert inside.wait(10)
        with database.write() as session:
            job = session.get_one(Job, job_id)
            job.owner, job.attempt = "another", 2
        taken.set()
        until(lambda: len(seen) == 3)
    job = row(database, job_id)
    assert (job.owner, job.state, job.progress_done) == ("another", "running", 0)


def test_a_handler_that_hangs_beyond_its_time_out_loses_its_lease(database: Database, registry: Registry) -> None:
    hang, attempts = threading.Event(), []

    @registry.job("k", timeout_s=0.1, retry=Retry(attempts=5))
    def handler(ctx: JobContext, args: Any) -> str:
        attempts.append(ctx.job.attempt)
        if len(attempts) == 1:
            hang.wait(20)
        return "second"

    job_id = put(database, registry)
    with working(database, registry, lease_s=0.5):
        job = wait_for(database, job_id, JobState.DONE)
        hang.set()
    assert (job.result, job.attempt, job.failures) == ("second", 2, 0)
    assert attempts == [1, 2]


@pytest.mark.parametrize("answer", [SystemExit(3), RuntimeError("\x00\ud800" * 5000), "\x00bad", {1: 2}])
def test_whatever_a_handler_does_the_worker_goes_on(database: Database, registry: Registry, answer: Any) -> None:
    @registry.job("k", retry=Retry(attempts=1))
    def handler(ctx: JobContext, args: Any) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @registry.job("fine")
    def fine(ctx: JobContext, args: Any) -> None:
        return None

    bad = put(database, registry)
    with working(database, registry):
        wait_for(database, put(database, registry, "fine"), JobState.DONE)
        wait_for(database, bad, JobState.FAILED)


def test_storage_in_trouble_is_no_failure_of_the_job(database: Database, registry: Registry) -> None:
    calls = []

    @registry.job("k", retry=Retry(attempts=1))
    def handler(ctx: JobContext, args: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError(28, "no space left on device")

    job_id = put(database, registry)
    with working(database, registry):
        until(lambda: len(calls) == 1 and row(database, job_id).state == JobState.QUEUED)
        with database.write() as session:
            job = session.get_one(Job, job_id)
            assert (job.failures, job.error) == (0, None)
            job.not_before = None
        wait_for(database, job_id, JobState.DONE)
