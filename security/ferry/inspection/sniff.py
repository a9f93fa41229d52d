"""What a file is, from its bytes alone."""

from security.ferry.inspection import ooxml, pdf, pictures, text
from security.ferry.inspection.findings import Blocked, Buffer

_EXECUTABLE = (
    (b"MZ", "Windows program"),
    (b"\x7fELF", "Linux program"),
    (b"\xfe\xed\xfa\xce", "macOS program"),
    (b"\xfe\xed\xfa\xcf", "macOS program"),
    (b"\xce\xfa\xed\xfe", "macOS program"),
    (b"\xcf\xfa\xed\xfe", "macOS program"),
    (b"\xca\xfe\xba\xbe", "Java class"),
    (b"\0asm", "WebAssembly"),
    (b"dex\n", "Android program"),
    (b"L\0\0\0\x01\x14\x02\0", "Windows shortcut"),
    (b"#!", "script"),
    (b"#@~^", "encoded script"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE container (doc, xls, ppt, msi, or encrypted)"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"MSCF", "cab"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"SQLite format 3\0", "SQLite"),
)
# How an extension may be written. Text has no signature, so txt and csv are told apart by the extension alone.
_SAME = {"jpeg": "jpg", "jpe": "jpg"}
_PROGRAMS = frozenset(name for _, name in _EXECUTABLE[:12])


def kind(data: Buffer, name: str) -> str:
    """pdf, docx, xlsx, pptx, png, jpg, zip, txt or csv; Blocked for anything else, or if the name says otherwise."""
    claimed = extension(name)
    found = _by_signature(data) or _as_text(data, claimed)
    if found != claimed:
        raise Blocked("type.mismatch", claimed=claimed or "-", found=found)
    return found


def extension(name: str) -> str:
    stem, dot, last = name.rpartition(".")
    lowered = last.lower() if dot and stem else ""
    return _SAME.get(lowered, lowered)


def foreign(data: Buffer) -> str:
    """The name of a known signature that has no business in a transfer; empty if there is none."""
    return next((name for magic, name in _EXECUTABLE if data[: len(magic)] == magic), "")


def _by_signature(data: Buffer) -> str:
    if (name := foreign(data)) and not _plain_start(data, name):
        raise Blocked("type.program" if name in _PROGRAMS else "type.not_accepted", found=name)
    if data[:5] == pdf.MAGIC:
        return "pdf"
    if data[:8] == pictures.PNG:
        return "png"
    if data[:3] == pictures.JPEG:
        return "jpg"
    if data[:4] in (b"PK\3\4", b"PK\5\6"):
        return ooxml.kind(data)
    return ""


def _plain_start(data: Buffer, name: str) -> bool:
    """`MZ` and `BZh` may begin a line of honest text; a program is not text from end to end."""
    return name in ("Windows program", "bzip2") and text.encoding(data) is not None


def _as_text(data: Buffer, claimed: str) -> str:
    if text.encoding(data) is None:
        raise Blocked("type.unknown")
    if text.is_markup(data):
        raise Blocked("type.not_accepted", found="markup")
    return claimed if claimed in ("txt", "csv") else "txt"
