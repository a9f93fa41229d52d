"""The child process: it answers, and whatever befalls it means not inspected."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

from security.ferry.errors import SandboxMissingError
from security.ferry.inspection import report, sandbox
from security.ferry.inspection.findings import STAGES
from security.ferry.inspection.limits import MIB, ArchiveBudget
from security.ferry.inspection.report import FileReport, Report
from security.ferry.inspection.sandbox import Question, Sandbox
from security.ferry.levels import Level
from security.ferry.policy import FORMATS
from tests.security.ferry.inspection import samples

BUDGET = ArchiveBudget(depth=2, members=50, total_bytes=20 * MIB, ratio=100)


def on_disk(data: bytes) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the test
    file.write(data)
    file.flush()
    return file


def ask(name: str, data: bytes, confine: str = "rlimit") -> FileReport:
    question = Question("00" * 32, name, Level.INTERNAL, FORMATS, BUDGET)
    with on_disk(data) as file:
        return Sandbox(confine).inspect(file, question)  # type: ignore[arg-type]


def test_the_child_reports_and_the_report_survives_its_encoding() -> None:
    given = ask("说明.docx", samples.docx())
    assert given.passes
    assert given.kind == "docx"
    whole = Report("11" * 32, (given, ask("a.txt", "机密★".encode())))
    assert report.decode(whole.encode()) == whole
    assert not whole.passes
    assert whole.files[1].detected is Level.SECRET


def test_a_missing_verdict_blocks() -> None:
    given = ask("a.txt", b"text")
    assert given.passes
    for left in range(len(STAGES)):
        verdicts = given.verdicts[:left] + given.verdicts[left + 1 :]
        assert not FileReport(given.sha256, given.kind, given.detected, verdicts).passes
    assert not Report("11" * 32, ()).passes


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.abort()", "crash"),
        ("raise SystemExit(3)", "crash"),
        ("print('{}')", "answer"),
        ("print('[' * 100000)", "answer"),
        ('print(\'{"kind":"txt","detected":"public","verdicts":[{}]}\')', "answer"),
        ("import sys; sys.stdout.write('x' * 5_000_000)", "answer"),
        ("while True: pass", "time"),
    ],
)
def test_a_child_that_fails_means_not_inspected(code: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_START", code)
    monkeypatch.setattr(sandbox, "_LEAST_S", 1)
    given = ask("a.txt", b"text")
    assert not given.passes
    assert given.findings[0].facts == {"reason": reason}


def test_the_child_cannot_eat_memory_or_write_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from security.ferry.inspection import child

    limits = f"import sys; sys.path.insert(0, {str(sandbox._ROOT)!r}); from security.ferry.inspection import child; "
    limits += f"child._limit(5, {child._MEMORY}); "
    monkeypatch.setattr(sandbox, "_START", limits + "bytes(2 << 30)")
    assert not ask("a.txt", b"text").passes
    target = tmp_path / "big"
    monkeypatch.setattr(sandbox, "_START", limits + f"open({str(target)!r}, 'wb').write(bytes(3 << 20))")
    assert not ask("a.txt", b"text").passes
    assert not target.exists() or target.stat().st_size <= child.ANSWER_BYTES


@pytest.mark.slow
def test_inside_bubblewrap_there_is_no_network_no_host_and_no_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask("a.docx", samples.docx(), "bubblewrap").passes
    for code in (
        "open('/etc/passwd')",
        "open('/x', 'w')",
        "open('/dev/x', 'w')",
        f"import pathlib; pathlib.Path({str(sandbox._ROOT)!r}, 'x').touch()",
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import os; os.kill(int(os.environ['PPID']), 0)",
    ):
        monkeypatch.setattr(sandbox, "_START", code)
        assert ask("a.txt", b"text", "bubblewrap").findings[0].facts == {"reason": "crash"}


def test_a_missing_sandbox_refuses_instead_of_inspecting_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SandboxMissingError):
        Sandbox("bubblewrap")


def test_the_child_imports_nothing_but_the_standard_library() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(sandbox._ROOT)!r}); import security.ferry.inspection.child; "
        "print([m for m in sys.modules if m.split('.')[0] in ('babel', 'cryptography', 'sqlalchemy', 'core')])"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "[]"


def test_names_are_on_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    real = subprocess.Popen

    def spy(command: list[str], **options: object) -> object:
        seen.extend([command, options["env"]])
        return real(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", spy)
    ask("绝不外泄.txt", b"text")
    assert "绝不外泄" not in str(seen)
