"""The folder of the master keys, and how a file in it is replaced: whole or not at all, the old bytes overwritten."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from security.errors import KeyFileError, KeyReadableError
from security.vault.errors import RotationRunningError

LARGEST = 65536
ASIDE = ".new"


def folder_of(data: Path) -> Path:
    return data / "keys"


@contextmanager
def alone(data: Path, *, wait: bool) -> Iterator[None]:
    """Only one process changes the keys; the kernel lets go however it ends. Raises RotationRunningError."""
    folder = folder_of(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        for left in folder.glob(f"*{ASIDE}"):  # whoever holds the lock may take what lies aside for left behind
            destroy(left)
        yield
    except BlockingIOError:
        raise RotationRunningError(path=folder) from None
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Durable when it returns; a power cut leaves the old file or the new one. Then the old bytes are overwritten."""
    aside = path.with_suffix(ASIDE)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    before = _handle(path)
    aside.replace(path)
    _sync(path.parent)
    if before is not None:
        _blank(before)


def destroy(path: Path) -> None:
    """Overwrite and remove; gone afterwards, whether or not it was there."""
    before = _handle(path)
    path.unlink(missing_ok=True)
    _sync(path.parent)
    if before is not None:
        _blank(before)


def read(path: Path) -> bytes:
    """A file that nobody but its owner may read. Raises FileNotFoundError, KeyReadableError, KeyFileError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyFileError(path=path, reason=error.strerror) from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise KeyFileError(path=path, reason="not a regular file")
        if found.st_mode & 0o077:
            raise KeyReadableError(path=path, mode=f"{stat.S_IMODE(found.st_mode):04o}")
        return file.read(LARGEST)


def _handle(path: Path) -> int | None:
    """Keeps hold of a file's bytes while its name goes to another."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


def _blank(descriptor: int) -> None:
    """Reaches the blocks of a plain disk and file system; a drive that moves blocks keeps copies (see the docs). Bytes
    that have another name still are somebody's own copy.
    """
    try:
        found = os.fstat(descriptor)
        if found.st_nlink == 0:
            os.pwrite(descriptor, b"\0" * found.st_size, 0)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
