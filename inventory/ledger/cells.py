"""What a cell of a written ledger holds: the inverse of `reading`, so that a ledger read out is one to read in.

A value that is as it is by default in an object that says nothing is a blank cell, because a blank cell says nothing.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from core.i18n import translator
from inventory.labels import label
from inventory.ledger.columns import Column, Sheet
from inventory.ledger.formats import Day, Level, Words
from inventory.ledger.quantities import Money, Whole
from inventory.ledger.text import NEUTRALISED
from inventory.ledger.values import Value, Values

Cell = str | int | float | date | None
FEN: Final = 100


def heading(column: Column, language: str) -> str:
    return column.heading if language == "zh" else column.english


def title(sheet: Sheet, language: str) -> str:
    return sheet.title if language == "zh" else sheet.english


def shown(column: Column, value: Value, language: str) -> str:
    """As `Format.show`, with words and protection levels in the reader's language."""
    if isinstance(value, StrEnum):
        return label(value, translator(language))
    if isinstance(column.format, Level) and isinstance(value, int) and language != "zh":
        return str(value)
    return column.format.show(value)


def cells_of(sheet: Sheet, values: Values, language: str) -> list[Cell]:
    return [cell_of(column, values[column.field], language) for column in sheet.columns]


def cell_of(column: Column, value: Value, language: str) -> Cell:  # noqa: PLR0911  # one a format
    """None for a blank cell. Numbers and dates that are counted with stay such; what only looks like one is text."""
    match column.format:
        case Words() if isinstance(value, StrEnum):
            return label(value, translator(language))
        case Day() if isinstance(value, date):
            return value
        case Day():  # and not a date:
            return None  # of an office's own field, from before it was one of dates: a blank cell leaves it alone
        case Level() if isinstance(value, int) and language != "zh":
            return value
        case Whole() if isinstance(value, int):
            return value
        case Money() if isinstance(value, int):
            return value / FEN
    return column.format.show(value) or None


def as_text(cell: Cell, column: Column) -> str:
    """For a file of text, where a spreadsheet would take what begins with =, +, - or @ for a formula."""
    if cell is None:
        return ""
    if isinstance(column.format, Money) and isinstance(cell, float):
        return f"{cell:.2f}"
    text = cell.isoformat() if isinstance(cell, date) else str(cell)
    return neutral(text)


def neutral(text: str) -> str:
    """`text.clean` takes the apostrophe away again."""
    return f"'{text}" if f"'{text[:1]}" in NEUTRALISED else text
