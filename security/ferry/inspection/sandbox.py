"""Runs the inspecting child: one process a file, limited, without network where bubblewrap is asked for.

The child gets the open file and nothing else: no path, no name on its command line, no environment. Whatever happens
to it (a crash, a time-out, an answer that makes no sense), the worker goes on and the file is not inspected, which
means blocked.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from security.ferry import canonical
from security.ferry.errors import FerryError, SandboxMissingError
from security.ferry.inspection import report
from security.ferry.inspection.child import ANSWER_BYTES
from security.ferry.inspection.limits import MIB, ArchiveBudget
from security.ferry.inspection.report import FileReport
from security.ferry.levels import Level

_ROOT = Path(__file__).resolve().parents[3]
_START = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from security.ferry.inspection.child import main; main()"
_LEAST_S, _PER_S = 20, 2 * MIB


@dataclass(frozen=True)
class Question:
    """What is asked about one file."""

    sha256: str
    name: str
    declared: Level
    formats: frozenset[str]
    archive: ArchiveBudget


class Sandbox:
    def __init__(self, confine: Literal["rlimit", "bubblewrap"] = "rlimit") -> None:
        self._prefix = _bubblewrap() if confine == "bubblewrap" else ()

    def inspect(self, file: BinaryIO, question: Question) -> FileReport:
        size = os.fstat(file.fileno()).st_size
        seconds = _LEAST_S + size // _PER_S
        with tempfile.TemporaryFile() as answer:
            reason = self._run(file, _request(question, seconds), answer, seconds)
            if reason:
                return report.not_inspected(question.sha256, reason)
            answer.seek(0)
            return _answer(answer.read(ANSWER_BYTES), question.sha256)

    def _run(self, file: BinaryIO, request: bytes, answer: BinaryIO, seconds: int) -> str:
        """The reason why there is no answer; empty if the child ended well."""
        command = [*self._prefix, sys.executable, "-I", "-B", "-c", _START, str(file.fileno())]
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own code
            command,
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            pass_fds=(file.fileno(),),
            env={},
            start_new_session=True,
        )
        try:
            child.communicate(request, timeout=2 * seconds)
        except subprocess.TimeoutExpired:
            return "time"
        finally:
            _end(child)
        return "" if child.returncode == 0 else "crash"


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Nothing of the child's process group outlives the call."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _request(question: Question, seconds: int) -> bytes:
    return json.dumps(
        {
            "archive": question.archive.as_mapping(),
            "cpu_s": seconds,
            "declared": question.declared.code,
            "formats": sorted(question.formats),
            "name": question.name,
        }
    ).encode()


def _answer(data: bytes, sha256: str) -> FileReport:
    try:
        given = report.from_answer(json.loads(data), sha256)
        canonical.encode(given.value())
    except (ValueError, RecursionError, FerryError):
        return report.not_inspected(sha256, "answer")
    return given


def _bubblewrap() -> Sequence[str]:
    """No network, no writable place, no other process, nothing of the host but the interpreter and this code."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxMissingError(program="bubblewrap")
    needed = [Path("/usr"), Path(sys.base_prefix), Path(sys.prefix), _ROOT / "security"]
    read_only = [part for path in dict.fromkeys(needed) for part in ("--ro-bind", str(path), str(path))]
    links = [
        part
        for name in ("bin", "lib", "lib64")
        if Path("/", name).is_symlink()
        for part in ("--symlink", f"usr/{name}", f"/{name}")
    ]
    confined = ("--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL")
    # The root itself is a file system in memory; what is mounted on it is read-only already.
    closed = ("--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/")
    return (program, *confined, *read_only, *links, *closed, "--chdir", "/", "--")
