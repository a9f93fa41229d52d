"""Those who write while processes are killed, and remember what was acknowledged."""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from urllib.error import URLError

from core.i18n import ROOT
from tests.console import PASSWORD, Console
from tests.durability.site import Site

Told = dict[str, Any]


class Program:
    """`tests.durability.writer` as a subprocess; a new one under a new name after each kill."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._runs = count(1)
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.told: list[Told] = []

    def start(self, run: str = "") -> None:
        command = [sys.executable, "-m", "tests.durability.writer", str(self._site.config)]
        self._process = subprocess.Popen(
            [*command, run or f"run{next(self._runs)}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,))
        self._reader.start()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        assert self._process is not None
        assert self._reader is not None
        self._reader.join()
        return self._process.wait()

    def finish(self) -> None:
        self.kill()
        self.start("finish")
        assert self.wait() == 0

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.endswith("}\n"):  # the last one of a killed program may be half a line
                    self.told.append(json.loads(line))


class Person:
    """Creates accounts in the console, one after the other; what the console confirmed is `told`."""

    def __init__(self, site: Site) -> None:
        self._console = Console(site.url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.told: list[Told] = []
        self.refused = 0

    def start(self) -> None:
        self._console.log_in("system_admin")
        own = PASSWORD[::-1]
        self._console.submit("/password", {"current": PASSWORD, "new": own, "repeat": own})
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        for number in count(1):
            if self._stop.wait(0.5):
                return
            login = f"person{number}"
            try:
                page = self._console.submit(
                    "/accounts/new", {"login": login, "name": f"Person {number}", "password": PASSWORD, "unit": ""}
                )
            except (URLError, ConnectionError, TimeoutError, http.client.HTTPException):
                self.refused += 1
                continue
            if login not in page:
                raise AssertionError(page)
            self.told.append({"wrote": "account", "name": login})


@contextmanager
def writing(site: Site) -> Iterator[tuple[Program, Person]]:
    program, person = Program(site), Person(site)
    program.start()
    try:
        person.start()
        yield program, person
    finally:
        person.stop()
        program.kill()
