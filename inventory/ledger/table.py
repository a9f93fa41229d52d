"""A sheet as it was found, before anyone knows what its columns mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_ROWS: Final = 100_000  # with something in them
LAST_ROW: Final = 1_048_576  # the last one that a spreadsheet can have
MOST_COLUMNS: Final = 200
FILE_BYTES: Final = 64 * 1024 * 1024
LISTS: Final = "_lists"  # the hidden sheet of long drop-downs in a workbook of ours
TEXT_BYTES: Final = 16 * 1024 * 1024  # of a CSV file, which is not packed


class UnstoredFormula:
    """A formula that was saved without its result, so that nobody but a spreadsheet can tell its value."""

    def __str__(self) -> str:
        return "=…"


UNSTORED_FORMULA: Final = UnstoredFormula()


@dataclass(frozen=True)
class Table:
    """Cells by row number; rows without content are absent. The first column has index 0."""

    title: str
    rows: Mapping[int, Sequence[object]]


def is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
