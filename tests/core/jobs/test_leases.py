"""Fences and takeovers, with the clock in the test's hand."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from core import jobs
from core.database import Database
from core.jobs import JobState, LeaseLost, Registry, Retry, outcome
from core.jobs.lease import fence
from core.jobs.models import Job
from core.jobs.moment import now
from core.jobs.watch import JUMP_S, BeatWatch, ClockWatch, DatabaseClockWatch, Sighting
from tests.core.jobs.bending import DatabaseClock
from tests.core.jobs.clocks import StillClock
from tests.core.jobs.seat import LEASE_S, Seat, put, row, state

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def first(database: Database, kinds: Registry, clock: StillClock) -> Seat:
    return Seat(database, kinds, clock, "worker-1")


@pytest.fixture
def second(database: Database, kinds: Registry, clock: StillClock) -> Seat:
    return Seat(database, kinds, clock, "worker-2")


class Hours:
    """Time passing for the worker and for the database alike."""

    def __init__(self, database: Database, clock: StillClock) -> None:
        self.clock = clock
        self._database_clock = DatabaseClock(database)

    def pass_(self, seconds: float) -> None:
        self.clock.pass_(seconds)
        self._database_clock.jump(timedelta(seconds=seconds))

    def expire(self, *watchers: Seat) -> None:
        """Let every lease that is not renewed expire while `watchers` watch."""
        for _ in range(4):
            for watcher in watchers:
                watcher.look()
            self.pass_(LEASE_S / 3)


@pytest.fixture
def hours(database: Database, clock: StillClock) -> Hours:
    return Hours(database, clock)


def test_a_dead_workers_job_is_taken_over_with_its_lane_and_the_dead_one_is_fenced_out(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    job_id = put(database, kinds, lane="device:1", limits=("a",), priority=3, dedupe="d")
    before = first.poll()[0].job
    hours.expire(second)
    after = second.poll()[0].job
    assert (after.attempt, after.failures, after.owner) == (2, 1, "worker-2")
    for name in ("queue", "lane", "limits", "rank", "dedupe", "args", "created_at"):
        assert getattr(after, name) == getattr(before, name)
    with pytest.raises(LeaseLost):
        first.journal(job_id, "late")
    with database.read() as session:
        assert jobs.steps(session, job_id) == []


def test_a_living_workers_job_is_left_to_it(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    put(database, kinds)
    first.poll()
    for _ in range(5):
        second.look()
        hours.pass_(LEASE_S / 2)
        first.renew()
        assert second.poll() == []


def test_of_two_that_saw_the_same_dead_worker_one_takes_over(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    third = Seat(database, kinds, hours.clock, "worker-3")
    put(database, kinds)
    first.poll()
    hours.expire(second, third)
    looks = second.look(), third.look()
    assert [len(look.orphans) for look in looks] == [1, 1]
    assert len(second.poll(look=looks[0])) + len(third.poll(look=looks[1])) == 1


def test_a_sign_of_life_after_the_look_prevents_the_takeover(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    put(database, kinds)
    first.poll()
    hours.expire(second)
    look = second.look()
    first.renew()
    assert second.poll(look=look) == []


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_stopped_inside_a_transaction_holds_up_nobody(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    held, other = put(database, kinds), put(database, kinds)
    first.poll(room=2)
    hours.expire(second)
    with database.write() as stopped:
        fence(stopped, first.held[held])
        assert second.taken(room=2) == [other]


def test_a_worker_just_started_does_not_believe_that_others_are_dead(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    put(database, kinds)
    first.poll()
    hours.expire()
    assert second.poll() == []


def test_a_poison_job_ends_as_failed_with_an_alarm(
    database: Database, registry: Registry, clock: StillClock, hours: Hours
) -> None:
    registry.job("k", retry=Retry(attempts=2))(lambda _ctx, _args: None)
    seats = [Seat(database, registry, hours.clock, f"worker-{number}") for number in range(3)]
    job_id = put(database, registry)
    seats[0].poll()
    for crashed, watcher in ((seats[0], seats[1]), (seats[1], seats[2])):
        crashed.crash()
        hours.expire(watcher)
        watcher.poll()
    job = row(database, job_id)
    assert (job.state, job.error["code"], job.attempt) == (JobState.FAILED, "jobs.crashed", 3)
    with database.read() as session:
        assert [event.kind for event in jobs.alarms(session)] == ["failed"]


def test_crashes_count_only_while_there_is_no_progress(
    database: Database, kinds: Registry, clock: StillClock, hours: Hours
) -> None:
    job_id = put(database, kinds)
    seats = [Seat(database, kinds, hours.clock, f"worker-{number}") for number in range(12)]
    seats[0].poll()
    for number, (crashed, watcher) in enumerate(pairwise(seats)):
        crashed.journal(job_id, f"step-{number}")
        crashed.crash()
        hours.expire(watcher)
        assert [claimed.job.failures for claimed in watcher.poll()] == [1]


def test_taking_over_from_a_worker_that_was_stopped_is_no_crash(
    database: Database, kinds: Registry, hours: Hours, first: Seat, second: Seat
) -> None:
    put(database, kinds)
    first.poll()
    with database.write() as session:
        session.execute(update(Job).values(excused=True))
    hours.expire(second)
    assert [claimed.job.failures for claimed in second.poll()] == [0]


def test_a_job_whose_handler_is_gone_returns_to_the_queue_with_an_alarm(
    database: Database, kinds: Registry, clock: StillClock, hours: Hours, first: Seat
) -> None:
    job_id = put(database, kinds)
    first.poll()
    other = Seat(database, Registry(), clock, "worker-2")
    hours.expire(other)
    assert other.poll() == []
    assert state(database, job_id) is JobState.QUEUED
    with database.read() as session:
        assert [event.kind for event in jobs.alarms(session)] == ["no_handler"]


def test_a_backoff_does_not_outlast_a_clock_that_is_put_back(
    database: Database, kinds: Registry, clock: StillClock, first: Seat
) -> None:
    at = DatabaseClock(database)
    job_id = put(database, kinds, clock=clock)
    for jumping in (clock, at):
        jumping.jump(timedelta(days=7))
    lease = first.poll()[0].lease
    with database.write() as session:
        outcome.failed(session, lease, outcome.as_error(ValueError()), now(session, clock), retry=Retry(), failures=1)
    first.crash()
    assert first.taken() == []
    for jumping in (clock, at):
        jumping.jump(timedelta(days=-7))
    assert first.taken() == [job_id]


@given(st.floats(-1e7, 1e7), st.floats(0, 1e5))
def test_a_jump_of_the_wall_clock_is_told_from_time_passing(jump_s: float, passed_s: float) -> None:
    watch = ClockWatch()
    watch.jump_s(NOON, 0)
    found = watch.jump_s(NOON + timedelta(seconds=passed_s + jump_s), passed_s)
    assert abs(found - jump_s) < 0.01 if abs(jump_s) > JUMP_S + 0.01 else abs(found) <= JUMP_S + 0.01


@given(st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=30), st.timedeltas())
def test_a_beat_is_awaited_for_the_whole_lease_whatever_the_wall_clock_says(
    looks: list[tuple[float, bool]], jump: timedelta
) -> None:
    watch, monotonic, beat, silent_since = BeatWatch(), 0.0, 0, 0.0
    watch.expired([Sighting(jobs.JobId(1), "o", 1, beat, LEASE_S)], NOON, monotonic)
    for passed, beaten in looks:
        monotonic += passed
        if beaten:
            beat, silent_since = beat + 1, monotonic
        dead = watch.expired([Sighting(jobs.JobId(1), "o", 1, beat, LEASE_S)], NOON, monotonic)
        assert not dead or monotonic - silent_since > LEASE_S


def seen(left_s: float) -> list[Sighting]:
    return [Sighting(jobs.JobId(1), "o", 1, 1, LEASE_S, NOON + timedelta(seconds=left_s))]


@pytest.mark.parametrize(("left_s", "over"), [(-1, True), (1, False), (LEASE_S, False), (3 * LEASE_S, True)])
def test_the_databases_clock_ends_a_lease_and_one_that_is_too_far_ahead_has_ended(left_s: float, *, over: bool) -> None:
    watch = DatabaseClockWatch()
    watch.expired([], NOON - timedelta(seconds=60), 0)
    assert bool(watch.expired(seen(left_s), NOON, 60)) is over


def test_after_a_jump_of_the_databases_clock_nobody_is_declared_dead_for_one_lease() -> None:
    watch = DatabaseClockWatch()
    watch.expired([], NOON - timedelta(days=7, seconds=60), 0)
    assert watch.expired(seen(-1), NOON, 60) == []
    assert watch.expired(seen(-1), NOON + timedelta(seconds=20), 80) == []
    assert watch.expired(seen(-1), NOON + timedelta(seconds=40), 100) != []


@given(st.integers(1, 10_000), st.integers(), st.floats(0.1, 100), st.floats(0.1, 10_000))
def test_a_backoff_grows_to_its_cap_and_never_beyond(failures: int, spread: int, base_s: float, cap_s: float) -> None:
    delay = Retry(5, base_s, cap_s).delay_s(failures, spread)
    assert 0 < delay <= cap_s
    assert delay <= base_s * 2 ** min(failures, 100)
