"""Real worker processes to be killed, stopped and starved, and a log of what their handlers really did.

The log stands for the world outside: one line appended for each thing done, so it survives whatever happens to the
process and the database. Processes are forked from one that has everything imported, so a new one costs milliseconds.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from core import jobs
from core.database import Database
from core.errors import GuanjinError
from core.jobs import JobContext, JobId, LeaseLost, Probe, Registry, Retry, Worker
from tests.core.jobs.working import until

LOST_EXIT = 5


@dataclass(frozen=True)
class Done:
    """A line of the log: which job did what in which attempt, in which process."""

    job_id: JobId
    what: str
    attempt: int
    pid: int


class World:
    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, ctx: JobContext, what: str) -> None:
        line = f"{ctx.job.id} {what} {ctx.job.attempt} {os.getpid()}\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, line.encode())
        os.close(descriptor)

    def seen(self) -> list[Done]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [Done(JobId(int(a)), b, int(c), int(d)) for a, b, c, d in map(str.split, lines)]

    def holds(self, ctx: JobContext, what: str) -> bool:
        return any(done.job_id == ctx.job.id and done.what == what for done in self.seen())


def kinds(world: World) -> Registry:
    registry = Registry()

    @registry.job("work", retry=Retry(attempts=30, base_s=0.05))
    def work(ctx: JobContext, args: Mapping[str, Any]) -> int:
        for number in range(args["steps"]):
            ctx.step(f"step-{number}", lambda number=number: _do(world, ctx, f"step-{number}", args))  # type: ignore[misc]
            ctx.effect(
                f"effect-{number}",
                lambda number=number: _do(world, ctx, f"effect-{number}", args),  # type: ignore[misc]
                lambda number=number: Probe.DONE if world.holds(ctx, f"effect-{number}") else Probe.NOT_DONE,  # type: ignore[misc]
            )
        return int(args["steps"])

    @registry.job("watchful")
    def watchful(ctx: JobContext, args: Mapping[str, Any]) -> None:
        """Checks before each of its device I/Os, and tells when it must not go on."""
        world.note(ctx, "begun")
        try:
            while not Path(args["until"]).exists():
                ctx.check()
                world.note(ctx, "io")
                time.sleep(0.02)
        except LeaseLost:
            world.note(ctx, "lost")
            raise

    return registry


def _do(world: World, ctx: JobContext, what: str, args: Mapping[str, Any]) -> str:
    time.sleep(args.get("pause_s", 0.005))
    world.note(ctx, what)
    return "x" * args.get("bytes", 0)


def work_in_process(url: str, log: Path, lease_s: float, poll_s: float, reserve_bytes: int) -> None:
    database = Database(url)
    worker = Worker(
        database, registry=kinds(World(log)), lease_s=lease_s, poll_s=poll_s, threads=4, reserve_bytes=reserve_bytes
    )
    signal.signal(signal.SIGTERM, lambda _number, _frame: worker.stop(5))
    try:
        worker.run()
    except GuanjinError:
        os._exit(LOST_EXIT)


@contextmanager
def _without_main() -> Iterator[None]:
    """Children would import the test runner's main module first, which takes longer than all else they do."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class Crew:
    def __init__(
        self, url: str, log: Path, *, lease_s: float = 1.0, poll_s: float = 0.05, reserve_bytes: int = 0
    ) -> None:
        self.url, self.log = url, log
        self.lease_s, self.poll_s, self.reserve_bytes = lease_s, poll_s, reserve_bytes
        self.world = World(log)
        self.registry = kinds(self.world)
        self.members: list[BaseProcess] = []
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            if member.is_alive():
                member.kill()
            member.join(10)

    def hire(self) -> BaseProcess:
        arguments = (self.url, self.log, self.lease_s, self.poll_s, self.reserve_bytes)
        member = self._context.Process(target=work_in_process, args=arguments, daemon=True)
        with _without_main():
            member.start()
        self.members.append(member)
        return member

    def put(self, database: Database, count: int, kind: str = "work", **args: Any) -> list[JobId]:
        with database.write() as session:
            return [
                jobs.enqueue(session, kind, args, actor="test", lane=f"lane-{number % 20}", registry=self.registry)
                for number in range(count)
            ]

    def wait_for_more(self, than: int) -> None:
        until(lambda: len(self.world.seen()) > than)
