"""Which files of the data folder a backup holds.

Everything but the database (which is taken row by row), the master keys (which are in it sealed to the recovery key),
locks and sockets, unfinished files, and the measurements for charts unless they are asked for.
"""

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

HISTORY: Final = "history"
SETTINGS: Final = "settings"
_LEFT_OUT = frozenset({"keys", "run", "spool", SETTINGS})
_SQLITE = b"SQLite format 3\0"
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")
_UNFINISHED = (".part", ".new")


def files_of(data: Path, *, history: bool, but: frozenset[Path]) -> Iterator[Path]:
    """Regular files, sorted; links are not followed. `but` are folders and files that are not wanted."""
    left_out = _LEFT_OUT if history else _LEFT_OUT | {HISTORY}
    for folder, folders, names in os.walk(data):
        here = Path(folder)
        folders[:] = sorted(
            name for name in folders if not (here == data and name in left_out) and (here / name).resolve() not in but
        )
        for name in sorted(names):
            path = here / name
            if _wanted(path) and path.resolve() not in but:
                yield path


def _wanted(path: Path) -> bool:
    if path.name.endswith((*_UNFINISHED, *_BESIDE_SQLITE)):
        return False
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[BinaryIO | None]:
    """A file as it is at one moment; None where it has gone since it was listed. A database that others write into is
    copied by its own means first.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        if file.read(len(_SQLITE)) == _SQLITE:
            with _copied(path, scratch) as copy:
                yield copy
            return
        file.seek(0)
        yield file


@contextmanager
def _copied(path: Path, scratch: Path) -> Iterator[BinaryIO]:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        target = Path(folder) / "copy"
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(target)) as sink:
            source.backup(sink, pages=1000)
        with target.open("rb") as file:
            yield file


def sound(path: str) -> bool:
    """Whether a path out of a backup stays inside the folder that it is restored to."""
    parts = path.split("/")
    return bool(path) and "\0" not in path and not any(part in {"", ".", ".."} for part in parts)
