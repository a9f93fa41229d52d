"""Content-addressed store: a file is known by its SHA-256 and nothing else, and is whole or absent.

Nothing a user chose (a name, a level) is on the disk. Every path is made in `_path`, from a checked hash only. A new
object is written to a `.part` file that nobody else can have opened, synced, renamed into place, and the folder is
synced; so a power cut leaves a stray `.part`, which `sweep` removes, and never half an object.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from cryptography.hazmat.primitives.hashes import SM3, Hash

from security.ferry.errors import ObjectAlteredError, ObjectMissingError

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CHUNK = 1024 * 1024
_NOFOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Stored:
    """An object as it was written: size in bytes, hashes in hexadecimal; `sm3` is empty where it was not asked for."""

    size: int
    sha256: str
    sm3: str


class ObjectStore:
    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _path(self, sha256: str) -> Path:
        """The only place where a path in the store is made."""
        if not _HASH.match(sha256):
            raise ObjectMissingError(sha256=sha256[:64])
        return self._root / sha256[:2] / sha256[2:]

    def writer(self, *, sm3: bool = True) -> "ObjectWriter":
        """`sm3=False` for objects whose SM3 nobody asks for, such as sealed bundles: it is the slower of the two."""
        return ObjectWriter(self._root, sm3=sm3)

    def put(self, source: BinaryIO, *, limit: int) -> Stored | None:
        """Copy a stream in; None, and nothing kept, when it is longer than `limit`."""
        with self.writer() as writer:
            while data := source.read(min(_CHUNK, limit + 1 - writer.size)):
                writer.write(data)
                if writer.size > limit:
                    return None
            return writer.commit()

    def open(self, sha256: str) -> BufferedReader:
        try:
            return os.fdopen(os.open(self._path(sha256), os.O_RDONLY | _NOFOLLOW), "rb")
        except OSError:
            raise ObjectMissingError(sha256=sha256) from None

    def size(self, sha256: str) -> int:
        with self.open(sha256) as file:
            return os.fstat(file.fileno()).st_size

    def check(self, sha256: str) -> None:
        """The object still is what its name says."""
        with self.open(sha256) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise ObjectAlteredError(sha256=sha256)

    def remove(self, sha256: str) -> None:
        """Gone afterwards, whether or not it was there."""
        path = self._path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            sync_folder(path.parent)

    def sweep(self, *, before: float, wanted: Callable[[str], bool]) -> int:
        """Remove objects and leftovers of interrupted writers last touched before a moment (Unix seconds).

        What is younger may still be waiting for the transaction that will name it; what is `wanted` stays.
        """
        removed = 0
        for path in [*self._root.glob("*.part"), *self._root.glob("??/*")]:
            sha256 = path.parent.name + path.name
            if path.lstat().st_mtime < before and not (_HASH.match(sha256) and wanted(sha256)):
                path.unlink(missing_ok=True)
                removed += 1
        return removed


class ObjectWriter:
    """One new object. Left without `commit`, nothing of it remains."""

    def __init__(self, root: Path, *, sm3: bool) -> None:
        self._root = root
        self._part = root / f"{secrets.token_hex(16)}.part"
        self._file = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600), "wb")
        self._sha256, self._sm3 = hashlib.sha256(), Hash(SM3()) if sm3 else None
        self.size = 0
        self._stored: Stored | None = None

    def write(self, data: bytes | memoryview) -> int:
        self._file.write(data)
        self._sha256.update(data)
        if self._sm3:
            self._sm3.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> Stored:
        """Everything on the disk; the file is closed, so that many waiting writers hold no descriptors."""
        if self._stored is None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            sm3 = self._sm3.finalize().hex() if self._sm3 else ""
            self._stored = Stored(self.size, self._sha256.hexdigest(), sm3)
        return self._stored

    def commit(self) -> Stored:
        stored = self.flush()
        folder = self._root / stored.sha256[:2]
        folder.mkdir(mode=0o700, exist_ok=True)
        self._part.replace(folder / stored.sha256[2:])
        sync_folder(folder)
        sync_folder(self._root)
        return stored

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)


def write_new(target: Path, source: BinaryIO) -> None:
    """Write a file that is whole or absent; raises FileExistsError instead of replacing one."""
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600), "wb") as file:
            while data := source.read(_CHUNK):
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
