"""A strict reader of zip archives: one interpretation, every byte accounted for, nothing extracted beyond its claim.

Readers of zip files disagree about prefixes, gaps, comments, duplicate and overlapping entries, and hidden files live
on such disagreement. So only archives are read in which they cannot: local entries follow each other without a gap
from the first byte, the central directory follows them, the end record is the end. (.ZIP File Format Specification
6.3.10, sections 4.3.6 to 4.3.16.)
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from security.ferry.inspection.findings import Blocked, Buffer
from security.ferry.inspection.limits import MEMBER_BYTES

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR = struct.Struct("<3L")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIBED, _STRONG, _UTF8 = 0x1, 0x8, 0x40, 0x800
_MAX_EXTRA = 4096
_ZIP64 = 0xFFFFFFFF
_FILE_TYPE, _REGULAR, _FOLDER = 0o170000, 0o100000, 0o040000
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f\\]|\A/|\A[A-Za-z]:|(?:\A|/)\.\.(?:/|\Z)|\A\Z")


@dataclass(frozen=True)
class Entry:
    """One member; sizes in bytes, `start` is where its data begins."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


@dataclass(frozen=True)
class _Listed:
    """A central directory record before its local counterpart is compared."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


def entries(data: Buffer, *, most: int) -> tuple[Entry, ...]:
    """The members in the order of their data; Blocked unless the archive has exactly one reading."""
    listed = sorted(_directory(data, most), key=lambda item: item.offset)
    position, found = 0, []
    for item in listed:
        if item.offset != position:
            raise Blocked("structure.hidden_data")
        entry, position = _local(data, item)
        found.append(entry)
    if position != _directory_start(data):
        raise Blocked("structure.hidden_data")
    _check_names(found)
    return tuple(found)


def read(data: Buffer, entry: Entry) -> bytes:
    """The member's bytes: exactly as many as it claims, with the checksum that it claims."""
    if entry.size > MEMBER_BYTES:
        raise Blocked("archive.member_too_large", member=entry.name, limit=MEMBER_BYTES)
    packed = data[entry.start : entry.start + entry.packed]
    content = packed if entry.method == _STORED else _inflate(packed, entry.size)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise Blocked("structure.damaged", member=entry.name)
    return content


def _inflate(packed: bytes, size: int) -> bytes:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = machine.decompress(packed, size + 1)
        if not machine.eof and len(content) == size:
            content += machine.decompress(machine.unconsumed_tail, 1)
    except zlib.error:
        raise Blocked("structure.damaged") from None
    if not machine.eof or machine.unused_data or machine.unconsumed_tail:
        raise Blocked("structure.damaged")
    return content


def _end(data: Buffer) -> tuple[int, int, int]:
    """Number of entries, size and start of the central directory."""
    start = len(data) - _END.size
    if start < 0 or data[start : start + 4] != b"PK\5\6":
        tail = bytes(data[max(0, len(data) - 65_557) :])
        raise Blocked("structure.trailing_data" if b"PK\5\6" in tail else "structure.damaged")
    _, disk, first_disk, here, total, size, offset, comment = _END.unpack(data[start:])
    if disk or first_disk or here != total or comment or offset + size != start:
        raise Blocked("structure.hidden_data")
    return total, size, offset


def _directory_start(data: Buffer) -> int:
    return _end(data)[2]


def _directory(data: Buffer, most: int) -> Iterator[_Listed]:
    total, size, position = _end(data)
    if total > most:
        raise Blocked("archive.too_many", found=total, limit=most)
    stop = position + size
    for _ in range(total):
        if position + _CENTRAL.size > stop:
            raise Blocked("structure.damaged")
        item, position = _central(data, position)
        yield item
    if position != stop:
        raise Blocked("structure.hidden_data")


def _central(data: Buffer, position: int) -> tuple[_Listed, int]:
    fields = _CENTRAL.unpack(data[position : position + _CENTRAL.size])
    magic, _, _, flags, method, _, _, crc, packed, size, name, extra, comment, disk, _, external, offset = fields
    if magic != b"PK\1\2" or disk or comment or extra > _MAX_EXTRA:
        raise Blocked("structure.hidden_data")
    if _ZIP64 in (packed, size, offset):
        raise Blocked("structure.zip64")
    start = position + _CENTRAL.size
    raw_name = bytes(data[start : start + name])
    return _Listed(raw_name, flags, method, crc, packed, size, external >> 16, offset), start + name + extra


def _local(data: Buffer, item: _Listed) -> tuple[Entry, int]:
    """The entry, and the position behind its data (and data descriptor)."""
    header = data[item.offset : item.offset + _LOCAL.size]
    if len(header) != _LOCAL.size:
        raise Blocked("structure.damaged")
    magic, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(header)
    start = item.offset + _LOCAL.size + name + extra
    same_name = bytes(data[item.offset + _LOCAL.size : item.offset + _LOCAL.size + name]) == item.raw_name
    described = bool(flags & _DESCRIBED)
    sizes = (crc, packed, size)
    same_sizes = sizes == (item.crc, item.packed, item.size) or (described and not any(sizes))
    if magic != b"PK\3\4" or not same_name or method != item.method or not same_sizes or extra > _MAX_EXTRA:
        raise Blocked("structure.hidden_data")
    if (flags | item.flags) & (_ENCRYPTED | _STRONG):
        raise Blocked("archive.encrypted")
    if method not in (_STORED, _DEFLATED) or (method == _STORED and item.packed != item.size):
        raise Blocked("structure.damaged")
    entry = Entry(_decode(item), method, item.crc, item.packed, item.size, start)
    if item.mode & _FILE_TYPE not in (0, _REGULAR, _FOLDER):
        raise Blocked("archive.link", member=entry.name)
    end = start + item.packed
    return entry, end + (_descriptor(data, end, item) if described else 0)


def _descriptor(data: Buffer, position: int, item: _Listed) -> int:
    """Length of the data descriptor, which must repeat what the central directory says."""
    signature = 4 if data[position : position + 4] == b"PK\7\x08" else 0
    raw = data[position + signature : position + signature + _DESCRIPTOR.size]
    if len(raw) != _DESCRIPTOR.size or _DESCRIPTOR.unpack(raw) != (item.crc, item.packed, item.size):
        raise Blocked("structure.hidden_data")
    return signature + _DESCRIPTOR.size


def _decode(item: _Listed) -> str:
    codecs = ("utf-8",) if item.flags & _UTF8 else ("ascii", "utf-8", "gbk", "cp437")
    for codec in codecs:
        try:
            return item.raw_name.decode(codec)
        except UnicodeDecodeError:
            continue
    raise Blocked("archive.name")


def _check_names(found: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in found:
        folded = unicodedata.normalize("NFKC", entry.name).casefold()
        if _BAD_NAME.search(entry.name) or (entry.folder and entry.size):
            raise Blocked("archive.name")
        if folded in seen:
            raise Blocked("archive.duplicate", member=entry.name)
        seen.add(folded)
