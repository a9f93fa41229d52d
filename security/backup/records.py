"""The inside of a backup: records of a letter, a length and a body, in the one order that is allowed.

    M manifest   (T table, R rows ..., E its count and digest) ...   (F file, D data ..., G its size and digest) ...
    Z the number of tables and files

A reader that meets anything else stops; so what is read to its end is whole.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any, Protocol

_FRAME = struct.Struct(">cI")
_LARGEST = 256 * 1024 * 1024
BATCH_BYTES = 256 * 1024


class Sink(Protocol):
    def write(self, data: bytes) -> None: ...


class Writer:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def put(self, letter: bytes, body: bytes) -> None:
        if len(body) > _LARGEST:
            raise ValueError(f"a record of {len(body)} bytes")
        self._sink.write(_FRAME.pack(letter, len(body)) + body)

    def json(self, letter: bytes, value: Any) -> None:
        self.put(letter, json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())

    def file(self, path: str, read: Callable[[int], bytes]) -> int:
        """Whole, with what was read; its size in bytes."""
        self.json(b"F", {"path": path})
        digest, size = hashlib.sha256(), 0
        while data := read(BATCH_BYTES):
            self.put(b"D", data)
            digest.update(data)
            size += len(data)
        self.json(b"G", {"size": size, "sha256": digest.hexdigest()})
        return size


class RecordsBrokenError(ValueError):
    """Not what a writer writes. Callers say in which file."""


Record = tuple[bytes, bytes]


def read(pieces: Iterator[bytes]) -> Iterator[Record]:
    """Records out of pieces of any size. Raises RecordsBrokenError at an end in the middle of one."""
    held = bytearray()
    for piece in pieces:
        held += piece
        yield from _whole_ones(held)
    if held:
        raise RecordsBrokenError("end")


def _whole_ones(held: bytearray) -> Iterator[Record]:
    at = 0
    while len(held) - at >= _FRAME.size:
        letter, length = _FRAME.unpack_from(held, at)
        if length > _LARGEST:
            raise RecordsBrokenError("length")
        if len(held) - at - _FRAME.size < length:
            break
        body = at + _FRAME.size
        yield letter, bytes(held[body : body + length])
        at = body + length
    del held[:at]


def parse(body: bytes, *names: str) -> dict[str, Any]:
    """An object of exactly these fields."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise RecordsBrokenError("JSON") from None
    if not isinstance(value, dict) or set(value) != set(names):
        raise RecordsBrokenError("fields")
    return value
