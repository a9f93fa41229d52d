"""The agents that are polled: farm.c and usm.c, compiled when it is used."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench import cpu

FOLDER: Final = Path(__file__).parent
SOURCES: Final = (FOLDER / "farm.c", FOLDER / "usm.c")
PARTS: Final = (*SOURCES, FOLDER / "farm.h")
BUILD: Final = Path(__file__).resolve().parent.parent / "build" / "bench"
PORT: Final = 16161


def compiled() -> Path:
    """The farm's program; anew when its source is."""
    program = BUILD / "farm"
    if not program.exists() or program.stat().st_mtime < max(part.stat().st_mtime for part in PARTS):
        BUILD.mkdir(parents=True, exist_ok=True)
        # OpenSSL calls its SHA1_Update deprecated; what replaces it allocates for each message.
        flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-Wno-deprecated-declarations"]
        subprocess.run(["gcc", *flags, "-o", program, *SOURCES, "-lcrypto", "-lm"], check=True)
    return program


class Farm:
    """`with Farm(48) as farm:` every IPv4 address of this machine has an agent with 48 ports at `farm.port`."""

    def __init__(self, ports: int, *, idle_percent: int = 0, port: int = PORT) -> None:
        self.port = port
        self.answers = 0
        self.cpu_s = 0.0
        self._command = [str(compiled()), str(port), str(ports), str(idle_percent)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        if self._process.stdout is None or self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the farm did not start")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """`answers` and `cpu_s` are known from now on."""
        self.cpu_s = cpu.seconds(self._process.pid)
        self._process.terminate()
        said, _ = self._process.communicate(timeout=10)
        self.answers = int(said)
