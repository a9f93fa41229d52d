"""An office's own fields are columns like any other: read, checked, kept, shown."""

from datetime import UTC, date, datetime

import pytest

from core.database import Database
from inventory.changes.importing import import_ledger, preview
from inventory.errors import LedgerWrongError
from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger import state
from inventory.ledger.layout import layout_of
from inventory.ledger.plan import Action
from inventory.models import CustomField, Device
from security.audit import Actor
from tests.inventory.sheets import workbook

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
WANG = Actor("wang", "person")
HEADINGS = ["名称", "角色", "采购单价", "到货日期", "网络属性"]


@pytest.fixture
def office(database: Database) -> Database:
    fields = [
        CustomField(kind=ObjectKind.DEVICE, name="采购单价", format=FieldFormat.NUMBER),
        CustomField(kind=ObjectKind.DEVICE, name="到货日期", format=FieldFormat.DATE),
        CustomField(kind=ObjectKind.DEVICE, name="网络属性", format=FieldFormat.CHOICE, choices=["外网", "内网"]),
    ]
    with database.write() as session:
        session.add_all(fields)
    return database


def test_own_fields_are_read_and_kept(office: Database) -> None:
    file = workbook({"设备": [HEADINGS, ["R-1", "路由器", "12,500.00", "2026年3月1日", "外网"]]})
    with office.write() as session:
        import_ledger(session, file, WANG, now=NOW)
    with office.read() as session:
        device = session.query(Device).one()
        assert device.custom == {"采购单价": "12500.00", "到货日期": "2026-03-01", "网络属性": "外网"}
        values = state.load(session, layout_of(session))[0][ObjectKind.DEVICE][("R-1",)]
        assert values["custom.到货日期"] == date(2026, 3, 1)
        assert {change.action for change in preview(session, file).plan.changes} == {Action.SAME}


def test_a_value_is_taken_away_again(office: Database) -> None:
    for row in (["R-1", "路由器", "5", "", "内网"], ["R-1", "路由器", "-", "", ""]):
        with office.write() as session:
            import_ledger(session, workbook({"设备": [HEADINGS, row]}), WANG, now=NOW)
    with office.read() as session:
        assert session.query(Device).one().custom == {"网络属性": "内网"}


@pytest.mark.parametrize(("column", "value"), [(2, "很贵"), (3, "2026-02-30"), (4, "互联网")])
def test_what_does_not_fit_an_own_field_is_refused_with_its_cell(office: Database, column: int, value: str) -> None:
    row = ["R-1", "路由器", "", "", ""]
    row[column] = value
    file = workbook({"设备": [HEADINGS, row]})
    with office.read() as session:
        (problem,) = preview(session, file).plan.problems
    assert str(problem.where) == f"设备!{'ABCDE'[column]}2"
    with pytest.raises(LedgerWrongError), office.write() as session:
        import_ledger(session, file, WANG, now=NOW)


def test_a_value_that_its_field_no_longer_allows_stays_until_it_is_changed(office: Database) -> None:
    file = workbook({"设备": [HEADINGS, ["R-1", "路由器", "", "", "内网"]]})
    with office.write() as session:
        import_ledger(session, file, WANG, now=NOW)
        session.query(CustomField).filter(CustomField.name == "网络属性").one().choices = ["外网"]
    with office.read() as session:
        values = state.load(session, layout_of(session))[0][ObjectKind.DEVICE][("R-1",)]
    assert values["custom.网络属性"] == "内网"
