"""Finding the heading row of a table, and which column means what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Headings:
    """The row of the headings, the meaning of columns by index, and headings that mean nothing to us."""

    sheet: Sheet
    row: int
    columns: Mapping[int, Column]
    unknown: tuple[str, ...]
    problems: tuple[Problem, ...]


def sheet_titled(title: str) -> Sheet | None:
    wanted = fold(title)
    return next((s for s in SHEETS if wanted in {fold(t) for t in (s.title, s.english, *s.aliases)}), None)


def headings_of(table: Table, sheet: Sheet) -> Headings | None:
    """The first of the row with most known headings; None where no row looks like one."""
    found = [(number, row, _match(row, sheet)) for number, row in _heading_rows(table)]
    number, heading_row, matched = max(found, key=lambda one: len(one[2]), default=(0, [], []))
    if len(matched) < min(FEWEST, sum(column.required for column in sheet.columns)):
        return None
    columns: dict[int, Column] = {}
    problems = []
    for index, column in matched:
        if column in columns.values():
            place = Where(table.title, number, index + 1)
            problems.append(Problem(place, column.heading, N_("each heading only once")))
        columns[index] = column
    problems += _missing(table, sheet, number, columns)
    unknown = tuple(
        str(cell)
        for index, cell in enumerate(heading_row)
        if index not in columns and isinstance(cell, str) and cell.strip()
    )
    return Headings(sheet, number, columns, unknown, tuple(problems))


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
    matched = ((index, known.get(_heading(cell))) for index, cell in cells if isinstance(cell, str))
    return [(index, column) for index, column in matched if column is not None]


def _heading(cell: str) -> str:
    return fold(cell).strip("*").removesuffix("(必填)").strip("*")


def kind_of(table: Table, layout: Layout) -> ObjectKind | None:
    """What a table without a title lists: the one kind whose required headings are all there and that knows most."""
    scores: dict[ObjectKind, int] = {}
    for sheet in layout.values():
        found = headings_of(table, sheet)
        if found and not found.problems:
            scores[sheet.kind] = len(found.columns)
    best = [kind for kind, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else None
