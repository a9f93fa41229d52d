"""Retention: the product's own job, and a table as large as years make it."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text

from core import jobs
from core.database import Database
from core.jobs import REGISTRY, JobState, Registry, upkeep
from core.jobs.models import Job, JobEvent, JobStep
from tests.core.jobs.clocks import StillClock
from tests.core.jobs.seat import Seat, put, row
from tests.core.jobs.working import wait_for, working

JOBS = 200_000  # with two steps and two events each: a million rows
BATCH_S = 0.5


def test_ended_jobs_are_removed_every_day(database: Database, clock: StillClock) -> None:
    with database.write() as session:
        upkeep.install_schedules(session, 90, "Asia/Shanghai")
        [planned] = jobs.list_schedules(session)
        old = jobs.enqueue(session, upkeep.KIND, {"days": 90}, actor="test")
        new = jobs.enqueue(session, upkeep.KIND, {"days": 90}, actor="test")
        for job_id, days in ((old, 91), (new, 89)):
            job = session.get_one(Job, job_id)
            job.state, job.finished_at = JobState.DONE, job.created_at - timedelta(days=days)
        assert planned.args == {"days": 90}
        purge = jobs.enqueue(session, upkeep.KIND, planned.args, actor="system")
    with working(database, REGISTRY):
        assert wait_for(database, purge, JobState.DONE).result == 1
    with database.read() as session:
        assert {found.id for found in jobs.find(session)} == {new, purge}


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_among_a_million_rows_a_batch_and_a_claim_are_still_short(
    database: Database, kinds: Registry, clock: StillClock
) -> None:
    template = put(database, kinds)
    fill(database, row(database, template))
    waiting = put(database, kinds)
    seat = Seat(database, kinds, clock)
    longest = 0.0
    for _ in range(5):
        begun = time.monotonic()
        with database.write() as session:
            assert jobs.purge(session, older_than=clock.now()) == 500
        longest = max(longest, time.monotonic() - begun)
    begun = time.monotonic()
    assert seat.taken(room=2) == [template, waiting]
    assert time.monotonic() - begun < BATCH_S
    assert longest < BATCH_S


def fill(database: Database, like: Job) -> None:
    """By the database itself, because a million rows through Python take a minute."""
    numbers = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {JOBS})"  # noqa: S608  # ours
    columns = [column.name for column in Job.__table__.columns if column.name not in {"id", "state", "finished_at"}]
    with database.bulk() as connection:
        connection.execute(
            text(
                f"insert into job (id, state, finished_at, {', '.join(columns)})"  # noqa: S608  # our own names
                f" {numbers} select i + 1000000, 'done', '2020-01-01T00:00:00.000000Z', {', '.join(columns)}"
                " from n, job where job.id = :like"
            ),
            {"like": like.id},
        )
        for step in ("a", "b"):
            made = select(Job.id, text(f"'{step}', 'done', 1, created_at")).where(Job.state == JobState.DONE)
            connection.execute(insert(JobStep).from_select(["job_id", "name", "state", "attempt", "started_at"], made))
            told = select(Job.id, text("created_at, 'done', 0, '{}'")).where(Job.state == JobState.DONE)
            connection.execute(insert(JobEvent).from_select(["job_id", "at", "kind", "alarm", "facts"], told))
