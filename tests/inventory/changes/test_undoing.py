"""A change set is undone as one, or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from core.database import Database
from inventory.changes.deleting import delete
from inventory.changes.editing import Edit, save
from inventory.changes.errors import ChangeSetNotFoundError, UndoneError, UndoRefusedError
from inventory.changes.history import change_sets
from inventory.changes.importing import import_ledger
from inventory.changes.recording import Occasion
from inventory.changes.undoing import undo
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.ledger import state
from inventory.ledger.plan import State
from inventory.models import BusinessSystem, Device
from inventory.scope import ALL
from security.audit import Actor
from tests.inventory.sheets import COUNTY, Cells, workbook
from tests.inventory.test_planner import EMPTY, LEDGERS, mended

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
WANG = Actor("wang", "person")
FORM = Occasion(WANG, NOW, ChangeOrigin.FORM, "form")


def imported(database: Database, ledger: Mapping[str, Cells]) -> int:
    with database.write() as session:
        return import_ledger(session, workbook(ledger), WANG, now=NOW).change_set or 0


def loaded(database: Database) -> State:
    with database.read() as session:
        return state.load(session)[0]


def undone(database: Database, number: int) -> int:
    with database.write() as session:
        return undo(session, number, WANG, now=NOW).id


def test_an_import_is_undone_as_one_and_the_undoing_too(database: Database) -> None:
    first = imported(database, COUNTY)
    whole = loaded(database)
    second = undone(database, first)
    # A rack or a port that a row named on the way stays: it is nobody's row.
    assert {kind: rows for kind, rows in loaded(database).items() if rows} == {}
    undone(database, second)
    assert loaded(database) == whole


def test_what_was_deleted_comes_back_under_its_number(database: Database) -> None:
    imported(database, COUNTY)
    whole = loaded(database)
    with database.write() as session:
        number = session.query(BusinessSystem.id).scalar()
        delete(session, ObjectKind.SYSTEM, number, FORM, scope=ALL)
    with database.read() as session:
        (last, _) = change_sets(session).items
    undone(database, last.id)
    assert loaded(database) == whole
    with database.read() as session:
        assert session.query(BusinessSystem.id).scalar() == number


def test_what_was_changed_since_is_not_overwritten(database: Database) -> None:
    first = imported(database, COUNTY)
    with database.write() as session:
        number = session.query(Device.id).filter(Device.name == "CORE-01").scalar()
        save(session, Edit(ObjectKind.DEVICE, number, {"model": "S12700"}), FORM, scope=ALL)
    before = loaded(database)
    with pytest.raises(UndoRefusedError) as refused:
        undone(database, first)
    assert "CORE-01: it was changed since" in str(refused.value)
    assert loaded(database) == before


def test_what_was_changed_since_and_set_back_is_no_obstacle(database: Database) -> None:
    first = imported(database, COUNTY)
    later = imported(database, {"设备": [["名称", "角色", "型号"], ["CORE-01", "核心交换机", "S12700"]]})
    with pytest.raises(UndoRefusedError):
        undone(database, first)
    undone(database, later)
    undone(database, first)
    assert {kind: rows for kind, rows in loaded(database).items() if rows} == {}


def test_other_fields_that_were_changed_since_are_kept(database: Database) -> None:
    imported(database, COUNTY)
    model = imported(database, {"设备": [["名称", "角色", "型号"], ["CORE-01", "核心交换机", "S12700"]]})
    imported(database, {"设备": [["名称", "角色", "厂商"], ["CORE-01", "核心交换机", "华三"]]})
    undone(database, model)
    values = loaded(database)[ObjectKind.DEVICE][("CORE-01",)]
    assert (values["model"], values["vendor"]) == ("", "华三")


def test_what_others_hang_on_by_now_is_not_taken_away(database: Database) -> None:
    places = {title: cells for title, cells in COUNTY.items() if title in {"行政区划", "地点"}}
    first = imported(database, places)
    imported(database, COUNTY)
    with pytest.raises(UndoRefusedError):
        undone(database, first)


def test_nothing_is_undone_twice(database: Database) -> None:
    first = imported(database, COUNTY)
    undone(database, first)
    with pytest.raises(UndoneError):
        undone(database, first)
    with pytest.raises(ChangeSetNotFoundError):
        undone(database, 999)


@given(LEDGERS, LEDGERS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_any_import_gives_the_state_before_it(
    database: Database, earlier: Mapping[str, Cells], later: Mapping[str, Cells]
) -> None:
    with database.write() as session:
        import_ledger(session, workbook(mended(earlier, EMPTY)), WANG, now=NOW)
        session.expire_all()
        before, _ = state.load(session)
        change_set = import_ledger(session, workbook(mended(later, before)), WANG, now=NOW).change_set
        if change_set is not None:
            session.expire_all()
            undo(session, change_set, WANG, now=NOW)
            session.expire_all()
        assert state.load(session)[0] == before
        session.rollback()
