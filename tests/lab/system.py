"""The lab's hands on the machine: commands, namespaces, the throw-away user, and their removal after a crash.

A lab owns a slot. The slot's lock is a socket in Linux's abstract name space, which the kernel gives back however the
owner dies; so whatever carries the name of a slot whose lock is free is a dead lab's, and may be removed.
"""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.processes import is_running

PREFIX = "gjlab"
SLOTS = range(1, 100)
DEADLINE = 20.0


class LabError(RuntimeError):
    """A part of the lab did not come up; the message holds what it printed."""


def run(*command: str, stdin: str | None = None) -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def attempt(*command: str) -> None:
    """For removals: what is already gone is no error."""
    subprocess.run(command, capture_output=True, check=False)


def batch(lines: Sequence[str], namespace: str | None = None) -> None:
    """Many `ip` commands in one process: a fork a command would be most of the lab's start."""
    where = ["-n", namespace] if namespace else []
    run("ip", *where, "-batch", "-", stdin="\n".join(lines) + "\n")


def namespaces() -> list[str]:
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in listed.splitlines() if line.strip()]


def lock(slot: int) -> socket.socket | None:
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        holder.bind(f"\0{PREFIX}{slot}")
    except OSError:
        holder.close()
        return None
    return holder


def name(slot: int) -> str:
    return f"{PREFIX}{slot}"


def claim() -> tuple[int, socket.socket]:
    """Remove what dead labs left behind, then take the first free slot."""
    for slot in _slots_seen():
        if holder := lock(slot):
            remove(slot)
            holder.close()
    for slot in SLOTS:
        if holder := lock(slot):
            return slot, holder
    raise LabError("every lab slot is taken")


def remove(slot: int) -> None:
    """Processes, namespaces, bridge, user and files of a slot, in the order in which they hold on to each other."""
    own = [namespace for namespace in namespaces() if namespace.startswith(f"{name(slot)}-")]
    _end_processes(own)
    for namespace in own:
        attempt("ip", "netns", "delete", namespace)
    # The kernel takes a namespace's links away some time later; these names may be wanted before that.
    for port in (link for link in os.listdir("/sys/class/net") if re.fullmatch(rf"{name(slot)}(p\d+)?", link)):  # noqa: PTH208  # names, not paths
        attempt("ip", "link", "delete", port)
    if _user_exists(name(slot)):
        attempt("userdel", "--force", name(slot))
    for folder in Path(tempfile.gettempdir()).glob(f"{name(slot)}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while not path.exists():
        if time.monotonic() > deadline:
            raise LabError(f"{path} did not appear")
        time.sleep(0.005)


def wait_for_text(path: Path, text: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while text not in (seen := path.read_text(errors="replace")):
        if time.monotonic() > deadline:
            raise LabError(f"{path} never said {text!r}: {seen}")
        time.sleep(0.01)


def wait_for_port(host: str, port: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise LabError(f"{host}:{port} did not open") from None
            time.sleep(0.02)
        else:
            return


def _slots_seen() -> set[int]:
    names = [*namespaces(), *(user.pw_name for user in pwd.getpwall()), *os.listdir("/sys/class/net")]  # noqa: PTH208  # names, not paths
    names += [path.name for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*")]
    return {int(found[1]) for found in (re.match(rf"{PREFIX}(\d+)(-|$)", one) for one in names) if found}


def _end_processes(own: Sequence[str]) -> None:
    deadline = time.monotonic() + DEADLINE
    while pids := [pid for namespace in own for pid in _pids(namespace)]:
        if time.monotonic() > deadline:
            raise LabError(f"processes {pids} do not end")
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _pids(namespace: str) -> list[int]:
    """Who lives in a namespace."""
    listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False).stdout
    return [int(pid) for pid in listed.split() if is_running(int(pid))]


def _user_exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
