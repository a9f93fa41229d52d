"""What is read out can be read in: it changes nothing where it came from, and gives all of it to an empty place."""

import csv
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger.book import write_book
from inventory.ledger.columns import Layout
from inventory.ledger.delimited import write_delimited
from inventory.ledger.exporting import pages_of
from inventory.ledger.layout import _column, _extended
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import Action, ChangePlan, State, requested
from inventory.ledger.planner import plan
from inventory.ledger.reading import Reading, read
from inventory.ledger.sheets import SHEET_OF
from inventory.models import CustomField
from tests.inventory.counties import EMPTY, counties
from tests.inventory.test_planner import applied

FIELDS = [
    CustomField(kind=kind, name=name, format=format_, choices=["一类", "二类,乙"], help="")
    for kind in ObjectKind
    for name, format_ in (
        ("=保密编号", FieldFormat.TEXT),
        ("面积", FieldFormat.NUMBER),
        ("验收日期", FieldFormat.DATE),
        ("类别", FieldFormat.CHOICE),
    )
]
LAYOUT: Layout = {
    kind: _extended(sheet, [_column(field) for field in FIELDS if field.kind is kind], {})
    for kind, sheet in SHEET_OF.items()
}


def read_in(reading: Reading, state: State) -> ChangePlan:
    assert (reading.problems, reading.ignored) == ([], [])
    made = plan(reading.rows, state)
    assert made.problems == ()
    return made


def require_the_same(found: ChangePlan, state: State, *kinds: ObjectKind) -> None:
    assert {change.action for change in found.changes} <= {Action.SAME}
    assert {(change.kind, change.key) for change in found.changes} == {
        (kind, key) for kind in kinds for key in state[kind]
    }


@given(counties(LAYOUT), st.sampled_from(["zh", "en"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_of_any_county_changes_nothing_there_and_makes_it_again_elsewhere(
    county: State, language: str
) -> None:
    file = LedgerFile("台账.xlsx", write_book(pages_of(county, LAYOUT, list(ObjectKind), language), language))
    reading = read(file, None, LAYOUT)
    require_the_same(read_in(reading, county), county, *ObjectKind)
    assert requested(EMPTY, read_in(reading, EMPTY).changes) == county


@given(counties(LAYOUT), st.sampled_from(["zh", "en"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_csv_of_each_kind_of_any_county_changes_nothing(county: State, language: str) -> None:
    for page in pages_of(county, LAYOUT, list(ObjectKind), language):
        file = LedgerFile("台账.csv", write_delimited(page, language))
        found = read_in(read(file, None, LAYOUT), county)
        require_the_same(found, county, page.sheet.kind)


@given(counties(LAYOUT))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_no_cell_of_a_csv_begins_as_a_formula_does(county: State) -> None:
    for page in pages_of(county, LAYOUT, list(ObjectKind), "zh"):
        text = write_delimited(page, "zh").decode("utf-8-sig")
        for line in csv.reader(StringIO(text, newline="")):
            assert [cell for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_county_gives_the_same_bytes(language: str) -> None:
    pages = pages_of({}, LAYOUT, list(ObjectKind), language)
    assert write_book(pages, language) == write_book(pages, language)


def test_the_topmost_region_is_found_though_one_below_has_its_name() -> None:
    county = applied(
        {"行政区划": [["名称", "级别", "上级"], ["新华", "县"], ["新华", "乡镇", "新华"], ["丰", "村", "新华/新华"]]}
    )
    for language in ("zh", "en"):
        pages = pages_of(county, SHEET_OF, [ObjectKind.REGION], language)
        require_the_same(
            read_in(read(LedgerFile("x.csv", write_delimited(pages[0], language))), county), county, ObjectKind.REGION
        )
