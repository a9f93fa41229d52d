"""What log-ins cost the others: pages asked for while sixteen clients do nothing but log in, against the same in peace.

Every attempt computes an Argon2id hash of 64 MiB. Hashing is bounded to two at once, and log-ins to half of the threads
that answer requests; the rest of the console must not notice.
"""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.figures import Figure
from core.database import Database
from core.settings import load
from security import accounts, setup
from security.accounts import NewAccount
from security.audit import SYSTEM
from security.passwords import PasswordPolicy
from security.roles import THREE_ADMINISTRATORS
from security.setup import Administrator

ROOT: Final = Path(__file__).resolve().parent.parent
CLIENTS: Final = 16
REQUESTS: Final = 200
PASSWORD: Final = "several words that do not belong together"  # noqa: S105  # of a throw-away installation
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def measure(rounds: int) -> list[Figure]:
    with _console() as port:
        cookie = Client(port).log_in("reader", PASSWORD)
        calm, loaded, answered = [], [], []
        for _ in range(rounds):
            calm.append(_page_times(port, cookie))
            with _hammering(port) as counter:
                loaded.append(_page_times(port, cookie))
            answered.append(counter.value)
    return [
        Figure("login", "p99 of a page, in peace", statistics.median(map(_p99, calm)), "ms"),
        Figure(
            "login", f"p99 of a page, {CLIENTS} clients logging in", statistics.median(map(_p99, loaded)), "ms", 500.0
        ),
        Figure("login", "median of a page meanwhile", statistics.median(map(statistics.median, loaded)), "ms"),
        Figure("login", "log-ins answered meanwhile", statistics.median(answered), ""),
    ]


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


@dataclass
class Client:
    """One connection that is kept."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[http.client.HTTPResponse, str]:
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        return answer, answer.read().decode()

    def log_in(self, login: str, password: str) -> str:
        """The session's cookie; empty where it was refused."""
        answer, text = self.ask("GET", "/login")
        visitor = (answer.headers["Set-Cookie"] or "").partition(";")[0]
        token = re.search(r'name="csrf_token" value="(\w+)"', text)
        form = urlencode({"csrf_token": token[1] if token else "", "login": login, "password": password})
        answer, _ = self.ask("POST", "/login", form, Cookie=visitor, **FORM)
        return (answer.headers["Set-Cookie"] or "").partition(";")[0] if answer.status == 303 else ""  # noqa: PLR2004


def _page_times(port: int, cookie: str) -> list[float]:
    """Milliseconds of each request, one after the other with a pause, as a person's browser asks."""
    client, times = Client(port), []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        answer, _ = client.ask("GET", "/status", Cookie=cookie)
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"the page answered {answer.status}")
        time.sleep(0.01)
    return times


@dataclass
class Counter:
    value: int = 0


@contextlib.contextmanager
def _hammering(port: int) -> Iterator[Counter]:
    """Another name each time, so that no lock-out spares the hash."""
    over, counter = threading.Event(), Counter()

    def hammer(number: int) -> None:
        client, tried = Client(port), 0
        while not over.is_set():
            client.log_in(f"nobody-{number}-{tried}", "not a password")
            tried += 1
            counter.value += 1

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield counter
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def _console() -> Iterator[int]:
    folder = Path(tempfile.mkdtemp(prefix="gj."))
    config = folder / "guanjin.toml"
    port = _free_port()
    config.write_text(f'[storage]\ndata = "{folder}/var"\n[web]\nlisten_port = {port}\n', encoding="utf-8")
    command = [sys.executable, str(ROOT / "guanjin.py"), "--config", str(config)]
    subprocess.run([*command, "init"], check=True, capture_output=True)
    _furnish(config)
    environment = {**os.environ, "GUANJIN_PARENT": str(os.getpid())}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "process", "web"], stderr=log, env=environment)
    try:
        _until_it_answers(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(folder)


def _furnish(config: Path) -> None:
    database = Database(load(config, {}).database_url)
    hashed = PasswordPolicy(12).accept(PASSWORD, login="reader")
    with database.write() as session:
        token = setup.issue_token(session)
        persons = {role: Administrator(role.value, f"Person {role.value}", hashed) for role in THREE_ADMINISTRATORS}
        setup.complete_setup(session, token, persons)
        accounts.create(session, NewAccount("reader", "Reader", must_change_password=False), hashed, actor=SYSTEM)
    database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            Client(port).ask("GET", "/health")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
