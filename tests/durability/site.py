"""An installation that is started, signalled and killed in every way."""

import os
import signal
import subprocess
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from core.database import Database
from core.i18n import ROOT
from core.jobs.models import JobWorker
from core.settings import Settings, load
from tests.installation import Installation, until

PATIENCE_S = 60


class Site(Installation):
    """`run_as` is put before the command, such as `setpriv`."""

    run_as: tuple[str, ...] = ()

    @property
    def config(self) -> Path:
        return self._config

    def command(self, *arguments: str) -> list[str]:
        return [*self._program(), *arguments]

    def settings(self) -> Settings:
        return load(self._config, {})

    def open(self) -> Database:
        return Database(self.settings().database_url)

    def start(self) -> None:
        """`guanjin up` in a process group of its own, as a shell starts it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command("up"),
                cwd=self.folder,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def up(self) -> None:
        self.start()
        until(self._answers, "the console answers")

    def up_and_working(self) -> None:
        """Console, poller and worker have all come so far that they do what they are for."""
        self.up()
        until((self.data / "run" / "poller.sock").exists, "the poller answers")
        until(self.works, "the worker is there")

    def refusal(self, command: str = "up") -> tuple[int, str]:
        """Exit code and words of a command that ends by itself."""
        done = subprocess.run(
            [*self.run_as, *self.command(command)],
            check=False,
            cwd=self.folder,
            env=self._environ(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.returncode, done.stdout + done.stderr

    def signal(self, number: signal.Signals, *, whole_group: bool) -> None:
        assert self._process is not None
        if whole_group:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def ended(self) -> int:
        """The exit code of `up`, which ends by itself."""
        assert self._process is not None
        code = self._process.wait(PATIENCE_S)
        self._process = None
        return code

    def answers(self) -> bool:
        return self._answers()

    def status(self, path: str) -> int:
        """The console's status; 0 where there is no console."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=40) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def words(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def processes(self) -> list[int]:
        """Every process alive whose command line names this installation, with what it started."""
        found = {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and self._is_ours(path)}
        return sorted(found)

    def works(self) -> bool:
        """The worker that the supervisor started last has begun to look for jobs."""
        database = self.open()
        try:
            with database.read() as session:
                pids = set(session.scalars(select(JobWorker.pid).where(JobWorker.stopped_at.is_(None))))
        finally:
            database.close()
        return self.pids().get("worker") in pids

    def kill_all(self) -> None:
        """All at one moment, as far as that can be: what a power cut does to processes."""
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        self.kill()
        for pid in self.pids().values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_child(self, name: str) -> None:
        """Kill -9, and wait until its successor has been started."""
        before = self.pids()[name]
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pids()[name] != before, f"{name} is started again")

    def orphans(self) -> list[int]:
        """Inspecting processes that outlived their worker."""
        found = []
        for path in Path("/proc").iterdir():
            try:
                command, status = (path / "cmdline").read_bytes(), (path / "status").read_text()
            except OSError:
                continue
            if f"{str(ROOT)!r}".encode() in command and b"inspection.child" in command and "\nPPid:\t1\n" in status:
                found.append(int(path.name))
        return found

    def _is_ours(self, path: Path) -> bool:
        try:
            command, environ = (path / "cmdline").read_bytes(), (path / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False
        return str(self._config).encode() in command or str(self.folder).encode() in environ
