"""A CSV file as offices save it: UTF-8 with or without BOM, GB18030, or Excel's UTF-16; comma or tab.

Written is UTF-8 with BOM, without which Excel takes it for the code page of the machine.
"""

import codecs
import csv
from io import StringIO
from itertools import islice
from typing import Final

from inventory.errors import LedgerDamagedError, LedgerEncodingError, LedgerTooLongError
from inventory.ledger.book import Page
from inventory.ledger.cells import as_text, heading, neutral
from inventory.ledger.table import MOST_COLUMNS, MOST_ROWS, Table, is_blank

DELIMITERS: Final = ",\t;"


def read_delimited(name: str, content: bytes) -> Table:
    """The one table of a file; raises LedgerError."""
    text = decoded(name, content)
    head = text[: text.find("\n")]
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(DELIMITERS, key=head.count))
    cells: dict[int, list[object]] = {}
    try:
        for number, row in enumerate(rows, 1):
            if any(not is_blank(cell) for cell in row):
                cells[number] = list(islice(row, MOST_COLUMNS))
            if len(cells) > MOST_ROWS:
                raise LedgerTooLongError(file=name, sheet=name, limit=MOST_ROWS)
    except csv.Error as error:
        raise LedgerDamagedError(file=name, detail=error) from error
    return Table(name, cells)


def decoded(name: str, content: bytes) -> str:
    """The text of a file; raises LedgerEncodingError."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    offset = 0
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            offset = max(offset, error.start)
            continue
        if "\0" in text:
            offset = content.index(0)
            continue
        return text
    raise LedgerEncodingError(file=name, offset=offset)


def write_delimited(page: Page, language: str) -> bytes:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([neutral(heading(column, language)) for column in page.sheet.columns])
    for row in page.rows:
        writer.writerow([as_text(cell, column) for cell, column in zip(row, page.sheet.columns, strict=True)])
    return codecs.BOM_UTF8 + buffer.getvalue().encode()
