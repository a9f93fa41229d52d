"""The medium: a folder where a disc, or what stands for one, is mounted.

    NAME.fry.part  --write, fsync-->  NAME.fry  --read back-->  NAME.ok   (size and SHA-256; nothing is taken without)

Names on a medium are nobody's to trust: only plain names are looked at, links are not followed, and a bundle whose
size is not the one that its `.ok` states is not there yet.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from security.ferry import canonical
from security.ferry.carriers.base import Health, Parcel
from security.ferry.errors import FerryError, MediumFullError, MediumUnusableError
from security.ferry.fields import Fields
from security.ferry.store import sync_folder

MOST = 1000  # bundles looked at in one poll
_MARGIN = 1024 * 1024
_OK_BYTES = 4096
_CHUNK = 1024 * 1024
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}\Z")
_NOFOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC


class MediumCarrier:
    """One folder on the medium. The folder of a link is made by the sender; a receiver only reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        return self._folder

    def preflight(self, size: int) -> None:
        health = self.health()
        if health.problem:
            raise MediumUnusableError(path=self._folder, problem=health.problem)
        if health.free < size + _MARGIN:
            raise MediumFullError(path=self._folder, free=health.free, needed=size)

    def health(self) -> Health:
        mounted = self._folder if self._folder.is_dir() else self._folder.parent
        if not mounted.is_dir():
            return Health("missing", 0)
        found = os.statvfs(mounted)
        free = found.f_bavail * found.f_frsize
        return Health("" if os.access(mounted, os.W_OK) else "read_only", free)

    def offer(self, parcel: Parcel, source: BinaryIO) -> None:
        if self.offered(parcel):
            return
        self._folder.mkdir(exist_ok=True)
        target = self._path(parcel, ".fry")
        self._write(target, source)
        if _hash(target) != parcel.sha256:
            target.unlink()
            raise MediumUnusableError(path=self._folder, problem="read_back")
        note = canonical.encode({"sha256": parcel.sha256, "size": parcel.size})
        _write_whole(self._path(parcel, ".ok"), note)

    def offered(self, parcel: Parcel) -> bool:
        try:
            note = self._note(self._path(parcel, ".ok"))
        except (OSError, FerryError):
            return False
        return note == parcel and _hash(self._path(parcel, ".fry")) == parcel.sha256

    def poll(self) -> Iterator[Parcel]:
        if not self._folder.is_dir():
            return
        for path in islice(sorted(self._folder.glob("*.ok")), MOST):
            try:
                parcel = self._note(path)
                size = self._path(parcel, ".fry").lstat().st_size
            except (OSError, FerryError):
                continue
            if size == parcel.size:
                yield parcel

    def fetch(self, parcel: Parcel) -> BufferedReader:
        path = self._path(parcel, ".fry")
        try:
            return os.fdopen(os.open(path, os.O_RDONLY | _NOFOLLOW), "rb")
        except OSError as error:
            raise MediumUnusableError(path=path, problem=error.strerror) from error

    def _path(self, parcel: Parcel, suffix: str) -> Path:
        if not _NAME.match(parcel.name):
            raise MediumUnusableError(path=self._folder, problem="name")
        return self._folder / (parcel.name + suffix)

    def _note(self, path: Path) -> Parcel:
        with os.fdopen(os.open(path, os.O_RDONLY | _NOFOLLOW), "rb") as file:
            fields = Fields(canonical.decode(file.read(_OK_BYTES + 1), part="ok", limit=_OK_BYTES), "ok")
        parcel = Parcel(path.stem, fields.number("size"), fields.octets("sha256", 32).hex())
        fields.done()
        return parcel

    def _write(self, target: Path, source: BinaryIO) -> None:
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o640), "wb") as file:
                while data := source.read(_CHUNK):
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise MediumUnusableError(path=self._folder, problem=error.strerror) from error
        sync_folder(self._folder)


def _write_whole(target: Path, data: bytes) -> None:
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o640), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)


def _hash(path: Path) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY | _NOFOLLOW), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
