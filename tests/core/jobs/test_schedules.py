from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import jobs
from core.database import Database
from core.jobs import JobId, Registry, schedules
from core.jobs.errors import CronError, UnknownKindError
from core.jobs.models import JobFire
from tests.core.jobs.clocks import StillClock

# Time is the test's here; with a database that has its own clock, test_worker.py lets a schedule fire.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def define(database: Database, registry: Registry, clock: StillClock, cron: str = "0 * * * *", **options: str) -> None:
    with database.write() as session:
        jobs.schedule(session, "s", "k", {}, cron=cron, tz="Asia/Shanghai", registry=registry, clock=clock, **options)


def tick(database: Database, registry: Registry, clock: StillClock) -> list[JobId]:
    with database.write() as session:
        return schedules.tick(session, clock.now(), registry=registry, clock=clock)


def end_all(database: Database) -> None:
    with database.write() as session:
        for job in jobs.find(session, state=jobs.JobState.QUEUED):
            jobs.cancel(session, job.id, actor="test")


@pytest.fixture
def defined(database: Database, kinds: Registry, clock: StillClock) -> Database:
    define(database, kinds, clock)
    return database


def test_a_slot_makes_one_job(defined: Database, kinds: Registry, clock: StillClock) -> None:
    assert tick(defined, kinds, clock) == []
    clock.pass_(3600)
    [job_id] = tick(defined, kinds, clock)
    assert tick(defined, kinds, clock) == []
    with defined.read() as session:
        job = jobs.get(session, job_id)
        assert (job.kind, job.subject, job.actor) == ("k", "schedule:s", "system")
        assert session.get_one(JobFire, ("s", BEGIN + HOUR)).job_id == job_id


def test_however_many_slots_were_missed_one_job_makes_up_for_them(
    defined: Database, kinds: Registry, clock: StillClock
) -> None:
    clock.pass_(50 * 3600 + 600)
    assert len(tick(defined, kinds, clock)) == 1
    with defined.read() as session:
        assert jobs.list_schedules(session)[0].next_at == BEGIN + 51 * HOUR


def test_missed_slots_can_be_skipped(defined: Database, kinds: Registry, clock: StillClock) -> None:
    define(defined, kinds, clock, misfire="skip")
    clock.pass_(3600 + 600)
    assert tick(defined, kinds, clock) == []
    clock.pass_(3000 + 30)
    assert len(tick(defined, kinds, clock)) == 1


def test_a_schedule_does_not_pile_up_jobs(defined: Database, kinds: Registry, clock: StillClock) -> None:
    for _ in range(3):
        clock.pass_(3600)
        tick(defined, kinds, clock)
    with defined.read() as session:
        assert len(jobs.find(session)) == 1


def test_defining_it_again_at_every_start_moves_no_slot(defined: Database, kinds: Registry, clock: StillClock) -> None:
    clock.pass_(3600 + 5)
    define(defined, kinds, clock)
    assert len(tick(defined, kinds, clock)) == 1


def test_a_new_cron_expression_counts_at_once(defined: Database, kinds: Registry, clock: StillClock) -> None:
    define(defined, kinds, clock, cron="*/5 * * * *")
    clock.pass_(300)
    assert len(tick(defined, kinds, clock)) == 1


@pytest.mark.parametrize(("cron", "tz"), [("61 * * * *", "Asia/Shanghai"), ("0 * * * *", "Asia/Nowhere")])
def test_a_schedule_that_cannot_be_is_refused_when_it_is_defined(
    database: Database, kinds: Registry, cron: str, tz: str
) -> None:
    with pytest.raises(CronError), database.write() as session:
        jobs.schedule(session, "s", "k", {}, cron=cron, tz=tz, registry=kinds)
    with pytest.raises(UnknownKindError), database.write() as session:
        jobs.schedule(session, "s", "nonsense", {}, cron="* * * * *", tz="UTC", registry=kinds)


def test_a_schedule_can_be_removed(defined: Database, kinds: Registry, clock: StillClock) -> None:
    with defined.write() as session:
        jobs.unschedule(session, "s")
    clock.pass_(3600)
    assert tick(defined, kinds, clock) == []


@given(st.lists(st.one_of(st.floats(0, 7200), st.sampled_from([-604_800.0, 604_800.0, -3600.0])), max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_clock_is_set_a_slot_is_served_once_and_the_next_is_near(
    defined: Database, kinds: Registry, moves: list[float]
) -> None:
    clock = StillClock()
    with defined.write() as session:
        jobs.unschedule(session, "s")
        session.execute(JobFire.__table__.delete())
    define(defined, kinds, clock)
    for move in moves:
        clock.pass_(move)
        tick(defined, kinds, clock)
        end_all(defined)
        with defined.read() as session:
            assert clock.now() < jobs.list_schedules(session)[0].next_at <= clock.now() + HOUR
