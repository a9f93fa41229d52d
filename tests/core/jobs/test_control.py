"""What a person may do to a job, in each of its states."""

from datetime import timedelta

import pytest

from core import jobs
from core.database import Database
from core.jobs import JobState, Registry, Resolution, Retry, journal, outcome
from core.jobs.errors import JobDuplicateError, JobNotFoundError, JobStateError
from core.jobs.lease import fence
from tests.core.jobs.clocks import StillClock
from tests.core.jobs.seat import Seat, put, row, state


@pytest.fixture
def seat(database: Database, kinds: Registry, clock: StillClock) -> Seat:
    return Seat(database, kinds, clock)


def failed(database: Database, seat: Seat, job_id: jobs.JobId, *, intent: bool = False) -> None:
    [claimed] = seat.poll()
    assert claimed.lease.job_id == job_id
    with database.write() as session:
        fence(session, claimed.lease)
        if intent:
            journal.intend(session, claimed.lease, "save", seat.clock.now())
        error = outcome.as_error(ValueError("no"))
        outcome.failed(session, claimed.lease, error, seat.clock.now(), retry=Retry(attempts=1), failures=1)
    seat.crash()


def test_a_waiting_job_is_cancelled_at_once(database: Database, kinds: Registry, seat: Seat) -> None:
    job_id = put(database, kinds)
    with database.write() as session:
        assert jobs.cancel(session, job_id, actor="li") is JobState.CANCELLED
    assert seat.taken() == []


def test_a_failed_job_goes_on_in_the_same_queue_under_the_same_limits(
    database: Database, kinds: Registry, seat: Seat
) -> None:
    job_id = put(database, kinds, "slow", lane="device:1", limits=("a",), priority=2)
    before = row(database, job_id)
    failed(database, seat, job_id)
    with database.write() as session:
        jobs.retry(session, job_id, actor="li")
    after = row(database, job_id)
    for name in ("queue", "lane", "limits", "rank"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.failures, after.error, after.finished_at) == (0, None, None)
    assert seat.taken() == [job_id]


def test_a_job_is_not_retried_beside_another_that_does_the_same(
    database: Database, kinds: Registry, seat: Seat
) -> None:
    job_id = put(database, kinds, dedupe="backup:7")
    failed(database, seat, job_id)
    put(database, kinds, dedupe="backup:7")
    with pytest.raises(JobDuplicateError), database.write() as session:
        jobs.retry(session, job_id, actor="li")
    assert state(database, job_id) is JobState.FAILED


@pytest.mark.parametrize(
    ("resolution", "state_after", "steps"),
    [
        (Resolution.DONE, JobState.QUEUED, [("save", "done")]),
        (Resolution.NOT_DONE, JobState.QUEUED, []),
        (Resolution.GIVE_UP, JobState.FAILED, [("save", "intent")]),
    ],
)
def test_an_uncertain_job_is_left_by_a_decision_only(
    seat: Seat, resolution: Resolution, state_after: JobState, steps: list[tuple[str, str]]
) -> None:
    database = seat.database
    job_id = put(database, seat.registry)
    failed(database, seat, job_id, intent=True)
    assert state(database, job_id) is JobState.UNCERTAIN
    for action in (jobs.retry, jobs.cancel):
        with pytest.raises(JobStateError), database.write() as session:
            action(session, job_id, actor="li")
    with database.write() as session:
        jobs.resolve(session, job_id, actor="li", resolution=resolution)
    with database.read() as session:
        assert [(step.name, step.state) for step in jobs.steps(session, job_id)] == steps
    assert state(database, job_id) is state_after


def test_a_job_in_backoff_with_an_effect_in_doubt_cannot_be_cancelled_away(
    database: Database, kinds: Registry, seat: Seat
) -> None:
    job_id = put(database, kinds)
    [claimed] = seat.poll()
    with database.write() as session:
        fence(session, claimed.lease)
        journal.intend(session, claimed.lease, "save", seat.clock.now())
        outcome.released(session, claimed.lease, seat.clock.now())
    with database.write() as session:
        assert jobs.cancel(session, job_id, actor="li") is JobState.UNCERTAIN


@pytest.mark.parametrize("action", [jobs.retry, jobs.cancel])
def test_a_job_that_is_done_stays_done(database: Database, kinds: Registry, seat: Seat, action: object) -> None:
    job_id = put(database, kinds)
    seat.poll()
    seat.finish(job_id)
    with pytest.raises(JobStateError) as caught, database.write() as session:
        action(session, job_id, actor="li")  # type: ignore[operator]
    assert caught.value.state == "done"


def test_a_job_that_does_not_exist_is_named(database: Database) -> None:
    with pytest.raises(JobNotFoundError), database.write() as session:
        jobs.cancel(session, jobs.JobId(99), actor="li")


def test_jobs_are_found_by_what_they_are_about_newest_first(database: Database, kinds: Registry) -> None:
    first, other, last = (put(database, kinds, subject=name) for name in ("device:1", "device:2", "device:1"))
    with database.read() as session:
        assert [job.id for job in jobs.find(session, subject="device:1")] == [last, first]
        assert [job.id for job in jobs.find(session, before=last, limit=1)] == [other]
        assert [job.id for job in jobs.find(session, state=JobState.DONE)] == []
        assert jobs.counts(session) == {JobState.QUEUED: 3}


def test_retention_removes_what_ended_long_ago_in_batches_and_nothing_else(
    database: Database, kinds: Registry, seat: Seat
) -> None:
    finished = [put(database, kinds) for _ in range(5)]
    for job_id in finished:
        seat.poll()
        seat.journal(job_id, "step")
        seat.finish(job_id)
    waiting, doubtful = put(database, kinds), put(database, kinds, priority=1)
    failed(database, seat, doubtful, intent=True)
    future = max(row(database, job_id).finished_at or seat.clock.now() for job_id in finished) + timedelta(days=1)
    removed = []
    for _ in range(4):
        with database.write() as session:
            removed.append(jobs.purge(session, older_than=future, batch=2))
    assert removed == [2, 2, 1, 0]
    with database.read() as session:
        assert {job.id for job in jobs.find(session)} == {waiting, doubtful}
        assert jobs.steps(session, finished[0]) == []
        assert jobs.events(session, finished[0]) == []
