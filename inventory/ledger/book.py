"""Writing a workbook (.xlsx) that an office can fill in: drop-downs, help, and columns that keep what is typed.

The same content gives the same bytes: XlsxWriter puts no time of day into the archive, and the one date that a
workbook states is fixed here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from core.i18n import N_, Translate, translator
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger.cells import Cell, heading, title
from inventory.ledger.columns import Column, Sheet
from inventory.ledger.formats import LEVELS, Day, Level, Names, OneOf, Words
from inventory.ledger.quantities import Money, Whole
from inventory.ledger.table import LISTS

CREATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
SPARE_ROWS: Final = 1000  # below the last one, that have the drop-downs too
LIST_CHARACTERS: Final = 255  # of a drop-down that stands in the sheet itself (ECMA-376, 18.3.1.33)
NARROWEST, WIDEST = 10, 40  # in characters of Latin width
MEASURED_ROWS: Final = 200
FONT: Final = {"font_name": "等线", "font_size": 11}
STYLES: Final[Mapping[str, Mapping[str, object]]] = {
    "heading": {"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "valign": "vcenter", "num_format": "@"},
    "required": {"bold": True, "bg_color": "#FCE4D6", "bottom": 1, "valign": "vcenter", "num_format": "@"},
    "text": {"num_format": "@"},
    # Text for good, also after somebody has edited the cell.
    "quoted": {"num_format": "@", "quote_prefix": True},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "money": {"num_format": "0.00"},
    "whole": {"num_format": "0"},
}
HEADING_HEIGHT: Final = 22  # points
MARK: Final = "*"
A4: Final = 9  # ST_PaperSize


@dataclass(frozen=True)
class Page:
    sheet: Sheet
    rows: Sequence[Sequence[Cell]]


def write_book(pages: Sequence[Page], language: str) -> bytes:
    return _Book(pages, language).written()


class _Book:
    def __init__(self, pages: Sequence[Page], language: str) -> None:
        self.pages, self.language = pages, language
        self.translate: Translate = translator(language)
        self.buffer = BytesIO()
        self.book = Workbook(self.buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties({"created": CREATED.replace(tzinfo=None)})
        self.styles = {name: self.book.add_format({**FONT, **style}) for name, style in STYLES.items()}
        self.last_rows = {page.sheet.kind: len(page.rows) + SPARE_ROWS for page in pages}
        self.long_lists: list[Sequence[str]] = []

    def written(self) -> bytes:
        for page in self.pages:
            self._write(page)
        if self.long_lists:
            self._write_lists()
        self.book.close()
        return self.buffer.getvalue()

    def _write(self, page: Page) -> None:
        worksheet = self.book.add_worksheet(title(page.sheet, self.language))
        worksheet.freeze_panes(1, 1)
        worksheet.set_row(0, HEADING_HEIGHT)
        _prepare_print(worksheet)
        for index, column in enumerate(page.sheet.columns):
            style = self.styles[style_of(column)]
            worksheet.set_column(index, index, _width(column, index, page.rows, self.language), style)
            self._write_heading(worksheet, index, column)
            self._offer(worksheet, index, column, page.sheet.kind)
        for number, row in enumerate(page.rows, 1):
            self._write_row(worksheet, number, row, page.sheet)
        if page.rows:
            worksheet.autofilter(0, 0, len(page.rows), len(page.sheet.columns) - 1)

    def _write_heading(self, worksheet: Any, index: int, column: Column) -> None:
        text = heading(column, self.language) + (MARK if column.required else "")
        worksheet.write_string(0, index, text, self.styles["required" if column.required else "heading"])
        told = [self.translate(N_("must be filled in"))] if column.required else []
        told += [self.translate(column.help)] if column.help else []
        if told:
            worksheet.write_comment(0, index, "\n".join(told), {"x_scale": 1.6, "author": ""})

    def _write_row(self, worksheet: Any, number: int, row: Sequence[Cell], sheet: Sheet) -> None:
        for index, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            style = self.styles[style_of(column)]
            if isinstance(cell, str):
                quoted = cell.startswith(("=", "+", "-", "@"))
                worksheet.write_string(number, index, cell, self.styles["quoted"] if quoted else style)
            elif isinstance(cell, date):
                worksheet.write_datetime(number, index, cell, style)
            elif cell is not None:
                worksheet.write_number(number, index, cell, style)

    def _offer(self, worksheet: Any, index: int, column: Column, kind: ObjectKind) -> None:
        """A drop-down: of a vocabulary only its words; of a reference, what the other sheet names so far."""
        rule: dict[str, object] = {"validate": "list"}
        words = words_of(column, self.language)
        if words:
            rule |= {"source": self._source(words), **self._refusal()}
        elif column.refers in self.last_rows and not isinstance(column.format, Names):
            rule |= {"source": self._names_of(column.refers), "show_error": False}
        else:
            return
        worksheet.data_validation(1, index, self.last_rows[kind], index, rule)

    def _refusal(self) -> dict[str, object]:
        return {
            "error_title": self.translate(N_("Not one of the words")),
            "error_message": self.translate(N_("Choose one of the list.")),
        }

    def _source(self, words: Sequence[str]) -> list[str] | str:
        if len(",".join(words)) <= LIST_CHARACTERS and not any("," in word for word in words):
            return list(words)
        self.long_lists.append(words)
        letter = xl_col_to_name(len(self.long_lists) - 1)
        return f"={LISTS}!${letter}$1:${letter}${len(words)}"

    def _names_of(self, kind: ObjectKind) -> str:
        sheet = next(page.sheet for page in self.pages if page.sheet.kind is kind)
        letter = xl_col_to_name([column.field for column in sheet.columns].index("name"))
        return f"='{title(sheet, self.language)}'!${letter}$2:${letter}${self.last_rows[kind] + 1}"

    def _write_lists(self) -> None:
        worksheet = self.book.add_worksheet(LISTS)
        for index, words in enumerate(self.long_lists):
            for number, word in enumerate(words):
                worksheet.write_string(number, index, word)
        worksheet.hide()


def _prepare_print(worksheet: Any) -> None:
    """Ledgers are printed and filed: every column on one sheet of paper, the headings on each."""
    worksheet.set_paper(A4)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)


def style_of(column: Column) -> str:
    """Whatever is not counted with is text: circuit numbers and phones keep every digit and every leading zero."""
    match column.format:
        case Day():
            return "day"
        case Money():
            return "money"
        case Whole():
            return "whole"
    return "text"


def words_of(column: Column, language: str) -> Sequence[str]:
    """What the column allows, where that is a closed list."""
    match column.format:
        case Words(kind=kind):
            return _labels(kind, translator(language))
        case OneOf(words=words):
            return words
        case Level():
            return [f"{level}级" for level in LEVELS] if language == "zh" else [str(n + 1) for n in range(len(LEVELS))]
    return ()


def _labels(kind: Iterable[StrEnum], translate: Translate) -> list[str]:
    return [label(word, translate) for word in kind]


def _width(column: Column, index: int, rows: Sequence[Sequence[Cell]], language: str) -> int:
    shown = [heading(column, language) + MARK, *(str(row[index] or "") for row in rows[:MEASURED_ROWS])]
    return max(NARROWEST, min(WIDEST, max(map(_columns, shown)) + 3))


def _columns(text: str) -> int:
    """A Chinese character is as wide as two Latin ones."""
    return sum(1 if character.isascii() else 2 for character in text)
