"""Ledgers as offices write them: each is understood as its writer meant it, or refused with the cell to correct."""

from collections.abc import Callable
from datetime import datetime

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from inventory import errors
from inventory.kinds import ObjectKind
from inventory.ledger.layout import with_headings
from inventory.ledger.opening import COMPOUND, ENCRYPTED, LedgerFile
from inventory.ledger.plan import ChangePlan
from inventory.ledger.planner import plan
from inventory.ledger.reading import read
from inventory.ledger.sheets import SHEET_OF
from tests.inventory.sheets import delimited, packed, workbook

DEVICES = ["设备名称", "设备类型", "管理IP", "序列号", "购置日期", "品牌"]


def planned(file: LedgerFile) -> ChangePlan:
    reading = read(file)
    made = plan(reading.rows, {})
    return ChangePlan(made.changes, (*reading.problems, *made.problems), tuple(reading.ignored))


def cells(found: ChangePlan) -> list[str]:
    return sorted(str(problem.where) for problem in found.problems)


def objects(file: LedgerFile, field: str = "name") -> list[object]:
    found = planned(file)
    assert found.problems == ()
    return [change.after[field] for change in found.changes]


def sheet(title: str, fill: Callable[[Worksheet], None]) -> LedgerFile:
    book = Workbook()
    assert book.active is not None
    page: Worksheet = book.active
    page.title = title
    fill(page)
    return packed(book)


def appended(*rows: list[object]) -> Callable[[Worksheet], None]:
    def fill(page: Worksheet) -> None:
        for row in rows:
            page.append(row)

    return fill


def one(name: str, *more: object) -> list[object]:
    return [name, "接入交换机", *more]


def test_titles_and_the_date_of_the_table_stand_above_the_headings() -> None:
    rows: list[list[object]] = [
        ["青岚县政务外网设备台账"],
        ["填表日期：2024年3月", None, "填表人：王伟"],
        [],
        DEVICES[:2],
        one("A"),
    ]
    assert objects(sheet("Sheet1", appended(*rows))) == ["A"]


def test_headings_in_two_rows_are_read_together() -> None:
    def fill(page: Worksheet) -> None:
        page.append(["名称", "运营商", "类型", "A端", None, "B端", None])
        page.append([None, None, None, "设备", "端口", "设备", "端口"])
        for area in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"):
            page.merge_cells(area)
        page.append(["城关专线", "电信", "MSTP", "A", "GE0/0/1", None, None])

    file = sheet("专线", fill)
    assert cells(planned(file)) == ["专线!D3", "专线!E3"]  # there is no device A, so no port of it
    assert [row.cells["a_port"].value for row in read(file).rows] == ["GE0/0/1"]


def test_a_title_merged_over_all_columns_is_no_upper_heading() -> None:
    def fill(page: Worksheet) -> None:
        page.append(["接入单位一览表", None])
        page.merge_cells("A1:B1")
        page.append(["单位名称", "简称"])
        page.append(["民政局", "民政"])

    assert objects(sheet("单位", fill)) == ["民政局"]


def test_dates_in_every_form_are_one_date_and_a_month_alone_is_refused() -> None:
    days = [
        "2019.3.5",
        "2019年3月5日",
        43529,
        "43529",
        "2019-03-05",
        datetime(2019, 3, 5),  # noqa: DTZ001  # a spreadsheet's have no zone
        "20190305",
        "２０１９/３/５",
    ]
    rows = [one(f"D{number}", None, None, day) for number, day in enumerate(days)]
    found = objects(workbook({"设备": [DEVICES, *rows]}), "purchased_on")
    assert [str(day) for day in found] == ["2019-03-05"] * len(days)
    assert cells(planned(workbook({"设备": [DEVICES, one("A", None, None, "2019年3月")]}))) == ["设备!E2"]


def test_the_same_device_twice_is_refused_at_the_second_place() -> None:
    assert cells(planned(workbook({"设备": [DEVICES, one("A"), one("B"), one("Ａ")]}))) == ["设备!A4"]


def test_wrong_addresses_are_each_named_by_their_cell() -> None:
    rows = [one("A", "10.0.0.256"), one("B", "10.0.0"), one("C", "0.0.0.0"), one("D", "１０。0.0.1")]  # noqa: S104
    assert cells(planned(workbook({"设备": [DEVICES, *rows[:3]]}))) == ["设备!C2", "设备!C3", "设备!C4"]


def test_full_width_digits_and_stray_blanks_are_put_right() -> None:
    file = workbook({"设备": [DEVICES, one(" SW－１\u00a0", "１０.０.０.１ ", "\u3000SN００１\n")]})
    assert objects(file, "address") == ["10.0.0.1"]
    assert objects(file, "serial") == ["SN001"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "utf-8"])
def test_a_csv_file_comes_in_the_encoding_of_its_office(encoding: str) -> None:
    assert objects(delimited([["设备名称", "设备类型"], ["城关镇䶮", "路由器"]], encoding)) == ["城关镇䶮"]


def test_hidden_rows_and_columns_are_read_because_they_are_there() -> None:
    def fill(page: Worksheet) -> None:
        appended(DEVICES, one("A", "10.0.0.1"), one("B", "10.0.0.2"))(page)
        page.row_dimensions[3].hidden = True
        page.column_dimensions["C"].hidden = True

    assert objects(sheet("设备", fill), "address") == ["10.0.0.1", "10.0.0.2"]


def test_a_formula_without_its_result_is_refused_at_its_cell() -> None:
    assert cells(planned(sheet("设备", appended(DEVICES, one("A", '="10.0."&"0.1"'))))) == ["设备!C2"]


def test_a_unit_merged_down_its_column_counts_for_every_row() -> None:
    def fill(page: Worksheet) -> None:
        appended(["单位", "姓名"], ["民政局", "王伟"], [None, "李娜"], [None, "赵敏"])(page)
        page.merge_cells("A2:A4")

    file = sheet("联系人", fill)
    assert [row.cells["unit"].value for row in read(file).rows] == ["民政局"] * 3


@pytest.mark.parametrize("word", ["合计", "小 计", "总计"])
def test_a_row_that_adds_up_is_left_out_and_named(word: str) -> None:
    found = planned(workbook({"设备": [DEVICES, one("A"), [word, None, None, "1"]]}))
    assert [change.key for change in found.changes] == [("A",)]
    assert found.ignored == ("设备!3",)
    assert found.problems == ()


def test_a_remark_below_the_table_is_refused_at_its_row() -> None:
    found = planned(workbook({"设备": [DEVICES, one("A"), ["注：以上设备均在保"]]}))
    assert cells(found) == ["设备!B3"]


def test_empty_sheets_and_sheets_of_something_else_do_no_harm() -> None:
    assert objects(workbook({"Sheet2": [], "设备": [DEVICES, one("A")], "说明": [["本表由各单位填写"]]})) == ["A"]


def test_a_second_table_below_the_first_is_refused_at_its_headings() -> None:
    rows: list[list[object]] = [DEVICES, one("A"), [], ["单位名称", "简称"], ["民政局", "民政"]]
    assert cells(planned(workbook({"设备": rows}))) == ["设备!B4", "设备!B5"]


def test_numbers_stored_as_text_stay_and_what_lost_its_digits_is_refused() -> None:
    assert objects(workbook({"设备": [DEVICES, one("A", None, "0012345678901234567")]}), "serial") == [
        "0012345678901234567"
    ]
    assert cells(planned(workbook({"设备": [DEVICES, one("A", None, 2.10235e18)]}))) == ["设备!D2"]


def test_a_long_number_that_excel_keeps_exactly_is_not_shown_with_an_exponent() -> None:
    assert objects(workbook({"设备": [DEVICES, one("A", None, 210235982110.0)]}), "serial") == ["210235982110"]


def test_a_workbook_whose_sheets_say_nothing_is_known_by_its_columns() -> None:
    file = workbook({"Sheet1": [["单位全称", "单位简称"], ["民政局", "民政"]], "Sheet3": [DEVICES, one("A")]})
    assert {change.kind for change in planned(file).changes} == {ObjectKind.UNIT, ObjectKind.DEVICE}


def test_a_heading_that_nobody_knows_means_what_somebody_says() -> None:
    file = workbook({"设备": [["设备名称", "设备类型", "网管口令牌地址"], one("A", "10.0.0.1")]})
    assert planned(file).ignored == ("设备: 网管口令牌地址",)
    reading = read(file, None, with_headings(SHEET_OF, {"网管口令牌地址": "管理地址"}))
    assert reading.ignored == []
    assert [row.cells["address"].value for row in reading.rows] == ["10.0.0.1"]


def test_a_meaning_that_no_column_has_is_refused() -> None:
    with pytest.raises(errors.LedgerHeadingError, match="颜色"):
        with_headings(SHEET_OF, {"网管": "颜色"})


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (COMPOUND + bytes(2000), errors.LedgerOldFormatError, ".xlsx"),
        (COMPOUND + bytes(512) + ENCRYPTED, errors.LedgerProtectedError, "without the password"),
    ],
)
def test_old_and_protected_files_are_refused_with_what_to_do(
    content: bytes, error: type[errors.LedgerError], told: str
) -> None:
    with pytest.raises(error) as caught:
        read(LedgerFile("台账.xls", content))
    assert told in caught.value.render_hint()
