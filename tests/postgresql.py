"""A real PostgreSQL cluster of the suite's own, on a socket in its own folder."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self
from urllib.parse import quote

from psycopg import connect
from psycopg.sql import SQL, Composed, Identifier

from tests.scratch import scratch

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]

# What is killed here are processes, never the machine; its cache keeps what they wrote.
QUICK = "-c fsync=off -c full_page_writes=off"


class Cluster:
    """Runs as `postgres` when the suite runs as root, because PostgreSQL refuses root."""

    def __init__(self) -> None:
        # Not pytest's folder: it is closed to other users.
        self._home = Path(mkdtemp(prefix="gjpg", dir=scratch()))
        self._data = self._home / "data"
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._numbers = count(1)

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._home, "postgres")
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._home)

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self._home} -c max_connections=300 -c shared_buffers=64MB {QUICK}"
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._home / "log"), "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A new database, empty or a copy; yields its address."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        # By its files: to write it all to the log first takes longer.
        copied = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._ask(copied.format(Identifier(name), Identifier(template)))
        yield f"postgresql://{self._user}@/{name}?host={quote(str(self._home), safe='')}"
        self._ask(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def _ask(self, statement: Composed) -> None:
        with connect(host=str(self._home), user=self._user, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES[0] / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(
            command,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
