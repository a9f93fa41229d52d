"""What is inside a bundle before encryption: manifest, approvals, inspection summary, files, padding.

Padding brings the length to a bucket (Padmé, from the PURBs paper: at most 12 % larger), so that the length of a
bundle tells a carrier little about the length of a document.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from security.ferry import manifest, statement
from security.ferry.errors import MalformedError
from security.ferry.manifest import Manifest
from security.ferry.statement import SignedStatement

MAGIC = b"FRYP"
PREFIX = struct.Struct(">4sBIII")
MAX_SUMMARY = 4 * 1024 * 1024
LEAST = 64 * 1024


@dataclass(frozen=True)
class Documents:
    """The three documents in front of the files. The summary is the inspection report's canonical bytes."""

    manifest: Manifest
    approvals: tuple[SignedStatement, ...]
    summary: bytes

    def encode(self) -> bytes:
        parts = (self.manifest.encode(), statement.encode_all(self.approvals), self.summary)
        return PREFIX.pack(MAGIC, 1, *(len(part) for part in parts)) + b"".join(parts)


def padded(size: int) -> int:
    """The bucket of a payload of `size` bytes: only the topmost bits of a length survive."""
    size = max(size, LEAST)
    exponent = size.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (size + mask) & ~mask


class Reader:
    """Cuts exact lengths out of a stream of chunks, holding one chunk at most beyond what was asked for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def some(self, most: int) -> memoryview:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        piece, self._rest = self._rest[:most], self._rest[most:]
        return piece

    def exactly(self, count: int, field: str) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self.some(count - len(data))
            if not piece:
                raise MalformedError(part="payload", field=field)
            data += piece
        return bytes(data)

    def zeros_to_end(self) -> None:
        """Padding is checked, so that it cannot carry anything."""
        while piece := self.some(1024 * 1024):
            if any(piece):
                raise MalformedError(part="payload", field="padding")


def read_documents(reader: Reader) -> Documents:
    magic, version, manifest_size, approvals_size, summary_size = PREFIX.unpack(reader.exactly(PREFIX.size, "prefix"))
    if magic != MAGIC or version != 1:
        raise MalformedError(part="payload", field="magic")
    limit = statement.MAX_STATEMENTS * 3 * statement.MAX_BYTES
    if manifest_size > manifest.MAX_BYTES or approvals_size > limit or summary_size > MAX_SUMMARY:
        raise MalformedError(part="payload", field="length")
    return Documents(
        manifest=manifest.decode(reader.exactly(manifest_size, "manifest")),
        approvals=statement.decode_all(reader.exactly(approvals_size, "approvals")),
        summary=reader.exactly(summary_size, "summary"),
    )


Opener = Callable[[str], BinaryIO]
