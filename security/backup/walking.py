"""Reading a backup's content to its end, every count and digest compared on the way; what is done with it is for a
visitor, and doing nothing is how a backup is verified.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from security.backup import folder, records
from security.backup.errors import BackupAlteredError, ContentDiffersError
from security.backup.records import Record, RecordsBrokenError, parse
from security.backup.rows import TableDigest

_MANIFEST = ("format", "program", "schema", "dialect", "site", "zone", "history", "at")


@dataclass(frozen=True)
class Manifest:
    """Of which installation, when, and by which program."""

    format: int
    program: str
    schema: str
    dialect: str
    site: str
    zone: str
    history: bool
    at: str


@dataclass(frozen=True)
class Content:
    """What was found: row digests by table."""

    manifest: Manifest
    digests: dict[str, str]
    rows: int
    files: int


class Visitor(Protocol):
    """Told what comes, before it is proven: what it does must be undone where the walk raises."""

    def begin(self, manifest: Manifest) -> None: ...
    def table(self, name: str, columns: Sequence[str]) -> None: ...
    def rows(self, encoded: Sequence[Sequence[Any]]) -> None: ...
    def file(self, path: str) -> None: ...
    def data(self, piece: bytes) -> None: ...
    def file_end(self) -> None: ...


class Looking:
    """The visitor that does nothing."""

    def begin(self, manifest: Manifest) -> None:
        pass

    def table(self, name: str, columns: Sequence[str]) -> None:
        pass

    def rows(self, encoded: Sequence[Sequence[Any]]) -> None:
        pass

    def file(self, path: str) -> None:
        pass

    def data(self, piece: bytes) -> None:
        pass

    def file_end(self) -> None:
        pass


def walk(path: Path, pieces: Iterator[bytes], visitor: Visitor) -> Content:
    """Raises BackupAlteredError, ContentDiffersError, and what the visitor raises."""
    try:
        return _Walk(visitor).through(records.read(pieces))
    except RecordsBrokenError as error:
        raise BackupAlteredError(path=path, part=str(error)) from None


class _Walk:
    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._digests: dict[str, str] = {}
        self._rows = self._files = 0

    def through(self, found: Iterator[Record]) -> Content:
        manifest = self._manifest(*next(found, (b"", b"")))
        self._visitor.begin(manifest)
        for letter, body in found:
            if letter == b"T":
                self._table(body, found)
            elif letter == b"F":
                self._file(body, found)
            elif letter == b"Z":
                self._end(body, found)
                return Content(manifest, self._digests, self._rows, self._files)
            else:
                break
        raise RecordsBrokenError("order")

    def _manifest(self, letter: bytes, body: bytes) -> Manifest:
        if letter != b"M":
            raise RecordsBrokenError("manifest")
        return Manifest(**parse(body, *_MANIFEST))

    def _table(self, body: bytes, found: Iterator[Record]) -> None:
        head = parse(body, "name", "columns")
        name, columns = str(head["name"]), [str(column) for column in head["columns"]]
        if name in self._digests:
            raise RecordsBrokenError("table")
        self._visitor.table(name, columns)
        digest = TableDigest(columns)
        for letter, content in found:
            if letter == b"E":
                end = parse(content, "rows", "digest")
                if (end["rows"], end["digest"]) != (digest.rows, digest.hex):
                    raise ContentDiffersError(object=name)
                self._digests[name] = digest.hex
                self._rows += digest.rows
                return
            if letter != b"R":
                break
            self._visitor.rows(_added(digest, content, len(columns)))
        raise RecordsBrokenError("order")

    def _file(self, body: bytes, found: Iterator[Record]) -> None:
        path = str(parse(body, "path")["path"])
        if not folder.sound(path):
            raise RecordsBrokenError("path")
        self._visitor.file(path)
        digest, size = hashlib.sha256(), 0
        for letter, content in found:
            if letter == b"G":
                end = parse(content, "size", "sha256")
                if (end["size"], end["sha256"]) != (size, digest.hexdigest()):
                    raise ContentDiffersError(object=path)
                self._visitor.file_end()
                self._files += 1
                return
            if letter != b"D":
                break
            digest.update(content)
            size += len(content)
            self._visitor.data(content)
        raise RecordsBrokenError("order")

    def _end(self, body: bytes, found: Iterator[Record]) -> None:
        end = parse(body, "tables", "files")
        if (end["tables"], end["files"]) != (len(self._digests), self._files) or next(found, None) is not None:
            raise RecordsBrokenError("end")


def _added(digest: TableDigest, body: bytes, width: int) -> list[list[Any]]:
    rows = json.loads(body)
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == width for row in rows):
        raise RecordsBrokenError("rows")
    for row in rows:
        digest.add(row)
    return rows
