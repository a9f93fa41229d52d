"""Reading a workbook (.xlsx) that may come from anywhere: bounded in size, rows and columns; never a traceback."""

import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

from openpyxl import load_workbook

from core.errors import GuanjinError
from inventory.errors import LedgerDamagedError, LedgerTooLongError
from inventory.ledger.archive import inspect, open_archive
from inventory.ledger.survey import Survey, survey
from inventory.ledger.table import LAST_ROW, LISTS, MOST_COLUMNS, MOST_ROWS, UNSTORED_FORMULA, Table, is_blank

Cells = dict[int, list[object]]
ERRORS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


def read_workbook(name: str, content: bytes) -> list[Table]:
    """Every sheet with content; raises LedgerError."""
    archive = open_archive(name, content)
    try:
        inspect(name, archive)
        with warnings.catch_warnings():
            # openpyxl warns of what it leaves out (drop-downs, bad dates); we need only the cells.
            warnings.simplefilter("ignore")
            return list(_tables(name, content, archive))
    except GuanjinError:
        raise
    except Exception as error:
        # Whatever a foreign file provokes in zipfile, expat or openpyxl, it is the file that is damaged.
        raise LedgerDamagedError(file=name, detail=f"{type(error).__name__}: {error}"[:200]) from error


def _tables(name: str, content: bytes, archive: ZipFile) -> Iterator[Table]:
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets: list[Any] = [
        sheet for sheet in workbook.worksheets if sheet.title != LISTS
    ]  # typed for editing; read-only ones have more to them
    for sheet in sheets:
        path = sheet._worksheet_path  # noqa: SLF001  # the only way from a sheet to its member of the archive
        cells = _cells(name, sheet)
        _complete(cells, survey(archive.read(path)))
        if cells:
            yield Table(sheet.title, cells)


def _cells(name: str, sheet: Any) -> Cells:
    """Rows with content. The dimension that the file declares is often wrong, so it is not believed."""
    sheet.reset_dimensions()
    cells: Cells = {}
    rows = sheet.iter_rows(min_row=1, max_row=LAST_ROW + 1, max_col=MOST_COLUMNS, values_only=True)
    for number, row in enumerate(rows, 1):
        if number > LAST_ROW or len(cells) > MOST_ROWS:
            raise LedgerTooLongError(file=name, sheet=sheet.title, limit=MOST_ROWS)
        # A sheet may have a million rows of which all but a few are gaps: those must cost next to nothing.
        if row.count(None) < len(row) and (filled := _filled(row)):
            cells[number] = list(row[:filled])
    return cells


def _filled(row: Sequence[object]) -> int:
    """How many cells there are up to the last one that is not blank."""
    return next((index + 1 for index in range(len(row) - 1, -1, -1) if not is_blank(row[index])), 0)


def _complete(cells: Cells, found: Survey) -> None:
    """Put a mark where a formula has no result, and let cells merged downwards all say what the first one says."""
    for row, column in sorted(found.unstored):
        if column <= MOST_COLUMNS:
            _put(cells.setdefault(row, []), column, UNSTORED_FORMULA)
    for column, first_row, _, last_row in found.merged:
        first = cells.get(first_row, [])
        value = first[column - 1] if column <= len(first) else None
        for row in range(first_row + 1, min(last_row, LAST_ROW) + 1):
            if row in cells and value is not None:
                _put(cells[row], column, value)


def _put(row: list[object], column: int, value: object) -> None:
    row.extend([None] * (column - len(row)))
    row[column - 1] = value
