"""A real installation for the tests: its own folder, its own ports, run by the real command line."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from core.i18n import ROOT
from tests.processes import is_running

T = TypeVar("T")
DEADLINE_S = 60.0


def until(look: Callable[[], T], what: str, seconds: float = DEADLINE_S) -> T:
    """The first true answer of `look`; fails with `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := look():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """`with Installation(tmp_path) as site:` initialises it; `site.up()` starts its processes."""

    def __init__(self, folder: Path, **settings: Mapping[str, Any]) -> None:
        self.folder = folder
        self.data = folder / "var"
        self.port = free_port()
        self.token = ""
        self._config = folder / "guanjin.toml"
        self._process: subprocess.Popen[bytes] | None = None
        merged = {"storage": {"data": str(self.data)}, "web": {"listen_port": self.port}}
        for section, values in settings.items():
            merged.setdefault(section, {}).update(values)
        folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(_toml(merged), encoding="utf-8")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "up.log"

    def __enter__(self) -> Self:
        self.token = self.guanjin("init").strip()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.down()
        if error is not None and self.log.exists():
            sys.stderr.write(self.log.read_text(encoding="utf-8")[-6000:])

    def guanjin(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        """Run a command; its standard output. Fails unless it leaves with `code`."""
        done = subprocess.run(
            [*self._program(), *arguments],
            check=False,
            cwd=self.folder,
            env=self._environ(),
            input=stdin,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, (
            f"guanjin {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.guanjin(*arguments, "--json"))

    def up(self) -> None:
        # After kill() the web of before may still be about to end: its last answer says nothing of the next one.
        before = self.pids().get("web") if self.log.exists() else None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program(), "up"], cwd=self.folder, env=self._environ(), stdout=log, stderr=log
            )
        until(lambda: (before is None or not is_running(before)) and self._answers(), "the console answers")

    def down(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """Kill -9 of the supervisor."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def pids(self) -> dict[str, int]:
        """The running processes by name, as the log tells them."""
        found = re.findall(r" (\w+) started, process (\d+)", self.log.read_text(encoding="utf-8"))
        return {name: int(pid) for name, pid in found}

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            body: bytes = answer.read()
            return body.decode()

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"guanjin up ended with {self._process.returncode}")
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def _program(self) -> list[str]:
        return [sys.executable, str(ROOT / "guanjin.py"), "--config", str(self._config)]

    def _environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GUANJIN_")}
        return {**kept, "GUANJIN_LANGUAGE": "en", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "default"}


def _toml(settings: Mapping[str, Mapping[str, Any]]) -> str:
    """JSON's strings, numbers and booleans are TOML's as well."""
    lines = []
    for section, values in settings.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join([*lines, ""])
