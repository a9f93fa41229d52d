"""The files that a person names: single ones, a folder, or one zip; bounded before anything of them is parsed."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile

from inventory.errors import LedgerDamagedError, LedgerTooLargeError
from inventory.foreign.errors import ForeignDamagedError, ForeignMissingError, ForeignTooLargeError, ForeignTooManyError
from inventory.ledger.archive import open_archive
from inventory.ledger.opening import ZIP
from inventory.ledger.text import clean

MOST_BYTES: Final = 64 * 1024 * 1024  # of all files together, unpacked
MOST_FILES: Final = 2000


@dataclass(frozen=True)
class Source:
    """One file's name, as it is shown, and its content."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Sources:
    """What is brought in together, under one name."""

    name: str
    files: tuple[Source, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the one file; of several, of what `sha256sum` prints of them, in the order of their names."""
        if len(self.files) == 1:
            return self.files[0].digest
        lines = sorted((source.name, source.digest) for source in self.files)
        return hashlib.sha256("".join(f"{digest}  {name}\n" for name, digest in lines).encode()).hexdigest()


def gather(paths: Sequence[Path]) -> Sources:
    """Raises ForeignError; files that begin with a dot, and folders within folders, are passed over."""
    return _bounded((clean(path.resolve().name), _files(path)) for path in paths)


def unpacked(files: Sequence[Source]) -> Sources:
    """As `gather`, of files that are here already, an archive in place of what is in it. Raises ForeignError."""
    return _bounded((clean(file.name), _contents(file.name, file.content)) for file in files)


def _bounded(parts: Iterable[tuple[str, Iterator[Source]]]) -> Sources:
    names: list[str] = []
    found: list[Source] = []
    size = 0
    for name, sources in parts:
        names.append(name)
        for source in sources:
            found.append(source)
            size += len(source.content)
            if len(found) > MOST_FILES:
                raise ForeignTooManyError(file=name, limit=MOST_FILES)
            if size > MOST_BYTES:
                raise ForeignTooLargeError(file=name, limit=MOST_BYTES)
    return Sources("、".join(names), tuple(found))


def _files(path: Path) -> Iterator[Source]:
    try:
        if path.is_dir():
            chosen = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
            yield from (Source(clean(one.name), _content(one)) for one in chosen)
            return
        content = _content(path)
    except OSError as error:
        raise ForeignMissingError(file=path.name, detail=error.strerror or error) from error
    yield from _contents(path.name, content)


def _contents(name: str, content: bytes) -> Iterator[Source]:
    if content.startswith(ZIP):
        yield from _members(name, content)
    else:
        yield Source(clean(name), content)


def _content(path: Path) -> bytes:
    """At most what may be taken, and one byte more, however long the file turns out to be."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ForeignTooLargeError(file=path.name, limit=MOST_BYTES)
    return content


def _members(name: str, content: bytes) -> Iterator[Source]:
    """A member never gives more than the size that it declares, and those were added up (see ledger/archive.py)."""
    try:
        archive = open_archive(name, content)
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member in members:
            name_within = PurePosixPath(member.filename).name
            if not name_within.startswith("."):
                yield Source(clean(name_within), archive.read(member))
    except LedgerTooLargeError as error:
        raise ForeignTooLargeError(file=name, limit=MOST_BYTES) from error
    except LedgerDamagedError as error:
        raise ForeignDamagedError(file=name, detail="zip") from error
    # RuntimeError: a member that is encrypted; NotImplementedError: packed in a way that Python does not know.
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError, zlib.error) as error:
        raise ForeignDamagedError(file=name, detail="zip") from error
