"""From tables to rows of meaning: every cell parsed by its column's format, every cell that cannot be is a Problem."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.i18n import N_
from inventory.errors import LedgerKindError, LedgerUnknownError
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.headings import Headings, SheetHeadings, headings_of, kind_of, sheet_titled
from inventory.ledger.opening import LedgerFile, tables
from inventory.ledger.sheets import SHEET_OF, SHEETS
from inventory.ledger.table import UNSTORED_FORMULA, Table, is_blank
from inventory.ledger.text import NOTHING, clean, fold
from inventory.ledger.values import CLEAR, Clear, Notice, Problem, Unclear, UnexpectedValueError, Value, Where
from inventory.ledger.workbook import ERRORS

SHOWN: Final = 80
SUMS: Final = frozenset({"合计", "小计", "总计"})  # a row that adds others up is no object


@dataclass(frozen=True, slots=True)
class Cell:
    shown: str
    value: Value | Clear


@dataclass(frozen=True, slots=True)
class Row:
    """One object of the file: the cells that say something, by field, and the column of each field.

    A wrong row is kept, so that others may refer to it by its name.
    """

    sheet: Sheet
    where: Where
    cells: Mapping[str, Cell]
    columns: Mapping[str, int] = field(default_factory=dict)
    wrong: bool = False

    @property
    def kind(self) -> ObjectKind:
        return self.sheet.kind

    def place(self, name: str) -> Where:
        """The cell of a field, also when it is blank; the whole row when the file has no such column."""
        return self.where.part(name, self.columns.get(name, 0))

    def shown(self, name: str) -> str:
        cell = self.cells.get(name)
        return cell.shown if cell else ""

    def problem(self, name: str, error: UnexpectedValueError) -> Problem:
        return Problem(self.place(name), self.shown(name), error.expected, error.facts, name)


@dataclass
class Reading:
    """`ignored` are sheets and headings that mean nothing to us; `broken` is a sheet whose headings are wrong.

    `notices` are what else the reader of the preview has to know, `unclear` words that somebody has to explain.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    headings: list[SheetHeadings] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    broken: bool = False


def read(file: LedgerFile, kind: ObjectKind | None = None, layout: Layout = SHEET_OF) -> Reading:
    """Raises LedgerError where the file as a whole cannot be taken."""
    found, titled = tables(file)
    known = list(_known_tables(file, found, kind, layout, titled=titled))
    reading = Reading()
    taken = {id(table) for table, _ in known}
    reading.ignored += [table.title for table in found if id(table) not in taken]
    for table, table_kind in known:
        _read_table(reading, table, layout[table_kind])
    return reading


def _known_tables(
    file: LedgerFile, found: Sequence[Table], kind: ObjectKind | None, layout: Layout, *, titled: bool
) -> Iterator[tuple[Table, ObjectKind]]:
    known = "、".join(sheet.title for sheet in SHEETS)
    if not titled:
        told = kind or kind_of(found[0], layout)
        if told is None:
            raise LedgerKindError(file=file.name, known=", ".join(word.value for word in ObjectKind))
        yield found[0], told
        return
    pairs = [(table, sheet.kind) for table in found if (sheet := sheet_titled(table.title))]
    if not pairs:  # Sheet1, as spreadsheets call it: the headings tell
        pairs = [(table, told) for table in found if (told := kind_of(table, layout))]
    if not pairs:
        raise LedgerUnknownError(file=file.name, found="、".join(table.title for table in found) or "-", known=known)
    yield from (pair for pair in pairs if kind in {None, pair[1]})


def _read_table(reading: Reading, table: Table, sheet: Sheet) -> None:
    headings = headings_of(table, sheet)
    reading.headings.append(SheetHeadings(table.title, sheet.kind, headings.read))
    reading.ignored += [f"{table.title}: {heading}" for heading in headings.unknown]
    if headings.problems:
        reading.problems += headings.problems
        reading.broken = True
        return
    for number in sorted(number for number in table.rows if number > headings.row):
        _read_row(reading, table, number, headings)


def _read_row(reading: Reading, table: Table, number: int, headings: Headings) -> None:
    cells: dict[str, Cell] = {}
    before = len(reading.problems)
    row = table.rows[number]
    raws = {index: row[index] if index < len(row) else None for index in headings.columns}
    if all(is_blank(raw) for raw in raws.values()):
        return  # numbered in advance, or filled in only where nobody asked
    if any(isinstance(raw, str) and fold(raw) in SUMS for raw in raws.values()):
        reading.ignored.append(str(Where(table.title, number)))
        return
    for index, column in headings.columns.items():
        raw = raws[index]
        place = Where(table.title, number, index + 1)
        if not is_blank(raw):
            try:
                cells[column.field] = parsed(column, raw)
            except UnexpectedValueError as error:
                reading.problems.append(Problem(place, _shown(raw), error.expected, error.facts))
        elif column.field in headings.sheet.key and column.required:
            reading.problems.append(Problem(place, "", N_("a value: it cannot be empty")))
    wrong = len(reading.problems) > before
    places = {column.field: index + 1 for index, column in headings.columns.items()}
    reading.rows.append(Row(headings.sheet, Where(table.title, number), cells, places, wrong))


def parsed(column: Column, raw: object) -> Cell:
    """One cell that is not blank; raises UnexpectedValueError."""
    return Cell(_shown(raw), _parse(column, raw))


def _parse(column: Column, raw: object) -> Value | Clear:
    if raw is UNSTORED_FORMULA:
        raise UnexpectedValueError(N_("a value: the formula was saved without its result (save the file in Excel)"))
    if isinstance(raw, str) and raw in ERRORS:
        raise UnexpectedValueError(N_("a value, not the error of a formula"))
    if isinstance(raw, str) and clean(raw) in NOTHING:
        if column.required:
            raise UnexpectedValueError(N_("a value: it cannot be empty"))
        return CLEAR
    value = column.format.parse(raw)
    if value == "":  # only characters that cannot be seen
        raise UnexpectedValueError(N_("a value that can be read"))
    return value


def _shown(raw: object) -> str:
    text = clean(str(raw))
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
