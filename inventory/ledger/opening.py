"""From a file to tables; what the file is is told by its content, not by its name."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inventory.errors import (
    LedgerMissingError,
    LedgerNotAWorkbookError,
    LedgerOldFormatError,
    LedgerProtectedError,
    LedgerTooLargeError,
)
from inventory.ledger.delimited import read_delimited
from inventory.ledger.table import FILE_BYTES, TEXT_BYTES, Table
from inventory.ledger.workbook import read_workbook

ZIP: Final = b"PK\x03\x04"
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: old .xls, and the wrapping of encrypted files
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
TEXT_SUFFIXES: Final = frozenset({".csv", ".txt", ".tsv"})


@dataclass(frozen=True)
class LedgerFile:
    """A file's name and content, wherever they came from."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256, as the audit log names the file."""
        return hashlib.sha256(self.content).hexdigest()


def load(path: Path) -> LedgerFile:
    try:
        size = path.stat().st_size
        if size > FILE_BYTES:
            raise LedgerTooLargeError(file=path.name, found=size, limit=FILE_BYTES)
        return LedgerFile(path.name, path.read_bytes())
    except OSError as error:
        raise LedgerMissingError(file=path.name, detail=error.strerror or error) from error


def tables(file: LedgerFile) -> tuple[list[Table], bool]:
    """The file's tables, and whether they are sheets with titles (a CSV file's table has none). Raises LedgerError."""
    if len(file.content) > FILE_BYTES:
        raise LedgerTooLargeError(file=file.name, found=len(file.content), limit=FILE_BYTES)
    if file.content.startswith(ZIP):
        return read_workbook(file.name, file.content), True
    if file.content.startswith(COMPOUND):
        raise (
            LedgerProtectedError(file=file.name) if ENCRYPTED in file.content else LedgerOldFormatError(file=file.name)
        )
    if Path(file.name).suffix.lower() not in TEXT_SUFFIXES:
        raise LedgerNotAWorkbookError(file=file.name)
    if len(file.content) > TEXT_BYTES:
        raise LedgerTooLargeError(file=file.name, found=len(file.content), limit=TEXT_BYTES)
    return [read_delimited(file.name, file.content)], False
