"""Finding the heading row of a table, and which column means what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from core.i18n import N_
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.sheets import SHEETS
from inventory.ledger.table import Table, is_blank
from inventory.ledger.text import fold
from inventory.ledger.values import Problem, Where

HEADING_ROWS: Final = 15  # titles, dates and who filled it in stand above
FEWEST: Final = 2  # one matching heading may be chance


class KnownBy(StrEnum):
    """Why a heading means what it means: it is the template's, a usual spelling, or a person once said so.

    `CHOSEN` without a column is one that a person said to leave out.
    """

    TEMPLATE = "template"
    SPELLING = "spelling"
    CHOSEN = "chosen"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class HeadingRead:
    """One heading of a file; `field` is empty for a column that is left out."""

    written: str
    field: str
    known_by: KnownBy


@dataclass(frozen=True, slots=True)
class SheetHeadings:
    """How the headings of one sheet of a ledger were read."""

    title: str
    kind: ObjectKind
    read: tuple[HeadingRead, ...]


@dataclass(frozen=True)
class Headings:
    """The row of the headings, the meaning of columns by index, and of every heading how it was read.

    The row is 0 where no row looks like one; `read` is then of the row that may be it, so that a person can say.
    """

    sheet: Sheet
    row: int
    columns: Mapping[int, Column]
    read: tuple[HeadingRead, ...]
    problems: tuple[Problem, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(one.written for one in self.read if one.known_by is KnownBy.NOTHING)


def sheet_titled(title: str) -> Sheet | None:
    wanted = fold(title)
    return next((s for s in SHEETS if wanted in {fold(t) for t in (s.title, s.english, *s.aliases)}), None)


def headings_of(table: Table, sheet: Sheet) -> Headings:
    """The first of the rows with most known headings."""
    found = [(number, row, _match(row, sheet)) for number, row in _heading_rows(table)]
    number, heading_row, matched = max(found, key=lambda one: len(one[2]), default=(0, [], []))
    if len(matched) < min(FEWEST, sum(column.required for column in sheet.columns)):
        guessed = max((row for _, row, _ in found), key=_words, default=())
        return Headings(sheet, 0, {}, tuple(_read(guessed, {}, sheet)), (_no_headings(table, sheet),))
    columns: dict[int, Column] = {}
    problems = []
    for index, column in _surest_first(matched, heading_row, sheet):
        if column not in columns.values():
            columns[index] = column
        elif _known_by(heading_row[index], sheet) is not KnownBy.CHOSEN:  # then what was said is for files without it
            place = Where(table.title, number, index + 1)
            problems.append(Problem(place, column.heading, N_("each heading only once")))
    problems += _missing(table, sheet, number, columns)
    return Headings(sheet, number, columns, tuple(_read(heading_row, columns, sheet)), tuple(problems))


def _surest_first(
    matched: Sequence[tuple[int, Column]], row: Sequence[object], sheet: Sheet
) -> list[tuple[int, Column]]:
    """What a person said of a heading gives way to a heading that says it itself."""
    return sorted(matched, key=lambda one: _known_by(row[one[0]], sheet) is KnownBy.CHOSEN)


def _read(row: Sequence[object], columns: Mapping[int, Column], sheet: Sheet) -> Iterator[HeadingRead]:
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        known_by = _known_by(cell, sheet)
        if index in columns:
            yield HeadingRead(cell, columns[index].field, known_by)
        else:
            left_out = sheet.chosen.get(folded_heading(cell)) == ""
            yield HeadingRead(cell, "", KnownBy.CHOSEN if left_out else KnownBy.NOTHING)


def _known_by(cell: object, sheet: Sheet) -> KnownBy:
    heading = folded_heading(cell) if isinstance(cell, str) else ""
    if heading in sheet.own:
        return KnownBy.TEMPLATE
    return KnownBy.CHOSEN if heading in sheet.chosen else KnownBy.SPELLING


def _words(row: Sequence[object]) -> int:
    return sum(isinstance(cell, str) and bool(cell.strip()) for cell in row)


def _no_headings(table: Table, sheet: Sheet) -> Problem:
    names = "、".join(column.heading for column in sheet.columns if column.required)
    where = Where(table.title, min(table.rows, default=1))
    return Problem(where, "", N_("a row with the headings %(names)s"), {"names": names})


def _heading_rows(table: Table) -> Iterator[tuple[int, Sequence[object]]]:
    """Each row that may be the headings, and each two that may be them together: A端 over 设备 and 端口."""
    above: tuple[int, Sequence[object]] | None = None
    for number, row in islice(sorted(table.rows.items()), HEADING_ROWS):
        yield number, row
        if above is not None and above[0] == number - 1:
            yield number, _joined(above[1], row)
        above = number, row


def _joined(upper: Sequence[object], lower: Sequence[object]) -> list[object]:
    """A heading merged over several columns has its text in the first of them; one merged downwards says it twice."""
    joined: list[object] = []
    over: object = None
    for index in range(max(len(upper), len(lower))):
        own, below = (row[index] if index < len(row) else None for row in (upper, lower))
        over = own if not is_blank(own) else over
        if is_blank(below) or below == own:
            joined.append(own)
        else:
            joined.append(below if is_blank(over) else f"{over}{below}")
    return joined


def _missing(table: Table, sheet: Sheet, row: int, columns: Mapping[int, Column]) -> Iterator[Problem]:
    for column in sheet.columns:
        if column.required and column not in columns.values():
            yield Problem(
                Where(table.title, row), "", N_("a column with the heading %(heading)s"), {"heading": column.heading}
            )


def _match(row: object, sheet: Sheet) -> list[tuple[int, Column]]:
    known = sheet.meanings
    cells = enumerate(row) if isinstance(row, list | tuple) else ()
    matched = ((index, known.get(folded_heading(cell))) for index, cell in cells if isinstance(cell, str))
    return [(index, column) for index, column in matched if column is not None]


def folded_heading(cell: str) -> str:
    """What all spellings of one heading have in common, without the mark of a column that must be filled in."""
    return fold(cell).strip("*").removesuffix("(必填)").strip("*")


def kind_of(table: Table, layout: Layout) -> ObjectKind | None:
    """What a table without a title lists: the one kind whose required headings are all there and that knows most."""
    scores: dict[ObjectKind, int] = {}
    for sheet in layout.values():
        found = headings_of(table, sheet)
        if not found.problems:
            scores[sheet.kind] = len(found.columns)
    best = [kind for kind, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else None
