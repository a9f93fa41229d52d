"""Counties as hypothesis makes them up: every kind, every column, and names that a ledger can spoil.

A county begins as rows of a ledger whose cells hold whatever a person may type; rows that the planner refuses are
taken out, so that what is left can be in an inventory.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Layout, Sheet
from inventory.ledger.formats import Address, Day, Level, Names, Number, OneOf, Prefix, Tags, Text, Token, Words
from inventory.ledger.plan import State, requested
from inventory.ledger.planner import plan
from inventory.ledger.quantities import Bandwidth, Money, Share, Whole
from inventory.ledger.reading import Cell, Row, parsed
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.values import UnexpectedValueError, Where

EMPTY: State = {}
# What spreadsheets and CSV files are known to spoil: formulas, quotes, separators, long numbers, exponents, blanks.
TRAPS = (
    "=1+1", "+86 139", "-5号楼", "@政务", "'单引号", "''双", '"雪亮"工程', '雪"亮', "民政局、教育局", "办公室,二科",
    "甲；乙", "０１２３", "00123", "1E5", "3.10", "123456789012345678", "43529", "TRUE", "名 称", "a\u00a0b",
    "（新区）", "龘𠮷", "2019-3-5", "#N", "*号", "x" * 60, '=HYPERLINK("http://x")', "100%", "\u200b零宽",
)  # fmt: skip
_CHARACTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cn")), min_size=1, max_size=8)
TEXTS = st.sampled_from(TRAPS) | _CHARACTERS
PLAIN_NAMES = ("甲", "=乙", "丙、丁", '"戊"', "己,庚")
# Kinds that others name by their path: a slash of the name itself would make two paths one.
WORDS_OF_NAMES = {
    ObjectKind.UNIT: (*PLAIN_NAMES, "政务/审批"),
    ObjectKind.DEVICE: (*PLAIN_NAMES, "CORE/01"),
    ObjectKind.LINE: (*PLAIN_NAMES, "A/B"),
    ObjectKind.REGION: ("甲", "=乙", "丙、丁"),
    ObjectKind.SITE: ("甲", "己,庚"),
    ObjectKind.ROOM: ("甲", "=乙"),
    ObjectKind.SUBNET: ("10.1.0.0/16", "10.2.0.0/24", "2001:db8::/32"),
    ObjectKind.ADDRESS: ("10.1.0.1", "10.1.0.2", "2001:db8::1"),
}


def names_of(kind: ObjectKind) -> tuple[str, ...]:
    return WORDS_OF_NAMES.get(kind, PLAIN_NAMES)


def raw_of(sheet: Sheet, column: Column) -> st.SearchStrategy[object]:
    """What somebody types into a cell of the column."""
    if column.field == "name":
        return st.sampled_from(names_of(sheet.kind))
    if column.refers is not None:
        names = st.sampled_from(names_of(column.refers))
        if isinstance(column.format, Names):
            return st.frozensets(names, min_size=1).map(lambda some: column.format.show(frozenset((n,) for n in some)))
        return names
    return _typed(column.format)


def _typed(format_: Any) -> st.SearchStrategy[object]:  # noqa: C901, PLR0911, PLR0912  # one a format
    match format_:
        case Words(kind=kind):
            return st.sampled_from([word.value for word in kind])
        case OneOf(words=words):
            return st.sampled_from(words)
        case Day():
            return st.dates(date(1950, 1, 1), date(2199, 12, 31))
        case Whole(least=least, most=most):
            return st.integers(least, most)
        case Bandwidth():
            return st.integers(1, 10**12).map(lambda bps: f"{bps}bps")
        case Money():
            return st.integers(0, 10**12).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
        case Share():
            return st.integers(0, 10**6).map(format_.show)
        case Level():
            return st.integers(1, 5)
        case Number():
            return st.sampled_from(["12.50", "-3", "007", "0.000001"])
        case Address():
            return st.ip_addresses().map(str)
        case Prefix():
            return st.ip_addresses(v=4).map(lambda address: f"{address}/32")
        case Token():
            return st.sampled_from(["huawei_vrp", "a-b.c", "7"])
        case Tags():
            return st.lists(TEXTS, max_size=3).map("、".join)
        case Text():
            return TEXTS
    raise AssertionError(format_)


def counties(layout: Layout = SHEET_OF) -> st.SearchStrategy[State]:
    return st.tuples(
        *(
            st.lists(_typed_rows(layout[kind]), min_size=2, max_size=3, unique_by=lambda typed: typed["name"])
            for kind in ObjectKind
        )
    ).map(
        lambda found: standing(
            [
                row_of(layout[kind], number, typed)
                for kind, some in zip(ObjectKind, found, strict=True)
                for number, typed in enumerate(some, 2)
            ]
        )
    )


def _typed_rows(sheet: Sheet) -> st.SearchStrategy[Mapping[str, object]]:
    required = {column.field: raw_of(sheet, column) for column in sheet.columns if column.required}
    optional = {column.field: raw_of(sheet, column) for column in sheet.columns if not column.required}
    return st.fixed_dictionaries(required, optional=optional)


def row_of(sheet: Sheet, number: int, typed: Mapping[str, object]) -> Row:
    """A cell that its format refuses stays blank."""
    cells: dict[str, Cell] = {}
    for field, raw in typed.items():
        try:
            cells[field] = parsed(sheet.column(field), raw)
        except UnexpectedValueError:
            continue
    return Row(sheet, Where(sheet.title, number), cells)


def standing(found: list[Row]) -> State:
    """What the rows make of nothing, without the cells that the planner refuses, or the rows that cannot do without."""
    while True:
        made = plan(found, EMPTY)
        if not made.problems:
            return requested(EMPTY, made.changes)
        wrong: dict[Where, set[str]] = {}
        for problem in made.problems:
            wrong.setdefault(Where(problem.where.sheet, problem.where.row), set()).add(problem.column)
        found = [left for row in found if (left := _without(row, wrong.get(row.where, set()))) is not None]


def _without(row: Row, fields: set[str]) -> Row | None:
    required = {column.field for column in row.sheet.columns if column.required}
    if fields & {*required, ""}:
        return None
    return Row(row.sheet, row.where, {field: cell for field, cell in row.cells.items() if field not in fields})
