"""A worker in a thread, and waiting for what it does with a deadline instead of a sleep."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from core import jobs
from core.database import Database
from core.jobs import JobId, JobState, Registry, Worker

DEADLINE_S = 20.0


def until(condition: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def state(database: Database, job_id: JobId) -> JobState:
    with database.read() as session:
        return JobState(jobs.get(session, job_id).state)


def wait_for(database: Database, job_id: JobId, wanted: JobState, deadline_s: float = DEADLINE_S) -> jobs.Job:
    """The job, once it is in the wanted state; otherwise its own error says why not."""
    with suppress(AssertionError):
        until(lambda: state(database, job_id) is wanted, deadline_s)
    with database.read() as session:
        job = jobs.get(session, job_id)
    assert job.state == wanted, job.error
    return job


def told(database: Database, job_id: JobId) -> list[str]:
    with database.read() as session:
        return [event.kind for event in jobs.events(session, job_id)]


@contextmanager
def working(database: Database, registry: Registry, **options: Any) -> Iterator[Worker]:
    """A worker that polls fast, and is stopped at the end; what it raised is raised again."""
    settings: dict[str, Any] = {"poll_s": 0.02, "lease_s": 5, "threads": 4} | options
    worker = Worker(database, registry=registry, **settings)
    raised: list[BaseException] = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as error:  # noqa: BLE001  # handed to the test
            raised.append(error)

    thread = threading.Thread(target=run, name="worker")
    thread.start()
    try:
        yield worker
    finally:
        worker.stop(5)
        thread.join(DEADLINE_S)
    assert not thread.is_alive()
    if raised:
        raise raised[0]
