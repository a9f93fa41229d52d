"""PDF without rendering it: framing, encryption, and everything that can act (ISO 32000-2, 7.5, 7.6, 12.6).

Names may be written with `#` escapes and objects may sit in compressed object streams; both are undone first. An
object stream that cannot be undone is not inspected, and so blocks.
"""

import re
import zlib

from security.ferry.inspection.findings import Blocked, Buffer

MAGIC = b"%PDF-"
_WINDOW, _OVERLAP = 1 << 20, 64
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# What only a parser of every object could tell from harmless use (/OpenAction, /AA, /URI) is not listed: each of those
# needs one of these to do harm.
_ACTIVE = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToR|GoToE|Rendition|Movie|Sound)"
    rb"(?![A-Za-z0-9])"
)
_ACTIVE_SHORT = re.compile(rb"/(JS)(?![A-Za-z0-9])")
_ENCRYPT = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY = 16_384
_AFTER_EOF = 64


def check_structure(data: Buffer) -> None:
    """Header at the first byte, `%%EOF` as the last word, not encrypted."""
    end = data.rfind(b"%%EOF")
    if end < 0 or data.rfind(b"startxref") < 0:
        raise Blocked("structure.damaged")
    if len(data) - end > _AFTER_EOF or data[end + 5 :].strip(b"\r\n\t \0"):
        raise Blocked("structure.trailing_data")
    if _search(data, (_ENCRYPT,)):
        raise Blocked("archive.encrypted")


def check_active(data: Buffer, *, budget: int) -> None:
    """`budget` bounds the bytes that object streams may unpack to."""
    name = _search(data, (_ACTIVE,))
    if name:
        raise Blocked("active.pdf", name=name)
    for content in _object_streams(data, budget):
        name = _search(content, (_ACTIVE, _ACTIVE_SHORT, _ENCRYPT))
        if name:
            raise Blocked("active.pdf", name=name)


def _search(data: Buffer, patterns: tuple[re.Pattern[bytes], ...]) -> str:
    """The first name found, with `#` escapes undone; in windows, so that a large file costs no large copy."""
    for start in range(0, len(data), _WINDOW):
        window = _unescape(data[start : start + _WINDOW + _OVERLAP])
        for pattern in patterns:
            if found := pattern.search(window):
                return found[0].decode("ascii", "replace")
    return ""


def _unescape(data: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)


def _object_streams(data: Buffer, budget: int) -> list[bytes]:
    contents = []
    for match in _STREAM.finditer(data):
        before = _unescape(data[max(0, match.start() - _DICTIONARY) : match.start()])
        dictionary = before[max(before.rfind(b"endobj"), before.rfind(b"endstream"), 0) :]
        # /First is what makes a lenient reader take a stream for a container of objects, whatever its /Type says.
        if b"/ObjStm" not in dictionary and b"/First" not in dictionary and b"obj" in dictionary:
            continue
        content = _inflate(data, match.end(), dictionary, budget)
        budget -= len(content)
        contents.append(content)
    return contents


def _inflate(data: Buffer, start: int, dictionary: bytes, budget: int) -> bytes:
    filters = re.findall(rb"/(\w+Decode|Crypt)", dictionary)
    if not filters and b"/Filter" not in dictionary:
        end = data.find(b"endstream", start)
        return bytes(data[start:end])
    if filters != [b"FlateDecode"]:
        raise Blocked("active.pdf_stream")
    machine = zlib.decompressobj()
    try:
        content = machine.decompress(data[start : data.find(b"endstream", start)], budget + 1)
    except zlib.error:
        raise Blocked("active.pdf_stream") from None
    if len(content) > budget:
        raise Blocked("archive.too_large", limit=budget)
    return content
