"""Fields of the office's own: a name that means one column only, values that move with it and go with it."""

from datetime import UTC, datetime

import pytest

from core.database import Database
from core.events import Event
from inventory import custom_fields
from inventory.changes.editing import Edit, find, save
from inventory.changes.importing import import_ledger
from inventory.changes.recording import Occasion
from inventory.custom_fields import Draft
from inventory.errors import FieldChoicesError, FieldInUseError, FieldNameError, FieldNotFoundError, FieldTakenError
from inventory.kinds import ChangeOrigin, FieldFormat, ObjectKind
from inventory.scope import ALL
from security.audit import Actor, Filter
from security.audit import find as find_records
from tests.inventory.sheets import COUNTY, workbook

WANG = Actor("wang", "person")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), WANG, now=NOW)
        custom_fields.add(session, ObjectKind.DEVICE, Draft("采购单价", FieldFormat.NUMBER, help="含税"), actor=WANG)
        edit = Edit(ObjectKind.DEVICE, 1, {"custom.采购单价": "12500.00"})
        save(session, edit, Occasion(WANG, NOW, ChangeOrigin.FORM, "x"), scope=ALL)
    return database


def test_a_field_is_recorded_when_it_is_added_changed_and_ended(county: Database) -> None:
    with county.write() as session:
        custom_fields.change(session, 1, Draft("采购单价", FieldFormat.NUMBER, help="含税"), actor=WANG)
        custom_fields.change(session, 1, Draft("单价（元）", FieldFormat.NUMBER, help="含税"), actor=WANG)
        assert find(session, ObjectKind.DEVICE, 1, scope=ALL).values["custom.单价（元）"] == "12500.00"
        assert custom_fields.end(session, 1, losing=1, actor=WANG) == "单价（元）"
        assert "custom.单价（元）" not in find(session, ObjectKind.DEVICE, 1, scope=ALL).values
    with county.read() as session:
        changed = find_records(session, Filter(event=Event.CUSTOM_FIELD_CHANGED)).records
        (ended,) = find_records(session, Filter(event=Event.CUSTOM_FIELD_ENDED)).records
        assert [record.subject for record in changed] == ["custom-field:device:采购单价"], "the first changed nothing"
        assert ended.subject == "custom-field:device:单价（元）"


@pytest.mark.parametrize("name", ["", "  ", "a" * 41, 'a"b', "a/b", "a.b", "a、b", "$x", "[0]"])
def test_a_name_that_would_mean_something_else_is_refused(county: Database, name: str) -> None:
    with county.write() as session, pytest.raises(FieldNameError):
        custom_fields.add(session, ObjectKind.DEVICE, Draft(name, FieldFormat.TEXT), actor=WANG)


@pytest.mark.parametrize("name", ["采购单价", "采购 单价", "型号", "规格型号", "Model", "model"])
def test_a_name_that_a_column_has_is_refused(county: Database, name: str) -> None:
    with county.write() as session:
        with pytest.raises(FieldTakenError):
            custom_fields.add(session, ObjectKind.DEVICE, Draft(name, FieldFormat.TEXT), actor=WANG)
        if name == "采购单价":
            assert custom_fields.add(session, ObjectKind.SITE, Draft(name, FieldFormat.TEXT), actor=WANG).id


@pytest.mark.parametrize("words", [(), ("外网",), ("外网", "外 网"), ("外网", "内" * 61)])
def test_one_of_several_needs_several_words(county: Database, words: tuple[str, ...]) -> None:
    with county.write() as session, pytest.raises(FieldChoicesError):
        custom_fields.add(session, ObjectKind.DEVICE, Draft("网络", FieldFormat.CHOICE, words), actor=WANG)


def test_what_would_be_lost_is_counted_and_more_than_that_is_not_lost(county: Database) -> None:
    with county.write() as session:
        held = custom_fields.held(session, custom_fields.get(session, 1))
        assert (held.count, held.first) == (1, [(1, "CORE-01", "12500.00")])
        with pytest.raises(FieldInUseError):
            custom_fields.end(session, 1, losing=0, actor=WANG)
        with pytest.raises(FieldNotFoundError):
            custom_fields.get(session, 2)
