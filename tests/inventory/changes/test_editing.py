"""One object by a form: planned like a ledger's row, kept in the history, told to whoever came second."""

from datetime import UTC, datetime
from threading import Event as Signal
from threading import Thread

import pytest
from sqlalchemy import select

from core.database import Database
from core.events import Event
from core.i18n import translator
from inventory.changes.deleting import delete
from inventory.changes.editing import Edit, Found, Saved, find, save
from inventory.changes.errors import (
    EditConflictError,
    EditWrongError,
    InUseError,
    OutOfReachError,
    UnknownFieldError,
)
from inventory.changes.history import differences, of_object
from inventory.changes.importing import import_ledger, preview
from inventory.changes.recording import Occasion
from inventory.errors import NotFoundError, WrittenMeanwhileError
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.ledger.layout import layout_of
from inventory.ledger.state import MODELS
from inventory.models import Device, Rack, Unit
from inventory.scope import ALL, Scope
from security.audit import Actor, Filter
from security.audit import find as find_records
from tests.inventory.sheets import COUNTY, workbook
from tests.same_moment import told_to_the_second

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
WANG = Actor("wang", "person")
LI = Actor("li", "person")


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        import_ledger(session, workbook(COUNTY), WANG, now=NOW)
    return database


def number_of(database: Database, kind: ObjectKind, name: str) -> int:
    with database.read() as session:
        model = MODELS[kind]
        found: int = session.query(model.id).filter(model.name == name).scalar()
        return found


def found(database: Database, kind: ObjectKind, name: str, scope: Scope = ALL) -> Found:
    with database.read() as session:
        return find(session, kind, number_of(database, kind, name), scope=scope)


def saved(database: Database, edit: Edit, actor: Actor = WANG, scope: Scope = ALL) -> Saved:
    with database.write() as session:
        return save(session, edit, Occasion(actor, NOW, ChangeOrigin.FORM, "form"), scope=scope)


def test_only_the_fields_that_were_sent_change(county: Database) -> None:
    before = found(county, ObjectKind.DEVICE, "CORE-01")
    outcome = saved(county, Edit(ObjectKind.DEVICE, before.number, {"model": "S12700E", "address": " 10.0.0.8 "}))
    assert outcome.changed
    after = found(county, ObjectKind.DEVICE, "CORE-01")
    assert {field for field in after.values if after.values[field] != before.values[field]} == {"model", "address"}
    assert after.values["address"] == "10.0.0.8"


def test_a_blank_text_takes_the_value_away(county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "CORE-01")
    saved(county, Edit(ObjectKind.DEVICE, number, {"unit": "", "tags": " "}))
    after = found(county, ObjectKind.DEVICE, "CORE-01")
    assert (after.values["unit"], after.values["tags"]) == (None, ())


def test_an_object_gets_another_name_and_keeps_its_number_and_what_hangs_on_it(county: Database) -> None:
    number = number_of(county, ObjectKind.UNIT, "电子政务办")
    assert saved(county, Edit(ObjectKind.UNIT, number, {"name": "大数据中心"})).number == number
    assert found(county, ObjectKind.DEVICE, "CORE-01").values["unit"] == ("大数据中心",)
    with county.read() as session:
        assert session.get_one(Unit, number).initials == "dsjzx"


def test_a_name_that_another_one_has_is_refused(county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "CORE-01")
    for edit in (Edit(ObjectKind.DEVICE, number, {"name": "SW-02"}), Edit(ObjectKind.DEVICE, None, new("SW-02"))):
        with pytest.raises(EditWrongError) as refused:
            saved(county, edit)
        assert [problem.column for problem in refused.value.problems] == ["name"]


def new(name: str, **more: str) -> dict[str, str]:
    return {"name": name, "role": "接入交换机", **more}


def test_every_wrong_field_is_named_and_nothing_is_written(county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "CORE-01")
    texts = {"name": "", "address": "10.0.0.999", "unit": "无此单位", "model": "S1"}
    with pytest.raises(EditWrongError) as refused:
        saved(county, Edit(ObjectKind.DEVICE, number, texts))
    assert {problem.column for problem in refused.value.problems} >= {"name", "address"}
    assert found(county, ObjectKind.DEVICE, "CORE-01").values["model"] == ""


def test_a_new_object_needs_its_required_fields(county: Database) -> None:
    with pytest.raises(EditWrongError) as refused:
        saved(county, Edit(ObjectKind.DEVICE, None, {"name": "SW-9"}))
    assert [problem.column for problem in refused.value.problems] == ["role"]


def test_a_field_that_there_is_not_is_refused(county: Database) -> None:
    with pytest.raises(UnknownFieldError):
        saved(county, Edit(ObjectKind.DEVICE, None, new("SW-9", colour="grey")))


def test_the_second_of_two_is_told_what_the_first_one_changed(county: Database) -> None:
    seen = found(county, ObjectKind.DEVICE, "CORE-01")
    saved(county, Edit(ObjectKind.DEVICE, seen.number, {"model": "S12700"}, seen.version), WANG)
    with pytest.raises(EditConflictError) as refused:
        saved(county, Edit(ObjectKind.DEVICE, seen.number, {"vendor": "华三"}, seen.version), LI)
    facts = refused.value.facts
    assert facts["actor"] == "wang"
    with county.read() as session:
        (theirs,) = of_object(session, ObjectKind.DEVICE, seen.number, since=seen.version)
        assert theirs.after == {"model": "S12700"}
        assert facts["version"] == theirs.id
    again = Edit(ObjectKind.DEVICE, seen.number, {"vendor": "华三"}, theirs.id)
    assert saved(county, again, LI).changed


def test_of_two_who_save_at_once_the_second_is_told(county: Database) -> None:
    """The second begins while the first has not committed, and so cannot see its change yet."""
    seen = found(county, ObjectKind.DEVICE, "CORE-01")
    begun, outcome = Signal(), list[object]()

    def second() -> None:
        begun.set()
        try:
            outcome.append(saved(county, Edit(ObjectKind.DEVICE, seen.number, {"vendor": "华三"}, seen.version), LI))
        except EditConflictError as error:
            outcome.append(error)

    thread = Thread(target=second)
    with county.write() as session:
        first = Edit(ObjectKind.DEVICE, seen.number, {"model": "S12700"}, seen.version)
        save(session, first, Occasion(WANG, NOW, ChangeOrigin.FORM, "form"), scope=ALL)
        thread.start()
        begun.wait()
        thread.join(0.5)
        assert thread.is_alive(), "it waits for the first"
    thread.join()
    assert isinstance(outcome[0], EditConflictError)


def test_history_and_audit_log_say_who_changed_what_from_what(county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "CORE-01")
    saved(county, Edit(ObjectKind.DEVICE, number, {"model": "S12700"}), LI)
    with county.read() as session:
        newest, first = of_object(session, ObjectKind.DEVICE, number)
        assert (newest.change_set.actor, newest.before, newest.after) == ("li", {"model": ""}, {"model": "S12700"})
        assert first.before is None
        shown = list(differences(newest, layout_of(session), "en"))
        assert [(one.heading, one.before, one.after) for one in shown] == [("Model", "", "S12700")]
        (record,) = find_records(session, Filter(event=Event.OBJECT_CHANGED)).records
        assert (record.actor_name, record.subject) == ("li", "device:CORE-01")


def test_what_changes_nothing_leaves_no_trace(county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "CORE-01")
    assert not saved(county, Edit(ObjectKind.DEVICE, number, {"name": "CORE-01", "vendor": "华为"})).changed
    with county.read() as session:
        assert len(of_object(session, ObjectKind.DEVICE, number)) == 1
        assert not find_records(session, Filter(event=Event.OBJECT_CHANGED)).records


def test_what_is_out_of_reach_is_not_there_and_nothing_is_moved_out_of_reach(county: Database) -> None:
    own = Scope.units([number_of(county, ObjectKind.UNIT, "城关镇人民政府")])
    core, switch = (number_of(county, ObjectKind.DEVICE, name) for name in ("CORE-01", "SW-02"))
    assert saved(county, Edit(ObjectKind.DEVICE, switch, {"model": "S1"}), scope=own).changed
    with pytest.raises(NotFoundError):
        saved(county, Edit(ObjectKind.DEVICE, core, {"model": "S1"}), scope=own)
    with pytest.raises(OutOfReachError):
        saved(county, Edit(ObjectKind.DEVICE, switch, {"unit": "电子政务办"}), scope=own)
    with pytest.raises(OutOfReachError):
        saved(county, Edit(ObjectKind.SITE, None, {"name": "新址"}), scope=own)
    with pytest.raises(OutOfReachError):
        saved(county, Edit(ObjectKind.DEVICE, None, new("SW-9")), scope=own)


def test_who_has_what_is_not_told_to_somebody_who_may_not_see_it(county: Database) -> None:
    own = Scope.units([number_of(county, ObjectKind.UNIT, "城关镇人民政府")])
    switch = number_of(county, ObjectKind.DEVICE, "SW-02")
    taken = Edit(ObjectKind.DEVICE, switch, {"address": "10.0.0.1", "snmp_port": "161"})
    with pytest.raises(EditWrongError) as refused:
        saved(county, taken, scope=own)
    assert [(one.column, one.facts) for one in refused.value.problems] == [("address", {"other": "…"})]
    with pytest.raises(EditWrongError) as refused:
        saved(county, taken)
    assert refused.value.problems[0].facts == {"other": "CORE-01"}
    unit = number_of(county, ObjectKind.UNIT, "城关镇人民政府")
    with pytest.raises(InUseError) as in_use, county.write() as session:
        delete(session, ObjectKind.UNIT, unit, Occasion(WANG, NOW, ChangeOrigin.FORM, "x"), scope=own)
    told = in_use.value.render(translator("zh"))
    assert "SW-02" in told
    assert "行政审批" not in told
    assert "4" in told, "the system is counted"


def test_a_rack_that_is_named_is_made_in_the_room_and_its_units_are_not_taken_twice(county: Database) -> None:
    place = {"site": "行政中心", "room": "中心机房", "rack": "A01"}
    with pytest.raises(EditWrongError, match=r"inventory\.edit_wrong"):
        saved(county, Edit(ObjectKind.DEVICE, None, new("SW-9", rack_position="41", **place)))
    with pytest.raises(EditWrongError):
        saved(county, Edit(ObjectKind.DEVICE, None, new("SW-9", rack_position="47", rack_units="2", **place)))
    saved(county, Edit(ObjectKind.DEVICE, None, new("SW-9", rack_position="42", **place)))
    saved(county, Edit(ObjectKind.DEVICE, None, new("SW-10", **{**place, "rack": "B07"})))
    with county.read() as session:
        assert {rack.name for rack in session.query(Rack)} == {"A01", "B07"}
        assert session.query(Device).filter(Device.name == "SW-9").one().rack_position == 42


def test_a_rack_is_not_made_lower_than_the_devices_in_it(county: Database) -> None:
    """CORE-01 takes the units 40 and 41; renaming the rack at the same time hides nothing."""
    number = number_of(county, ObjectKind.RACK, "A01")
    for texts in ({"height": "40"}, {"height": "40", "name": "A02"}):
        with pytest.raises(EditWrongError) as refused:
            saved(county, Edit(ObjectKind.RACK, number, texts))
        (problem,) = refused.value.problems
        assert (problem.column, problem.facts) == ("height", {"top": 41, "device": "CORE-01"})
    assert saved(county, Edit(ObjectKind.RACK, number, {"height": "41"})).changed
    saved(county, Edit(ObjectKind.DEVICE, number_of(county, ObjectKind.DEVICE, "CORE-01"), {"life_cycle": "停用"}))
    assert saved(county, Edit(ObjectKind.RACK, number, {"height": "20"})).changed


def test_a_ledger_may_lower_a_rack_and_move_its_device_down_at_once(county: Database) -> None:
    lower = {"机柜": [["机房", "名称", "高度"], ["行政中心/中心机房", "A01", "24U"]]}
    device = {"设备": [["名称", "角色", "U位"], ["CORE-01", "核心交换机", 10]]}
    with county.read() as session:
        assert [one.column for one in preview(session, workbook(lower)).plan.problems] == ["height"]
        assert preview(session, workbook(lower | device)).plan.problems == ()


@pytest.mark.parametrize(
    ("kind", "name", "hanging"),
    [
        (ObjectKind.UNIT, "城关镇人民政府", "SW-02"),
        (ObjectKind.SITE, "行政中心", "电子政务办"),
        (ObjectKind.DEVICE, "CORE-01", "城关专线"),
        (ObjectKind.RACK, "A01", "CORE-01"),
        (ObjectKind.LINE, "城关专线", "城关备线"),
        (ObjectKind.VLAN, "政务办公", "10.0.0.0/24"),
    ],
)
def test_what_others_hang_on_is_not_deleted(county: Database, kind: ObjectKind, name: str, hanging: str) -> None:
    number = number_of(county, kind, name)
    with pytest.raises(InUseError) as refused, county.write() as session:
        delete(session, kind, number, Occasion(WANG, NOW, ChangeOrigin.FORM, name), scope=ALL)
    assert hanging in refused.value.render(translator("zh"))
    assert hanging in refused.value.render(translator("en"))


def test_what_nothing_hangs_on_is_deleted_with_its_record(county: Database) -> None:
    number = number_of(county, ObjectKind.SYSTEM, "行政审批")
    with county.write() as session:
        delete(session, ObjectKind.SYSTEM, number, Occasion(WANG, NOW, ChangeOrigin.FORM, "行政审批"), scope=ALL)
    with county.read() as session:
        newest = of_object(session, ObjectKind.SYSTEM, number)[0]
        assert newest.after is None
        assert (newest.before or {})["lines"] == [["城关专线"]]
        (record,) = find_records(session, Filter(event=Event.OBJECT_DELETED)).records
        assert record.subject == "system:行政审批"
    with pytest.raises(NotFoundError):
        found_again(county, number)


def found_again(database: Database, number: int) -> None:
    with database.read() as session:
        find(session, ObjectKind.SYSTEM, number, scope=ALL)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
@pytest.mark.parametrize("took", ["the same name", "the same address"])
def test_of_two_who_take_the_same_in_the_same_moment_the_second_is_told(database: Database, took: str) -> None:
    texts = {"name": "SW-09", "role": "接入交换机", "address": "10.0.0.9"}
    theirs = {**texts, "address": "10.0.0.8"} if took == "the same name" else {**texts, "name": "SW-08"}
    occasion = {actor: Occasion(actor, NOW, ChangeOrigin.FORM, "form") for actor in (WANG, LI)}
    error = told_to_the_second(
        database,
        lambda session: save(session, Edit(ObjectKind.DEVICE, None, texts), occasion[WANG], scope=ALL),
        lambda session: save(session, Edit(ObjectKind.DEVICE, None, theirs), occasion[LI], scope=ALL),
    )
    assert isinstance(error, WrittenMeanwhileError)
    assert (error.kind, error.name) == (ObjectKind.DEVICE, theirs["name"])
    with database.read() as session:
        assert session.scalars(select(Device.name)).all() == ["SW-09"]
        assert [one.actor_name for one in find_records(session, Filter(event=Event.OBJECT_CREATED)).records] == ["wang"]
