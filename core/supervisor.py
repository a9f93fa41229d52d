"""Keeps a handful of processes running: starts them, restarts one that dies, stops all of them together.

A child asks the kernel to be stopped when the supervisor dies (`die_with_parent`), so that even `kill -9` of the
supervisor leaves no orphan holding a port or a lease; and a child of the next supervisor waits (`only_one`) until its
predecessor has ended.

A child that ends with `REFUSED` + exit code has said why it cannot start. Nobody wants to read that again and again,
so the supervisor stops everything and hands the exit code on. But what has been running well is not stopped because
one process of it cannot come back: that one is tried again, unless the reason is the integrity of the data.
"""

import ctypes
import fcntl
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from core.clock import Clock
from core.errors import Category, GuanjinError
from core.i18n import N_

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 30.0
# A process that ran this long was healthy; its next death starts the back-off anew.
HEALTHY_S = 20.0
# Added to the exit code (1 to 5) of a refusal; far from what the interpreter and the shell use.
REFUSED = 80
STEP_S = 0.1


class AlreadyRunningError(GuanjinError):
    code = "core.already_running"
    category = Category.CONFLICT
    message = N_("another instance is already running on the data folder %(path)s")
    hint = N_("stop it first, or give this one its own storage.data")


class FolderUnusableError(GuanjinError):
    code = "core.folder_unusable"
    message = N_("the folder %(path)s cannot be written: %(reason)s")
    hint = N_("run as the user who owns the data folder, or correct storage.data")


def restart_delay(deaths: int) -> float:
    """Seconds to wait before the next start after so many deaths in a row."""
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (deaths - 1)) if deaths > 0 else 0.0


def is_final(code: int, *, was_healthy: bool) -> bool:
    """Whether this end of a child is the end of all."""
    refusal = code - REFUSED
    if refusal not in {category.exit_code for category in Category}:
        return False
    return not was_healthy or refusal == Category.INTEGRITY.exit_code


def die_with_parent(parent: int) -> None:
    """Called by a child: be told to stop when the parent is gone, also when it went before this call."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` when this process is asked to end.

    The handler only writes to a pipe, and a thread sets the event: a handler runs in the middle of whatever the main
    thread does, and where that is `stop.wait()` with its lock held, `stop.set()` would wait for that lock for ever.
    """
    reader, writer = os.pipe()

    def handler(_signal: int, _frame: FrameType | None) -> None:
        os.write(writer, b".")

    def pass_on() -> None:
        os.read(reader, 1)
        stop.set()

    threading.Thread(target=pass_on, daemon=True).start()
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has it so
            signal.signal(number, handler)


@contextmanager
def only_one(folder: Path, name: str = "guanjin", *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the data folder under a name; the kernel lets go of it however this process ends.

    Raises AlreadyRunningError after `wait_s` in vain, FolderUnusableError.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / f"{name}.lock").open("w")
    except OSError as error:
        raise FolderUnusableError(path=folder, reason=error.strerror) from error
    with file:
        if not _locked(file.fileno(), wait_s):
            raise AlreadyRunningError(path=folder.parent)
        yield


def _locked(descriptor: int, wait_s: float) -> bool:
    pause = threading.Event()
    for _ in range(int(wait_s / STEP_S) + 1):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pause.wait(min(STEP_S, wait_s))
        else:
            return True
    return False


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started: float = 0.0
    not_before: float = 0.0
    was_healthy: bool = False


@dataclass
class Supervisor:
    """`run()` returns when `stop` is set, or a child refused to start, and every child has ended."""

    commands: Mapping[str, Sequence[str]]
    clock: Clock
    environ: Mapping[str, str]
    # What a child inherits besides its standard streams: a descriptor, and the variable that tells it the number.
    descriptors: Mapping[str, int] = field(default_factory=dict)
    descriptor_variable: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    grace_s: float = 15.0
    refusal: int = 0

    def run(self) -> int:
        """The exit code: 0, or that of the child that refused to start."""
        children = [Child(name, command) for name, command in self.commands.items()]
        try:
            while not self.stop.is_set():
                for child in children:
                    self._tend(child)
                self.stop.wait(STEP_S)
        finally:
            self._end(children)
        return self.refusal

    def _tend(self, child: Child) -> None:
        now = self.clock.monotonic()
        if child.process is None:
            if now >= child.not_before:
                # In a group of its own: Ctrl-C is for the supervisor, which stops its children once and in order.
                child.process = self._start(child)
                child.started = now
                log.info("%s started, process %d", child.name, child.process.pid)
            return
        code = child.process.poll()
        if code is None:
            return
        healthy = now - child.started >= HEALTHY_S
        child.was_healthy |= healthy
        child.deaths = 1 if healthy else child.deaths + 1
        child.process = None
        if is_final(code, was_healthy=child.was_healthy):
            log.error("%s refused to start; stopping", child.name)
            self.refusal = code - REFUSED
            self.stop.set()
            return
        delay = restart_delay(child.deaths)
        child.not_before = now + delay
        log.warning("%s ended with %d; starting it again in %.1f s", child.name, code, delay)

    def _start(self, child: Child) -> "subprocess.Popen[bytes]":
        environ, inherited = dict(self.environ), self.descriptors.get(child.name)
        if inherited is not None:
            environ[self.descriptor_variable] = str(inherited)
        handed = () if inherited is None else (inherited,)
        return subprocess.Popen(child.command, env=environ, process_group=0, pass_fds=handed)  # noqa: S603  # our own program

    def _end(self, children: Sequence[Child]) -> None:
        running = [child.process for child in children if child.process is not None and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = self.clock.monotonic() + self.grace_s
        for process in running:
            try:
                process.wait(max(0.0, deadline - self.clock.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process %d did not stop in %.0f s and is killed", process.pid, self.grace_s)
                process.kill()
                process.wait()
