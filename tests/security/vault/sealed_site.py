"""A real installation whose master keys are sealed by a passphrase, which every start gets through a descriptor."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.console import PASSWORD, Console
from tests.durability.site import Site
from tests.security.vault.places import PASSPHRASE


class SealedSite(Site):
    """`said` is all that its commands have written, to be searched."""

    passphrase = PASSPHRASE
    said = b""

    @contextmanager
    def told(self) -> Iterator[int]:
        """The descriptor, with the passphrase for the two questions that a command may have."""
        reader, writer = os.pipe()
        os.write(writer, f"{self.passphrase}\n".encode() * 2)
        os.close(writer)
        try:
            yield reader
        finally:
            os.close(reader)

    def command_telling(self, descriptor: int, *arguments: str) -> list[str]:
        return [*self._program(), "--passphrase-fd", str(descriptor), *arguments]

    def guanjin(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        with self.told() as descriptor:
            done = subprocess.run(
                self.command_telling(descriptor, *arguments),
                check=False,
                cwd=self.folder,
                env=self._environ(),
                input=stdin.encode(),
                capture_output=True,
                pass_fds=[descriptor],
            )
        if arguments[0] != "init":
            self.said += done.stdout + done.stderr
        assert done.returncode == code, (arguments, done.stdout.decode(), done.stderr.decode())
        return done.stdout.decode()

    def start(self) -> None:
        with self.told() as descriptor, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command_telling(descriptor, "up"),
                cwd=self.folder,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[descriptor],
            )


def first_log_in(site: Site, login: str, new_password: str) -> Console:
    """Whoever was named by somebody else at the set-up has to choose a password of their own first."""
    console = Console(site.url)
    console.log_in(login)
    fields = {"current": PASSWORD, "new": new_password, "repeat": new_password}
    assert 'name="current"' not in console.submit("/password", fields)
    return console
