"""How a passphrase comes to a command: by a terminal that does not show it, a descriptor, or a credential."""

import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.commandline import Application
from security.commands.passphrase import CREDENTIAL, AskAtTerminal
from security.vault.errors import PassphraseMissingError
from tests.installation import Installation
from tests.security.vault.places import PASSPHRASE


@pytest.fixture
def written() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        with suppress(OSError):
            os.close(end)


def test_each_question_finds_the_next_line(written: tuple[int, int]) -> None:
    reader, writer = written
    os.write(writer, f"{PASSPHRASE}\n新口令 with blanks \n".encode())
    os.close(writer)
    ask = AskAtTerminal(Application(passphrase_fd=reader))
    assert ask.current("passphrase") == PASSPHRASE
    assert ask.new("passphrase") == "新口令 with blanks "
    with pytest.raises(PassphraseMissingError):
        ask.current("passphrase")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\n"])
def test_a_descriptor_that_says_nothing_is_refused(written: tuple[int, int], content: bytes) -> None:
    reader, writer = written
    os.write(writer, content)
    os.close(writer)
    with pytest.raises(PassphraseMissingError):
        AskAtTerminal(Application(passphrase_fd=reader)).current("passphrase")


def test_a_descriptor_that_is_not_open_is_refused() -> None:
    with pytest.raises(PassphraseMissingError):
        AskAtTerminal(Application(passphrase_fd=999)).current("passphrase")


def test_a_credential_of_the_unit_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / CREDENTIAL).write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert AskAtTerminal(Application()).current("pkcs11") == PASSPHRASE


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(PassphraseMissingError), open(os.devnull) as nothing:  # noqa: PTH123  # a device
        monkeypatch.setattr("sys.stdin", nothing)
        AskAtTerminal(Application()).current("passphrase")


@pytest.mark.slow
def test_at_a_terminal_it_is_typed_twice_and_not_shown(tmp_path: Path) -> None:
    site = Installation(tmp_path / "site", vault={"source": "passphrase"})
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*site._program(), "init"],
        cwd=site.folder,
        env=site._environ(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        for _ in range(2):
            shown += shown_until(ours, b": ")
            os.write(ours, f"{PASSPHRASE}\n".encode())
        shown += shown_until(ours, b"")
        assert process.wait(60) == 0, shown.decode()
    os.close(ours)
    assert b"new passphrase of the vault" in shown
    assert PASSPHRASE.encode() not in shown
    assert [path.name for path in (site.data / "keys").iterdir()] == ["sealed.json"]


def shown_until(descriptor: int, end: bytes) -> bytes:
    """What the terminal shows, up to `end`; or all of it until the program has gone."""
    shown = b""
    while not end or not shown.endswith(end):
        try:
            piece = os.read(descriptor, 1024)
        except OSError:  # EIO: the other end is closed
            return shown
        if not piece:
            return shown
        shown += piece
    return shown
