"""PNG and JPEG walked from the first byte to the last, so that nothing can ride behind or between."""

import re
import struct
import zlib

from security.ferry.inspection.findings import Blocked, Buffer

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
MAX_PIXELS = 200_000_000

_LENGTH_TYPE = struct.Struct(">I4s")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FILL, _FIRST_MARKER = 0xFF, 0xC0
_IHDR_BYTES = 13


def check_png(data: Buffer) -> None:
    """PNG specification, third edition, section 5: signature, IHDR first, IEND last, every CRC right."""
    position, first = len(PNG), True
    while position + 12 <= len(data):
        length, kind = _LENGTH_TYPE.unpack(data[position : position + 8])
        end = position + 12 + length
        if end > len(data):
            break
        body = data[position + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end], "big"):
            raise Blocked("structure.damaged")
        if first:
            _check_header(kind, body)
        elif not kind[0] & 0x20 and kind not in (b"PLTE", b"IDAT", b"IEND"):
            raise Blocked("structure.damaged")
        if kind == b"IEND":
            _check_end(data, end)
            return
        position, first = end, False
    raise Blocked("structure.damaged")


def check_jpeg(data: Buffer) -> None:
    """ITU-T T.81, annex B: segments from SOI to EOI, and EOI is the end of the file."""
    position, framed = 2, False
    while position + 4 <= len(data) + 2:
        if data[position : position + 1] != b"\xff":
            raise Blocked("structure.damaged")
        marker = data[position + 1] if position + 1 < len(data) else -1
        if marker == _FILL:
            position += 1
            continue
        if marker == _EOI:
            if not framed:
                raise Blocked("structure.damaged")
            _check_end(data, position + 2)
            return
        if marker < _FIRST_MARKER or marker == _SOI:
            raise Blocked("structure.damaged")
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _START_OF_FRAME:
            framed = True
            _check_pixels(
                int.from_bytes(data[position + 5 : position + 7], "big"),
                int.from_bytes(data[position + 7 : position + 9], "big"),
            )
        position += 2 + max(length, 2)
        if marker == _SOS:
            following = _NEXT_MARKER.search(data, position)
            if following is None:
                break
            position = following.start()
    raise Blocked("structure.damaged")


def _check_header(kind: bytes, body: bytes) -> None:
    if kind != b"IHDR" or len(body) != _IHDR_BYTES:
        raise Blocked("structure.damaged")
    _check_pixels(int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big"))


def _check_pixels(one: int, other: int) -> None:
    if one * other > MAX_PIXELS:
        raise Blocked("structure.too_many_pixels", limit=MAX_PIXELS)


def _check_end(data: Buffer, end: int) -> None:
    if end != len(data):
        raise Blocked("structure.trailing_data")
