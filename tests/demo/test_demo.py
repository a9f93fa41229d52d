"""`make demo` as a visitor meets it: from nothing to live health, again after Ctrl-C, and without leftovers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from automation.models import ConfigVersion
from collectors.models import DeviceState, LineState, Reachability
from core.database import Database, sqlite_url
from demo import instance
from security.ferry.models import FerryTransfer
from security.ferry.states import Outgoing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
ROOT = Path(__file__).resolve().parents[2]
NETWORK = f"127.{100 + os.getpid() % 100}"  # beside a demonstration that is running


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


def command(folder: Path, ports: tuple[int, int]) -> list[str]:
    return [sys.executable, "-m", "demo", "--folder", str(folder), "--ports", *map(str, ports), "--network", NETWORK]


@contextmanager
def demo(folder: Path, ports: tuple[int, int]) -> Iterator[str]:
    """Running, with what it said until it was ready; ended by Ctrl-C and asked how it ended."""
    process = subprocess.Popen(command(folder, ports), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if "press Ctrl-C" in line:
                break
        else:
            pytest.fail(f"the demonstration ended: {said}")
        yield said
    finally:
        process.send_signal(signal.SIGINT)
        said += process.communicate(timeout=60)[0]
    assert process.returncode == 0, said


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def counted(folder: Path, statement: object) -> int:
    database = Database(sqlite_url(folder / "extranet" / "guanjin.db"))
    try:
        with database.read() as session:
            return session.scalar(statement) or 0  # type: ignore[call-overload]
    finally:
        database.close()


def healthy(folder: Path) -> bool:
    """All but those that the script keeps silent are up, and lines are judged."""
    up = select(func.count()).select_from(DeviceState).where(DeviceState.reachability == Reachability.UP)
    return counted(folder, up) >= 35 and counted(folder, select(func.count()).select_from(LineState)) >= 20


def test_the_demo_comes_alive_stops_cleanly_and_goes_on(tmp_path: Path) -> None:
    ports, folder = free_ports(), tmp_path / "demo"
    with demo(folder, ports) as said:
        for port in ports:
            assert f"http://127.0.0.1:{port}" in said
            with urlopen(f"http://127.0.0.1:{port}/login", timeout=10) as page:
                assert page.status == 200
        password = re.findall(r"Demo-[A-Z0-9-]+", said)
        assert within(60, lambda: healthy(folder)), (folder / "extranet" / "guanjin.log").read_text()[-4000:]
        assert within(60, lambda: counted(folder, select(func.count()).select_from(ConfigVersion)) >= 30)
        closed = select(func.count()).select_from(FerryTransfer).where(FerryTransfer.state == Outgoing.CLOSED)
        assert within(90, lambda: counted(folder, closed) == 1), "a file crosses by itself"
        second = subprocess.run(command(folder, ports), cwd=ROOT, capture_output=True, text=True, check=False)
        assert second.returncode != 0
        assert "core.already_running" in second.stderr or "demo.address_taken" in second.stderr
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass
    with demo(folder, ports) as said:
        assert re.findall(r"Demo-[A-Z0-9-]+", said) == password


def test_a_killed_demo_takes_its_instances_with_it(tmp_path: Path) -> None:
    ports, folder = free_ports(), tmp_path / "demo"
    process = subprocess.Popen(command(folder, ports), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert any("press Ctrl-C" in line for line in process.stdout)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)

    def gone() -> bool:
        try:
            instance.require_free(instance.instances(folder, ports)[0])
            instance.require_free(instance.instances(folder, ports)[1])
        except instance.AddressTakenError:
            return False
        return True

    assert within(30, gone)
