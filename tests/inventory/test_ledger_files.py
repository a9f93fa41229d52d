"""Files as offices and attackers hand them in: read, or refused by name, never a traceback."""

import contextlib
import random
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from inventory import errors
from inventory.kinds import DeviceRole, ObjectKind
from inventory.ledger import archive, table
from inventory.ledger.opening import COMPOUND, ENCRYPTED, LedgerFile, load
from inventory.ledger.reading import Reading, read
from inventory.ledger.sheets import SHEETS
from inventory.ledger.values import CLEAR
from tests.inventory.sheets import COUNTY, delimited, packed, workbook

DEVICES = [["名称", "角色", "管理地址"], ["SW-1", "接入交换机", "10.0.0.1"]]


def wrong(reading: Reading) -> list[tuple[str, str]]:
    return [(str(problem.where), problem.value) for problem in reading.problems]


def values(reading: Reading, row: int = 0) -> dict[str, object]:
    return {name: cell.value for name, cell in reading.rows[row].cells.items()}


def rewritten(file: LedgerFile, member: str, old: str, new: str) -> LedgerFile:
    """The same workbook with one text of one member replaced."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(file.content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == member:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(info, content)
    return LedgerFile(file.name, buffer.getvalue())


def test_a_whole_county_is_read() -> None:
    reading = read(workbook(COUNTY))
    assert reading.problems == []
    assert {row.kind for row in reading.rows} == set(ObjectKind)


def test_titles_above_odd_headings_and_blank_rows_are_understood() -> None:
    rows = [
        ["青岚县设备台账"],
        ["填表人：", "王伟", None, "2026年3月1日"],
        [],
        ["序号", "设备名称 *", "IP 地址", "设备类型（必填）", "颜色", "\n规格型号"],
        [1, " SW-1\n", "１０．０．０．１", "接入交换机", "灰", "S5735"],
        [2, None, None, None, None, None],
        [3, "SW-2", "/", "access switch", None, ""],
    ]
    reading = read(workbook({"设备清单": rows, "封面": [["不是台账"]]}))
    assert reading.problems == []
    assert values(reading) == {
        "name": "SW-1",
        "role": DeviceRole.ACCESS_SWITCH,
        "address": "10.0.0.1",
        "model": "S5735",
    }
    assert values(reading, 1) == {"name": "SW-2", "role": DeviceRole.ACCESS_SWITCH, "address": CLEAR}
    assert reading.ignored == ["封面", "设备清单: 序号", "设备清单: 颜色"]
    assert str(reading.rows[1].place("address")) == "设备清单!C7"


def test_a_unit_behind_a_heading_is_understood_and_a_wrong_one_is_not() -> None:
    rows = [["名称", "运营商", "类型", "带宽（M）", "月租费(万元)"], ["a", "电信", "MSTP", 100, 3]]
    reading = read(workbook({"专线": rows}))
    assert values(reading)["bandwidth_bps"] == 100_000_000
    assert reading.ignored == ["专线: 月租费(万元)"]


def test_dates_are_understood_however_excel_stored_them() -> None:
    rows = [["名称", "运营商", "类型", "合同开始", "合同结束"], ["a", "电信", "MSTP", date(2024, 1, 31), "2026.1.30"]]
    reading = read(workbook({"专线": rows}))
    assert values(reading)["contract_start"] == date(2024, 1, 31)
    assert values(reading)["contract_end"] == date(2026, 1, 30)


def test_each_wrong_cell_is_named_with_its_value() -> None:
    rows = [
        ["名称", "角色", "管理地址", "SNMP端口"],
        ["SW-1", "烤面包机", "10.0.0.300", 70000],
        [None, "路由器", "10.0.0.2", None],
        ["-", "路由器", None, None],
        ["SW-3", "#N/A", None, None],
    ]
    reading = read(workbook({"设备": rows}))
    assert wrong(reading) == [
        ("设备!B2", "烤面包机"),
        ("设备!C2", "10.0.0.300"),
        ("设备!D2", "70000"),
        ("设备!A3", ""),
        ("设备!A4", "-"),
        ("设备!B5", "#N/A"),
    ]
    assert all(row.wrong for row in reading.rows)


def test_a_missing_heading_is_named_and_the_sheet_is_not_read() -> None:
    reading = read(workbook({"设备": [["名称", "管理地址"], ["SW-1", "10.0.0.1"]]}))
    assert reading.broken
    assert [problem.facts for problem in reading.problems] == [{"heading": "角色"}]
    assert read(workbook({"设备": [["一", "二"], ["SW-1", "10.0.0.1"]]})).broken
    assert wrong(read(workbook({"设备": [["名称", "角色", "设备名称"]]}))) == [("设备!C1", "名称")]


def test_a_formula_counts_by_its_result_and_without_one_is_refused() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "设备"
    for row in [["名称", "角色"], ["SW-1", "路由器"], ['=A2&"-b"', "路由器"]]:
        page.append(row)
    file = packed(book)
    assert wrong(read(file)) == [("设备!A3", "=…")]
    stored = rewritten(file, "xl/worksheets/sheet1.xml", "</f><v />", "</f><v>SW-1-b</v>")
    stored = rewritten(stored, "xl/worksheets/sheet1.xml", '<c r="A3">', '<c r="A3" t="str">')
    assert read(stored).problems == []
    assert values(read(stored), 1)["name"] == "SW-1-b"


def test_cells_merged_downwards_all_say_what_the_first_one_says() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "设备"
    for row in [
        ["名称", "角色", "单位"],
        ["SW-1", "路由器", "民政局"],
        ["SW-2", "路由器"],
        ["SW-3", "路由器", "教育局"],
    ]:
        page.append(row)
    page.merge_cells("C2:C3")
    assert [values(read(packed(book)), row)["unit"] for row in range(3)] == ["民政局", "民政局", "教育局"]


@pytest.mark.parametrize("declared", ["A1", "A1:B2", "A1:XFD1048576"])
def test_a_wrong_dimension_does_not_hide_rows(declared: str) -> None:
    file = workbook({"设备": DEVICES})
    lied = rewritten(file, "xl/worksheets/sheet1.xml", '<dimension ref="A1:C2"', f'<dimension ref="{declared}"')
    assert values(read(lied))["address"] == "10.0.0.1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_file_is_read_in_any_encoding_that_offices_use(encoding: str, delimiter: str) -> None:
    reading = read(delimited(DEVICES, encoding, delimiter))
    assert reading.problems == []
    assert reading.rows[0].kind is ObjectKind.DEVICE
    assert values(reading)["address"] == "10.0.0.1"


def test_a_csv_file_that_could_be_several_kinds_asks_which() -> None:
    file = delimited([["名称", "备注"], ["行政中心", ""]])
    with pytest.raises(errors.LedgerKindError, match=r"inventory\.ledger_kind"):
        read(file)
    assert read(file, ObjectKind.SITE).rows[0].kind is ObjectKind.SITE


def test_only_the_kind_asked_for_is_taken_from_a_workbook() -> None:
    assert {row.kind for row in read(workbook(COUNTY), ObjectKind.UNIT).rows} == {ObjectKind.UNIT}


BAD_XML = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet'


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (LedgerFile("a.xlsx", b"not a workbook"), errors.LedgerNotAWorkbookError),
        (LedgerFile("a.xlsx", b""), errors.LedgerNotAWorkbookError),
        (LedgerFile("a.xls", COMPOUND + b"..."), errors.LedgerOldFormatError),
        (LedgerFile("a.xlsx", COMPOUND + b"..." + ENCRYPTED), errors.LedgerProtectedError),
        (LedgerFile("a.xlsx", b"PK\x03\x04 and then nothing"), errors.LedgerDamagedError),
        (LedgerFile("a.xlsx", workbook({"设备": DEVICES}).content[:-200]), errors.LedgerDamagedError),
        (
            rewritten(workbook({"设备": DEVICES}), "xl/worksheets/sheet1.xml", "<worksheet", BAD_XML),
            errors.LedgerDamagedError,
        ),
        (rewritten(workbook({"设备": DEVICES}), "xl/workbook.xml", "<workbook", "<work"), errors.LedgerDamagedError),
        (workbook({"封面": [["青岚县"]]}), errors.LedgerUnknownError),
        (LedgerFile("a.csv", b"\xff\xff\xff"), errors.LedgerEncodingError),
        (LedgerFile("a.csv", b"\0\0\0"), errors.LedgerEncodingError),
        (LedgerFile("a.csv", b""), errors.LedgerKindError),
        (LedgerFile("a.csv", b'"' + b"x" * 200_000 + b'"'), errors.LedgerDamagedError),
    ],
)
def test_an_unreadable_file_is_refused_by_name(file: LedgerFile, error: type[errors.LedgerError]) -> None:
    with pytest.raises(error) as caught:
        read(file)
    assert file.name in caught.value.render()


def test_a_zip_bomb_is_refused_by_its_sizes_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_BYTES", 1_000_000)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b" " * (archive.UNPACKED_BYTES + 1))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(errors.LedgerTooLargeError):
        read(LedgerFile("bomb.xlsx", buffer.getvalue()))


@pytest.mark.parametrize(
    "cells", ["<c/>" * 250_000, '<c r="A1"/></row>' + "<row/>" * 4_000_001 + "<row>"], ids=["wide", "long"]
)
def test_a_sheet_that_would_swell_in_the_parser_is_refused_before_it_is_parsed(cells: str) -> None:
    file = rewritten(workbook({"设备": DEVICES}), "xl/worksheets/sheet1.xml", "</row>", f"{cells}</row>")
    with pytest.raises(errors.LedgerTooFullError):
        read(file)


def test_a_sheet_that_nobody_named_is_known_by_its_headings() -> None:
    assert read(workbook({"Sheet1": DEVICES, "Sheet2": [["随便写写"]]})).rows[0].kind is ObjectKind.DEVICE


def test_an_archive_that_lies_about_its_sizes_is_damaged() -> None:
    content = workbook({"设备": DEVICES}).content
    with zipfile.ZipFile(BytesIO(content)) as source:
        info = source.getinfo("xl/worksheets/sheet1.xml")
    sizes = struct.pack("<LL", info.compress_size, info.file_size)
    with pytest.raises(errors.LedgerDamagedError):
        read(LedgerFile("a.xlsx", content.replace(sizes, struct.pack("<LL", info.compress_size, 10))))


def test_a_row_far_below_the_last_is_refused_without_counting_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.ledger.workbook.LAST_ROW", 10_000)
    file = rewritten(workbook({"设备": DEVICES}), "xl/worksheets/sheet1.xml", 'r="2"', 'r="999999999"')
    with pytest.raises(errors.LedgerTooLongError):
        read(file)


def test_ten_million_rows_are_refused_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("workbook", "delimited"):
        monkeypatch.setattr(f"inventory.ledger.{module}.MOST_ROWS", 50)
    rows = [DEVICES[0], *([f"SW-{number}", "路由器", ""] for number in range(60))]
    for file in (workbook({"设备": rows}), delimited(rows)):
        with pytest.raises(errors.LedgerTooLongError):
            read(file)


def test_a_file_that_is_too_large_or_gone_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(table.FILE_BYTES + 1)
    with pytest.raises(errors.LedgerTooLargeError):
        load(huge)
    with pytest.raises(errors.LedgerTooLargeError):
        read(LedgerFile("huge.csv", b"," * (table.TEXT_BYTES + 1)))
    for path in (tmp_path / "gone.xlsx", tmp_path):
        with pytest.raises(errors.LedgerMissingError):
            load(path)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, perhaps the end cut off."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.choice([len(changed), len(changed), chance.randrange(len(changed))])])


def repacked(content: bytes, chance: random.Random) -> bytes:
    """The same archive, sound, with one member spoilt."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        victim = chance.choice(source.namelist())
        for name in source.namelist():
            target.writestr(name, spoilt(source.read(name), chance) if name == victim else source.read(name))
    return buffer.getvalue()


@pytest.mark.parametrize("spoil", [spoilt, repacked])
def test_a_spoilt_workbook_is_read_or_refused_but_never_breaks_the_reader(
    spoil: Callable[[bytes, random.Random], bytes],
) -> None:
    content = workbook(COUNTY).content
    chance = random.Random(20260301)  # noqa: S311  # the same spoilt files in every run
    for _ in range(40):
        with contextlib.suppress(errors.LedgerError):
            read(LedgerFile("a.xlsx", spoil(content, chance)))


CELL = st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes())


@given(st.lists(st.lists(CELL, max_size=8), max_size=8), st.sampled_from(sorted(COUNTY)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_table_breaks_the_reader(rows: list[list[object]], title: str) -> None:
    text = [["" if cell is None else str(cell).translate({0: None, 34: None}) for cell in row] for row in rows]
    file = delimited([COUNTY[title][0], *text], "utf-8-sig")  # type: ignore[list-item]
    kind = next(sheet.kind for sheet in SHEETS if sheet.title == title)
    try:
        reading = read(file, kind)
    except errors.LedgerError:
        return
    assert all(problem.expected % problem.facts for problem in reading.problems)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_csv_reader(content: bytes) -> None:
    for prefix in (b"", "名称,角色\n".encode()):
        with contextlib.suppress(errors.LedgerError):
            read(LedgerFile("a.csv", prefix + content))
