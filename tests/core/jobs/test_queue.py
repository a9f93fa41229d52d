"""Which job is next, and which may not run now."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core import jobs
from core.database import Database
from core.jobs import JobState, Registry
from core.jobs.errors import PayloadError, UnknownKindError
from core.jobs.models import Job
from tests.core.jobs.clocks import StillClock
from tests.core.jobs.seat import Seat, database_now, put, row, state


@pytest.fixture
def seat(database: Database, kinds: Registry, clock: StillClock) -> Seat:
    return Seat(database, kinds, clock)


def test_the_oldest_job_of_the_highest_priority_is_next(database: Database, kinds: Registry, seat: Seat) -> None:
    usual, later = put(database, kinds), put(database, kinds)
    urgent = put(database, kinds, priority=5)
    assert seat.taken(room=3) == [urgent, usual, later]


def test_one_job_runs_on_a_lane(database: Database, kinds: Registry, seat: Seat) -> None:
    first, second = put(database, kinds, lane="device:1"), put(database, kinds, lane="device:1")
    other = put(database, kinds, lane="device:2")
    assert seat.taken(room=3) == [first, other]
    seat.finish(first)
    assert seat.taken() == [second]


def test_the_database_itself_refuses_a_second_running_job_on_a_lane(database: Database, kinds: Registry) -> None:
    ids = [put(database, kinds, lane="device:1") for _ in range(2)]
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(Job).where(Job.id.in_(ids)).values(state=JobState.RUNNING))


def test_no_more_run_under_a_limit_than_it_allows_and_others_pass(
    database: Database, kinds: Registry, seat: Seat
) -> None:
    with database.write() as session:
        jobs.set_limit(session, "line:50%_a", 2, actor="zhang")
    limited = [put(database, kinds, limits=("line:50%_a", "unbounded")) for _ in range(4)]
    free = put(database, kinds, limits=("line:50%_b",))
    assert seat.taken(room=9) == [*limited[:2], free]
    seat.finish(limited[0])
    assert seat.taken(room=9) == [limited[2]]


def test_a_paused_queue_starts_nothing_until_it_is_resumed(database: Database, kinds: Registry, seat: Seat) -> None:
    slow, other = put(database, kinds, "slow"), put(database, kinds)
    with database.write() as session:
        jobs.pause(session, "slow", actor="zhang")
    assert seat.taken(room=2) == [other]
    with database.write() as session:
        jobs.resume(session, "slow", actor="zhang")
    assert seat.taken(room=2) == [slow]


def test_a_worker_takes_from_its_own_queues_only(database: Database, kinds: Registry, clock: StillClock) -> None:
    slow, _other = put(database, kinds, "slow"), put(database, kinds)
    assert Seat(database, kinds, clock, queues=("slow",)).taken(room=2) == [slow]


def test_a_job_is_not_started_before_its_time(
    database: Database, kinds: Registry, clock: StillClock, seat: Seat
) -> None:
    at = database_now(database, clock)
    later = put(database, kinds, not_before=at + timedelta(hours=1))
    now = put(database, kinds, not_before=at - timedelta(hours=1))
    assert seat.taken(room=2) == [now]
    if database.dialect == "sqlite":
        clock.pass_(3601)
        assert seat.taken() == [later]


def test_the_same_work_is_queued_once_until_it_has_ended(database: Database, kinds: Registry, seat: Seat) -> None:
    first = put(database, kinds, dedupe="backup:7")
    assert put(database, kinds, dedupe="backup:7") == first
    assert put(database, kinds, "slow", dedupe="backup:7") != first
    seat.taken(room=2)
    assert put(database, kinds, dedupe="backup:7") == first
    seat.finish(first)
    assert put(database, kinds, dedupe="backup:7") != first


def test_a_job_commits_with_what_made_it_necessary(database: Database, kinds: Registry) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        jobs.enqueue(session, "k", {}, actor="zhang", registry=kinds)
        raise RuntimeError
    with database.read() as session:
        assert jobs.find(session) == []


def test_an_unknown_kind_is_refused(database: Database, kinds: Registry) -> None:
    with pytest.raises(UnknownKindError):
        put(database, kinds, "nonsense")


@pytest.mark.parametrize(
    "args",
    [
        {"text": "x" * 66_000},
        {"text": "中" * 22_000},
        {"pair": (1, 2)},
        {"by number": {1: "a"}},
        {"nan": float("nan")},
        {"object": object()},
        {"password": "x"},
        {"device": {"nested": [{"community": "public"}]}},
    ],
    ids=lambda args: next(iter(args)),
)
def test_arguments_that_are_large_secret_or_would_come_back_changed_are_refused(
    database: Database, kinds: Registry, args: dict[str, Any]
) -> None:
    with pytest.raises(PayloadError):
        put(database, kinds, args=args)


def test_an_id_is_never_given_twice(database: Database, kinds: Registry, seat: Seat) -> None:
    last = put(database, kinds)
    seat.taken()
    seat.finish(last)
    with database.write() as session:
        assert jobs.purge(session, older_than=row(database, last).created_at + timedelta(days=1)) == 1
    assert put(database, kinds) > last


def test_a_limit_name_cannot_pose_as_several(database: Database, kinds: Registry) -> None:
    with pytest.raises(ValueError, match="not a name"):
        put(database, kinds, limits=("a|b",))


def test_a_job_waits_in_the_queue_until_it_is_claimed(database: Database, kinds: Registry, seat: Seat) -> None:
    job_id = put(database, kinds)
    assert state(database, job_id) is JobState.QUEUED
    assert bool(seat.look())
    seat.taken()
    assert not seat.look()
