"""Looking at a workbook's archive before it is parsed: bombs are refused by their sizes.

Python's zipfile never yields more than the size that a member declares, so the declared sizes are a true bound. Of
XML, each element costs a parser a hundred times its bytes, so elements are counted before any is parsed.
"""

import re
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from inventory.errors import LedgerDamagedError, LedgerTooFullError, LedgerTooLargeError

UNPACKED_BYTES: Final = 64 * 1024 * 1024  # pictures count too
MOST_MARKUP: Final = 4_000_000  # `<` in one member; four a cell, so forty thousand devices
MOST_MARKUP_OF_ROW: Final = 200_000  # a spreadsheet has 16,384 columns at most
ROW: Final = re.compile(rb"<(?:\w+:)?row\b")
MOST_MEMBERS: Final = 2000
# A workbook never declares a document type; entities are how XML bombs are made.
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


def open_archive(name: str, content: bytes) -> ZipFile:
    """The archive, if its sizes are bearable; raises LedgerDamagedError and LedgerTooLargeError."""
    try:
        archive = ZipFile(BytesIO(content))
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise LedgerDamagedError(file=name, detail=error) from error
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > UNPACKED_BYTES:
        raise LedgerTooLargeError(file=name, found=size, limit=UNPACKED_BYTES)
    if len(members) > MOST_MEMBERS:
        raise LedgerDamagedError(file=name, detail=f"{len(members)} members")
    return archive


def inspect(name: str, archive: ZipFile) -> None:
    """Refuse what a parser should not even begin with; raises LedgerDamagedError and LedgerTooFullError."""
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        content = archive.read(member)
        if any(doctype in content for doctype in _DOCTYPES):
            raise LedgerDamagedError(file=name, detail=f"{member.filename}: DOCTYPE")
        if content.count(b"<") > MOST_MARKUP or _densest(content) > MOST_MARKUP_OF_ROW:
            raise LedgerTooFullError(file=name, member=member.filename)


def _densest(content: bytes) -> int:
    """Markup in the fullest row; what is no sheet has none."""
    parts = ROW.split(content)
    return max(part.count(b"<") for part in parts) if len(parts) > 1 else 0
