"""Files are written whole or not at all, and nobody else may read them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.database import Database
from inventory.handover import files
from inventory.handover.errors import FolderError
from inventory.handover.files import Text, write
from inventory.handover.service import Program, hand_over
from security.audit import Actor, AuditRecord


def test_a_file_that_cannot_be_written_leaves_all_of_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [Text("a", "old"), Text("b", "old")])
    monkeypatch.setattr(files.os, "fsync", _full_after(1))
    with pytest.raises(FolderError):
        write(tmp_path, [Text("a", "new"), Text("b", "new")])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "old"}


def _full_after(count: int) -> Callable[[int], None]:
    """Stands in for os.fsync."""
    calls = iter(range(100))

    def fsync(_: int) -> None:
        if next(calls) >= count:
            raise OSError(28, "No space left on device")

    return fsync


def test_others_may_not_read_them(tmp_path: Path) -> None:
    write(tmp_path / "new", [Text("a", "x")])
    assert (tmp_path / "new" / "a").stat().st_mode & 0o007 == 0


def test_what_lies_in_the_way_is_replaced_and_never_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / "a.part").symlink_to(precious)
    (tmp_path / "a").symlink_to(precious)
    write(tmp_path, [Text("a", "x")])
    assert (precious.read_text(), (tmp_path / "a").read_text()) == ("mine", "x")
    assert not (tmp_path / "a").is_symlink()


def test_what_could_not_be_written_is_not_recorded(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError), database.write() as session:
        hand_over(session, Program.NORNIR, tmp_path / "file", Actor("console:wang", "person"))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRecord)) == 0
