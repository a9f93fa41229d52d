"""What a handler may rely on, with a real worker on both databases."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from core import jobs
from core.database import Database
from core.errors import Category, GuanjinError
from core.jobs import JobContext, JobState, Probe, Registry, Retry
from tests.core.jobs.working import told, until, wait_for, working

FAST = Retry(attempts=3, base_s=0.01, cap_s=0.02)


class RefusedError(GuanjinError):
    code = "test.refused"
    category = Category.REFUSED
    message = "refused by %(who)s"


def put(database: Database, registry: Registry, kind: str = "k", **options: Any) -> jobs.JobId:
    with database.write() as session:
        return jobs.enqueue(session, kind, options.pop("args", {}), actor="zhang", registry=registry, **options)


def test_a_job_runs_with_its_arguments_and_leaves_its_result(database: Database, registry: Registry) -> None:
    @registry.job("k")
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        return {"device": args["device"], "by": ctx.job.actor, "service": ctx.services}

    job_id = put(database, registry, args={"device": 7})
    with working(database, registry, services="vault"):
        job = wait_for(database, job_id, JobState.DONE)
    assert job.result == {"device": 7, "by": "zhang", "service": "vault"}
    assert (job.owner, job.failures, job.attempt) == (None, 0, 1)
    assert told(database, job_id) == ["enqueued", "started", "done"]


def test_a_step_that_is_journalled_is_not_run_again(database: Database, registry: Registry) -> None:
    ran: list[str] = []

    @registry.job("k", retry=FAST)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        first = ctx.step("first", lambda: ran.append("first") or len(ran))
        ctx.step("second", lambda: ran.append("second"))
        if len(ran) < 3:
            ran.append("third")
            raise ValueError("once")
        return first

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.DONE)
    assert ran == ["first", "second", "third"]
    assert (job.result, job.attempt) == (1, 2)


def test_rows_of_a_transacted_step_and_its_record_commit_together(database: Database, registry: Registry) -> None:
    @registry.job("child")
    def child(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        return None

    failing = [True]

    @registry.job("k", retry=FAST)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        def enqueue(session: Any) -> int:
            child_id = jobs.enqueue(session, "child", {}, actor="k", registry=registry)
            if failing:
                raise ValueError(failing.pop())
            return child_id

        return ctx.transact("children", enqueue)

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.DONE)
    with database.read() as session:
        assert [found.id for found in jobs.find(session, kind="child")] == [job.result]


@pytest.mark.parametrize(
    ("answer", "done_times", "state"),
    [
        (Probe.DONE, 1, JobState.DONE),
        (Probe.NOT_DONE, 2, JobState.DONE),
        (Probe.UNKNOWN, 1, JobState.UNCERTAIN),
    ],
)
def test_an_effect_in_doubt_is_probed_before_it_is_repeated(
    database: Database, registry: Registry, answer: Probe, done_times: int, state: JobState
) -> None:
    done: list[int] = []

    @registry.job("k", retry=FAST)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        def do() -> None:
            done.append(1)
            if len(done) == 1:
                raise TimeoutError("the device did not answer")

        ctx.effect("save", do, lambda: answer)

    job_id = put(database, registry)
    with working(database, registry):
        wait_for(database, job_id, state)
    assert len(done) == done_times


def test_a_job_never_fails_with_an_effect_in_doubt(database: Database, registry: Registry) -> None:
    @registry.job("k", retry=Retry(attempts=2, base_s=0.01))
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        def unreachable() -> Probe:
            raise TimeoutError("the device did not answer")

        ctx.effect("save", unreachable, unreachable)

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.UNCERTAIN)
    assert job.error["code"] == "jobs.handler"
    assert "TimeoutError" in job.error["facts"]["kind"]


def test_a_failing_job_is_tried_again_with_a_backoff_and_then_fails_with_an_alarm(
    database: Database, registry: Registry
) -> None:
    @registry.job("k", retry=FAST)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        raise ValueError("no")

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.FAILED)
    assert (job.attempt, job.failures) == (3, 3)
    assert told(database, job_id).count("waiting") == 2
    with database.read() as session:
        assert [event.job_id for event in jobs.alarms(session)] == [job_id]


def test_an_error_that_repeating_cannot_cure_is_not_repeated(database: Database, registry: Registry) -> None:
    @registry.job("k", retry=FAST)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        raise RefusedError(who="policy")

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.FAILED)
    assert job.attempt == 1
    assert job.error == {
        "code": "test.refused",
        "message": "refused by %(who)s",
        "hint": "",
        "facts": {"who": "policy"},
    }


def test_a_running_job_is_cancelled_at_its_next_check_even_by_a_handler_that_swallows_errors(
    database: Database, registry: Registry
) -> None:
    under_way, may_go_on = threading.Event(), threading.Event()

    @registry.job("k")
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        under_way.set()
        may_go_on.wait(10)
        try:
            ctx.check()
        except Exception:  # noqa: BLE001  # what careless handlers do
            return "swallowed"

    job_id = put(database, registry)
    with working(database, registry):
        assert under_way.wait(10)
        with database.write() as session:
            jobs.cancel(session, job_id, actor="li")
        may_go_on.set()
        wait_for(database, job_id, JobState.CANCELLED)
    assert told(database, job_id)[-2:] == ["cancel_asked", "cancelled"]


def test_a_stopping_worker_gives_its_job_back_without_counting_a_failure(
    database: Database, registry: Registry
) -> None:
    under_way = threading.Event()
    ran: list[str] = []

    @registry.job("k")
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        ctx.step("first", lambda: ran.append("first"))
        under_way.set()
        until(lambda: bool(ctx._fenced.hold.stopping) or len(ran) > 1)
        ctx.step("second", lambda: ran.append("second"))

    ran.clear()
    job_id = put(database, registry)
    with working(database, registry):
        assert under_way.wait(10)
    with database.read() as session:
        job = jobs.get(session, job_id)
    assert (job.state, job.failures, job.owner, ran) == (JobState.QUEUED, 0, None, ["first"])
    ran.append("restarted")
    with working(database, registry):
        wait_for(database, job_id, JobState.DONE)
    assert ran == ["first", "restarted", "second"]


def test_a_step_name_used_twice_is_a_fault_of_the_handler(database: Database, registry: Registry) -> None:
    @registry.job("k", retry=FAST)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        ctx.step("same", lambda: 1)
        ctx.step("same", lambda: 2)

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.FAILED)
    assert job.error["code"] == "jobs.step_repeated"


def test_a_job_that_takes_too_long_fails_at_its_next_check(database: Database, registry: Registry) -> None:
    @registry.job("k", retry=Retry(attempts=1), timeout_s=0.05)
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        while True:
            ctx.check()

    job_id = put(database, registry)
    with working(database, registry):
        job = wait_for(database, job_id, JobState.FAILED)
    assert job.error["code"] == "jobs.timeout"


def test_progress_is_shown_while_the_job_runs(database: Database, registry: Registry) -> None:
    may_end = threading.Event()

    @registry.job("k")
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        ctx.progress(1, 2, "half of it")
        may_end.wait(10)

    def shown() -> tuple[int, int, str]:
        with database.read() as session:
            job = jobs.get(session, job_id)
            return job.progress_done, job.progress_total, job.progress_note

    job_id = put(database, registry)
    with working(database, registry):
        until(lambda: shown() == (1, 2, "half of it"))
        may_end.set()
        wait_for(database, job_id, JobState.DONE)
    with database.read() as session:
        assert "half of it (1 of 2)" in [jobs.render(event) for event in jobs.events(session, job_id)]


def test_a_job_of_an_unknown_version_waits_for_a_program_that_has_its_handler(
    database: Database, registry: Registry
) -> None:
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        return ctx.job.version

    newer = Registry()
    for version in (1, 2):
        newer.job("k", version=version)(handler)
    registry.job("k", version=1)(handler)
    old, new = put(database, registry), put(database, newer)
    with working(database, registry):
        assert wait_for(database, old, JobState.DONE).result == 1
    with database.read() as session:
        assert jobs.get(session, new).state == JobState.QUEUED
    with working(database, newer):
        assert wait_for(database, new, JobState.DONE).result == 2
