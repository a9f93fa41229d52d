"""The planner on values alone: what an import would do, and that doing it gives what was asked for."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.kinds import AdministrativeLevel, LifeCycle, ObjectKind
from inventory.ledger.headings import sheet_titled
from inventory.ledger.plan import Action, ChangePlan, State, requested
from inventory.ledger.planner import plan
from inventory.ledger.reading import Reading, Row, _read_table
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.table import Table
from inventory.ledger.values import Key, Values
from inventory.ports import port_key
from tests.inventory.sheets import COUNTY, Cells

Ledger = Mapping[str, Cells]
EMPTY: State = {}


def rows(ledger: Ledger) -> list[Row]:
    reading = Reading()
    for title, cells in ledger.items():
        sheet = sheet_titled(title)
        assert sheet is not None
        _read_table(reading, Table(title, dict(enumerate(cells, 1))), sheet)
    assert reading.problems == []
    return reading.rows


def planned(ledger: Ledger, state: State = EMPTY) -> ChangePlan:
    return plan(rows(ledger), state)


def applied(ledger: Ledger, state: State = EMPTY) -> dict[ObjectKind, dict[Key, Values]]:
    found = planned(ledger, state)
    assert found.problems == ()
    return requested(state, found.changes)


def wrong(found: ChangePlan) -> list[str]:
    return [str(problem.where) for problem in found.problems]


COUNTY_STATE = applied(COUNTY)


def device(name: str, **fields: object) -> Ledger:
    return {"设备": [["名称", "角色", *fields], [name, "路由器", *fields.values()]]}


def line(name: str, **fields: object) -> Ledger:
    return {"专线": [["名称", "运营商", "类型", *fields], [name, "电信", "MSTP", *fields.values()]]}


def test_a_county_is_all_new_then_all_the_same() -> None:
    first, second = planned(COUNTY), planned(COUNTY, COUNTY_STATE)
    assert {change.action for change in first.changes} == {Action.NEW}
    assert {change.action for change in second.changes} == {Action.SAME}
    assert first.counts()[ObjectKind.DEVICE][Action.NEW] == 2


def test_regions_find_their_parents_wherever_they_stand() -> None:
    assert set(COUNTY_STATE[ObjectKind.REGION]) == {
        ("青岚县",),
        ("青岚县", "城关镇"),
        ("青岚县", "龙泉乡"),
        ("青岚县", "城关镇", "新华村"),
        ("青岚县", "龙泉乡", "新华村"),
    }
    assert COUNTY_STATE[ObjectKind.SITE][("新华村部",)]["region"] == ("青岚县", "城关镇", "新华村")
    assert COUNTY_STATE[ObjectKind.UNIT][("城关镇人民政府",)]["region"] == ("青岚县", "城关镇")


def test_a_village_may_be_called_like_its_township() -> None:
    ledger = {
        "行政区划": [["名称", "级别", "上级"], ["城关", "村", "城关"], ["城关", "镇", "青岚县"], ["青岚县", "县", ""]]
    }
    state = applied(ledger)
    assert ("青岚县", "城关", "城关") in state[ObjectKind.REGION]
    assert {change.action for change in planned(ledger, state).changes} == {Action.SAME}


@pytest.mark.parametrize(
    "regions",
    [
        [["甲", "镇", "乙"], ["乙", "镇", "甲"]],
        [["甲", "镇", "甲"]],
        [["甲", "镇", "无此县"]],
        [["甲", "县", ""], ["乙", "县", "甲"]],
    ],
)
def test_a_region_that_has_no_place_is_named(regions: list[list[str]]) -> None:
    found = planned({"行政区划": [["名称", "级别", "上级"], *regions]})
    assert found.problems
    assert all(where.startswith("行政区划!C") for where in wrong(found))


def test_a_blank_cell_keeps_the_value_and_a_dash_takes_it_away() -> None:
    state = applied(device("CORE-01", 厂商="", 管理地址="-"), COUNTY_STATE)
    values = state[ObjectKind.DEVICE][("CORE-01",)]
    assert (values["vendor"], values["address"]) == ("华为", None)


def test_what_a_new_row_leaves_open_gets_the_default() -> None:
    values = applied(device("R-1"))[ObjectKind.DEVICE][("R-1",)]
    assert (values["snmp_port"], values["ssh_port"], values["life_cycle"]) == (161, 22, LifeCycle.SERVICE)
    assert (values["address"], values["serial"]) == (None, "")


def test_a_change_shows_old_and_new() -> None:
    (change,) = planned(device("CORE-01", 型号="S12700"), COUNTY_STATE).changes
    assert change.action is Action.CHANGED
    assert change.fields["model"] == ("", "S12700")
    assert set(change.fields) == {"model", "role"}


@pytest.mark.parametrize(
    ("ledger", "places"),
    [
        (device("R-1", 单位="无此单位"), ["设备!C2"]),
        (device("R-1", 机房="中心机房"), ["设备!C2"]),
        (device("R-1", 地点="行政中心", 机房="新华村部/中心机房"), ["设备!D2"]),
        (device("R-1", 管理地址="10.0.0.1"), ["设备!C2"]),
        (line("新线", 电路编号="CT1"), ["专线!D2"]),
        (line("新线", A端设备="无此设备"), ["专线!D2"]),
        (line("新线", A端端口="GE0/0/1"), ["专线!D2"]),
        (line("新线", 主用专线="新线"), ["专线!D2"]),
        (line("城关专线", 主用专线="城关备线"), ["专线!D2"]),
        (line("新线", 合同开始="2026-03-01", 合同结束=date(2026, 2, 1)), ["专线!E2"]),
        ({"行政区划": [["名称", "级别", "代码"], ["乙县", "县", "430481100"]]}, ["行政区划!C2"]),
        ({"业务系统": [["名称", "使用单位"], ["a", "电子政务办、无此单位"]]}, ["业务系统!B2"]),
        ({"联系人": [["单位", "姓名"], ["无此单位", "王伟"]]}, ["联系人!A2"]),
        ({"地点": [["名称", "行政区划"], ["a", "新华村"]]}, ["地点!B2"]),
        ({"设备": [["名称", "角色"], ["R-1", ""]]}, ["设备!B2"]),
        ({"设备": [["名称", "角色"], ["R-1", "路由器"], ["R-1", "防火墙"]]}, ["设备!A3"]),
    ],
)
def test_what_does_not_fit_is_named_by_its_cell(ledger: Ledger, places: list[str]) -> None:
    found = planned(ledger, COUNTY_STATE)
    assert wrong(found) == places
    assert all(problem.expected % problem.facts for problem in found.problems)


def test_two_devices_may_swap_their_addresses_and_others_may_not_take_them() -> None:
    heading = ["名称", "角色", "管理地址", "SNMP端口"]
    swap = [["CORE-01", "核心交换机", "10.0.0.2", 161], ["SW-02", "接入交换机", "10.0.0.1", 161]]
    assert applied({"设备": [heading, *swap]}, COUNTY_STATE)[ObjectKind.DEVICE][("SW-02",)]["address"] == "10.0.0.1"
    both = [["A", "路由器", "10.9.9.9", ""], ["B", "路由器", "10.9.9.9", ""], ["C", "路由器", "10.9.9.9", 1161]]
    assert wrong(planned({"设备": [heading, *both]})) == ["设备!C2", "设备!C3"]


def test_a_room_brings_its_site_along_and_a_move_leaves_the_old_room() -> None:
    assert COUNTY_STATE[ObjectKind.DEVICE][("SW-02",)]["site"] == ("新华村部",)
    moved = applied(device("CORE-01", 地点="新华村部"), COUNTY_STATE)[ObjectKind.DEVICE][("CORE-01",)]
    assert (moved["site"], moved["room"]) == (("新华村部",), None)
    inside = applied(device("CORE-01", 机房="中心机房"), COUNTY_STATE)[ObjectKind.DEVICE][("CORE-01",)]
    assert inside["room"] == ("行政中心", "中心机房")


def test_a_port_keeps_its_spelling_and_does_not_follow_to_another_device() -> None:
    same = planned(line("城关专线", A端端口="GigabitEthernet0/0/1"), COUNTY_STATE)
    assert [change.action for change in same.changes] == [Action.SAME]
    values = applied(line("城关专线", A端设备="SW-02"), COUNTY_STATE)[ObjectKind.LINE][("城关专线",)]
    assert (values["a_device"], values["a_port"]) == (("SW-02",), None)


def test_names_that_differ_only_in_width_case_and_blanks_are_found() -> None:
    values = applied(line("新线", A端设备="ｃｏｒｅ -01"), COUNTY_STATE)[ObjectKind.LINE][("新线",)]
    assert values["a_device"] == ("CORE-01",)


def test_a_wrong_row_does_not_make_those_wrong_that_refer_to_it() -> None:
    reading = Reading()
    for title, cells in {**device("R-1", 管理地址="wrong"), **line("新线", A端设备="R-1")}.items():
        sheet = sheet_titled(title)
        assert sheet is not None
        _read_table(reading, Table(title, dict(enumerate(cells, 1))), sheet)
    assert len(reading.problems) == 1
    assert plan(reading.rows, EMPTY).problems == ()


# -- properties ---------------------------------------------------------------------------------------------------

REGION_NAMES = ["青岚县", "城关", "龙泉", "新华村"]
PARENTS = ["", *REGION_NAMES, "城关/新华村", "青岚县/城关"]
LEVELS = ["县", "镇", "村"]
DEVICE_NAMES = ["D1", "D2", "d2", "D3"]
PORTS = ["", "GE0/0/1", "GigabitEthernet0/0/1", "GE0/0/2", "-"]
LINE_NAMES = ["L1", "L2", "L3"]


def _sheet(heading: Sequence[str], *columns: Sequence[object]) -> st.SearchStrategy[Cells]:
    row = st.tuples(*(st.sampled_from(column) for column in columns))
    return st.lists(row, max_size=5).map(lambda found: [heading, *map(list, found)])


LEDGERS = st.fixed_dictionaries(
    {
        "行政区划": _sheet(["名称", "级别", "上级"], REGION_NAMES, LEVELS, PARENTS),
        "地点": st.just([["名称"], ["S1"], ["S2"]]),
        "单位": _sheet(["名称", "行政区划", "地点"], ["U1", "U2"], ["", *REGION_NAMES], ["", "S1", "S2"]),
        "机房": st.just([["地点", "名称"], ["S1", "R"], ["S2", "R"], ["S2", "R2"]]),
        "设备": _sheet(
            ["名称", "角色", "管理地址", "地点", "机房"],
            DEVICE_NAMES,
            ["路由器", "UPS"],
            ["", "-", "10.0.0.1", "10.0.0.2"],
            ["", "-", "S1", "S2"],
            ["", "-", "R", "R2", "S1/R"],
        ),
        "专线": _sheet(
            ["名称", "运营商", "类型", "电路编号", "A端设备", "A端端口", "主用专线", "带宽"],
            LINE_NAMES,
            ["电信", "移动"],
            ["PON"],
            ["", "-", "C1", "C2"],
            ["", "-", *DEVICE_NAMES],
            PORTS,
            ["", "-", *LINE_NAMES],
            ["", "100M", 50],
        ),
        "业务系统": _sheet(["名称", "依托设备", "依托专线"], ["B1"], ["", "-", "D1", "D1、D3"], ["", "L1", "L2,L1"]),
    }
)


def mended(ledger: Ledger, state: State) -> Ledger:
    """The ledger without the rows that are wrong: whatever is left is one that can be imported."""
    while True:
        found = planned(ledger, state)
        if not found.problems:
            return ledger
        bad = {(problem.where.sheet, problem.where.row) for problem in found.problems}
        ledger = {
            title: [row for number, row in enumerate(cells, 1) if (title, number) not in bad]
            for title, cells in ledger.items()
        }


@given(LEDGERS)
@settings(max_examples=50)
def test_importing_twice_changes_nothing_the_second_time(ledger: Ledger) -> None:
    ledger = mended(ledger, EMPTY)
    second = planned(ledger, applied(ledger))
    assert second.problems == ()
    assert all(change.action is Action.SAME for change in second.changes)


@given(LEDGERS, LEDGERS)
@settings(max_examples=50)
def test_the_state_after_an_import_is_what_its_cells_ask_for(earlier: Ledger, later: Ledger) -> None:
    state = applied(mended(earlier, EMPTY))
    later = mended(later, state)
    second = planned(later, state)
    after = requested(state, second.changes)
    touched = {(change.kind, change.key) for change in second.changes}
    for kind, objects in state.items():
        assert all(after[kind][key] == values for key, values in objects.items() if (kind, key) not in touched)
    by_place = {row.where: row for row in rows(later)}
    for change in second.changes:
        for field, cell in by_place[change.where].cells.items():
            _assert_asked(field, cell.value, after[change.kind][change.key][field], change.kind)
    assert _consistent(after)


def _assert_asked(field: str, asked: object, found: object, kind: ObjectKind) -> None:
    column = SHEET_OF[kind].column(field)
    if field.endswith("_port") and isinstance(asked, str) and isinstance(found, str):
        assert port_key(found) == port_key(asked)
    elif column.refers is None and not hasattr(asked, "__dict__"):
        assert found == asked or isinstance(asked, AdministrativeLevel)


def _consistent(state: State) -> bool:
    """Every reference leads somewhere, every room lies in its device's site, every port has its device."""
    for kind, objects in state.items():
        for values in objects.values():
            for column in SHEET_OF[kind].columns:
                target = values[column.field]
                keys = target if isinstance(target, frozenset) else {target} - {None}
                if column.refers is not None and not keys <= state[column.refers].keys():
                    return False
    devices, lines = state[ObjectKind.DEVICE].values(), state[ObjectKind.LINE].values()
    roomy = all(isinstance(one["room"], tuple) and one["room"][:1] == one["site"] for one in devices if one["room"])
    return roomy and all(one["a_device"] is not None for one in lines if one["a_port"] is not None)
