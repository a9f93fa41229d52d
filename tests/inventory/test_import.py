"""The import against a real database: what is written is what was planned, all of it or nothing."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from core.database import Database
from core.events import Event
from core.i18n import translator
from inventory.changes import report
from inventory.changes.importing import Preview, import_ledger, preview
from inventory.errors import LedgerWrongError
from inventory.kinds import LineKind, ObjectKind
from inventory.ledger import state
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import Action, State, requested
from inventory.ledger.values import Key, Values
from inventory.models import BusinessSystem, Device, Line, Port, Unit
from inventory.ports import ensure_ports, port_key
from security.audit import Actor, Filter, find, verify
from tests.inventory.sheets import COUNTY, Cells, delimited, workbook
from tests.inventory.test_planner import EMPTY, LEDGERS, mended, planned

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
CLERK = Actor("console:wang", "person")


def imported(database: Database, file: LedgerFile) -> Preview:
    with database.write() as session:
        return import_ledger(session, file, CLERK, now=NOW)


def loaded(database: Database) -> State:
    with database.read() as session:
        return state.load(session)[0]


def comparable(found: State) -> dict[ObjectKind, dict[Key, Values]]:
    """A port is compared by what its spellings have in common."""
    shown: dict[ObjectKind, dict[Key, Values]] = {kind: dict(objects) for kind, objects in found.items()}
    for key, values in shown[ObjectKind.LINE].items():
        keys = {field: port_key(str(values[field])) for field in ("a_port", "b_port") if values[field] is not None}
        shown[ObjectKind.LINE][key] = {**values, **keys}
    return shown


def test_a_preview_writes_nothing(database: Database) -> None:
    with database.read() as session:
        found = preview(session, workbook(COUNTY))
    assert not found.applied
    assert found.plan.problems == ()
    with database.read() as session:
        assert session.scalar(select(func.count(Unit.id))) == 0


def test_what_is_written_is_what_was_planned_and_a_second_import_changes_nothing(database: Database) -> None:
    first = imported(database, workbook(COUNTY))
    assert first.applied
    assert comparable(loaded(database)) == comparable(requested(EMPTY, first.plan.changes))
    second = imported(database, workbook(COUNTY))
    assert {change.action for change in second.plan.changes} == {Action.SAME}


def test_the_objects_hang_together_as_the_ledger_says(database: Database) -> None:
    imported(database, workbook(COUNTY))
    with database.read() as session:
        line = session.scalars(select(Line).where(Line.name == "城关备线")).one()
        assert line.backup_of is not None
        assert line.backup_of.name == "城关专线"
        assert (line.kind, line.bandwidth_bps) == (LineKind.CELLULAR, 50_000_000)
        assert line.a_device is not None
        assert line.a_port is not None
        assert (line.a_device.name, line.a_port.name) == ("CORE-01", "GE0/0/2")
        assert line.a_port.device_id == line.a_device_id
        system = session.scalars(select(BusinessSystem)).one()
        assert [unit.name for unit in system.units] == ["城关镇人民政府", "电子政务办"]
        assert system.protection_level == 3


def test_a_file_with_one_wrong_cell_writes_nothing_at_all(database: Database) -> None:
    broken = {**COUNTY, "设备": [*COUNTY["设备"], ["SW-03", "接入交换机", "10.0.0.300"]]}
    with pytest.raises(LedgerWrongError) as caught:
        imported(database, workbook(broken))
    assert caught.value.count == 1
    assert not any(loaded(database).values())
    with database.read() as session:
        assert find(session, Filter(event=Event.INVENTORY_IMPORTED)).records == ()


def test_an_import_is_recorded_with_the_files_digest_and_its_sums(database: Database) -> None:
    file = workbook(COUNTY)
    imported(database, file)
    with database.read() as session:
        (entry,) = find(session, Filter(event=Event.INVENTORY_IMPORTED)).records
        assert entry.actor_name == "console:wang"
        assert entry.subject == "ledger:台账.xlsx"
        assert entry.detail["sha256"] == file.digest
        assert entry.detail["counts"]["device"] == {"new": 2}
        assert verify(session).broken is None


def test_devices_swap_their_addresses(database: Database) -> None:
    imported(database, workbook(COUNTY))
    rows = [["名称", "角色", "管理地址", "SNMP端口"]]
    rows += [["CORE-01", "核心交换机", "10.0.0.2", "1161"], ["SW-02", "接入交换机", "10.0.0.1", "161"]]
    imported(database, delimited(rows, "gb18030"))
    found = loaded(database)[ObjectKind.DEVICE]
    assert {key: values["address"] for key, values in found.items()} == {
        ("CORE-01",): "10.0.0.2",
        ("SW-02",): "10.0.0.1",
    }


def test_a_line_moved_to_another_device_gets_a_port_there(database: Database) -> None:
    imported(database, workbook(COUNTY))
    rows = [["名称", "运营商", "类型", "A端设备", "A端端口"], ["城关专线", "电信", "MSTP", "SW-02", "GE0/0/1"]]
    imported(database, delimited(rows))
    with database.read() as session:
        line = session.scalars(select(Line).where(Line.name == "城关专线")).one()
        assert line.a_port is not None
        assert line.a_port.device_id == line.a_device_id == line.b_device_id


def test_a_port_that_discovery_found_is_used_and_keeps_its_name(database: Database) -> None:
    imported(database, workbook({title: cells for title, cells in COUNTY.items() if title not in {"专线", "业务系统"}}))
    with database.write() as session:
        device = session.scalars(select(Device).where(Device.name == "CORE-01")).one()
        ensure_ports(session, device.id, ["GigabitEthernet0/0/1"])
    imported(database, workbook(COUNTY))
    assert loaded(database)[ObjectKind.LINE][("城关专线",)]["a_port"] == "GigabitEthernet0/0/1"
    with database.read() as session:
        assert session.scalar(select(func.count(Port.id)).where(Port.device_id == device.id)) == 2
        again = preview(session, workbook(COUNTY))
    assert {change.action for change in again.plan.changes} == {Action.SAME}


@given(LEDGERS, LEDGERS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_ledger_that_can_be_imported_gives_the_state_that_was_planned(
    database: Database, earlier: Mapping[str, Cells], later: Mapping[str, Cells]
) -> None:
    with database.write() as session:
        for ledger in (earlier, later):
            before, _ = state.load(session)
            ledger = mended(ledger, before)  # noqa: PLW2901  # the rest of it is what is imported
            import_ledger(session, workbook(ledger), CLERK, now=NOW)
            session.expire_all()
            after, _ = state.load(session)
            assert comparable(after) == comparable(requested(before, planned(ledger, before).changes))
        session.rollback()


def test_the_report_says_it_in_both_languages(database: Database) -> None:
    imported(database, workbook(COUNTY))
    rows = [
        ["名称", "角色", "型号", "管理地址"],
        ["CORE-01", "路由器", "S12700", ""],
        ["SW-9", "路由器", "", "10.0.0.1"],
    ]
    with database.read() as session:
        found = preview(session, workbook({"设备": rows, "封面": [["x"]]}))
    assert list(report.lines(found, "zh")) == [
        "设备!D3：10.0.0.1，应为：不重复的地址；CORE-01 已使用",
        "设备!2 CORE-01: 角色 核心交换机 → 路由器, 型号 - → S12700",
        "未采用：封面",
        "设备: 新增 1  变更 1  不变 0",
        "错误：1",
    ]
    assert "expected: an address of its own; CORE-01 has this one" in next(report.lines(found, "en"))
    assert "设备!2 CORE-01: Role core switch → router, Model - → S12700" in list(report.lines(found, "en"))
    shown = report.as_json(found, translator("zh"))
    assert shown["wrong"] == [{"cell": "设备!D3", "value": "10.0.0.1", "expected": "不重复的地址；CORE-01 已使用"}]
    assert shown["changes"][0]["fields"] == {
        "role": {"old": "core_switch", "new": "router"},
        "model": {"old": "", "new": "S12700"},
    }


def test_a_long_report_is_cut_and_says_so(database: Database) -> None:
    rows = [["名称", "角色"], *([f"SW-{number}", "?"] for number in range(150))]
    with database.read() as session:
        found = preview(session, workbook({"设备": rows}))
    lines = list(report.lines(found, "en"))
    assert lines[100] == "... and 50 more (--json shows all)"
    assert len(report.as_json(found, translator("en"))["wrong"]) == 150


@pytest.mark.slow
def test_five_thousand_rows_are_previewed_in_a_few_seconds(database: Database) -> None:
    heading = ["名称", "角色", "管理地址", "厂商", "型号", "序列号", "单位"]
    units = [["名称"], *([f"单位{number}"] for number in range(250))]
    devices = [
        [f"SW-{n:04}", "接入交换机", f"10.0.{n // 250}.{n % 250 + 1}", "华为", "S5735", f"2102{n:08}", f"单位{n % 250}"]
        for n in range(4750)
    ]
    file = workbook({"单位": units, "设备": [heading, *devices]})
    imported(database, file)
    began = time.process_time()
    with database.read() as session:
        found = preview(session, file)
    assert found.plan.counts()[ObjectKind.DEVICE] == {Action.SAME: 4750}
    assert time.process_time() - began < 5
