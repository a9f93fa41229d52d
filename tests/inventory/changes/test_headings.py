"""A heading of an office's own is explained once, and every later file is understood."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from inventory.changes.entries import entries_of
from inventory.changes.headings import as_rows, choose, forget, forget_heading, from_rows, remember_used, remembered
from inventory.changes.importing import import_ledger, preview
from inventory.errors import (
    HeadingNotFoundError,
    LedgerHeadingError,
    LedgerHeadingOwnError,
    LedgerHeadingTwiceError,
)
from inventory.kinds import FieldFormat, ObjectKind
from inventory.ledger.headings import HeadingRead, KnownBy, SheetHeadings
from inventory.ledger.layout import layout_of, with_headings
from inventory.ledger.opening import LedgerFile
from inventory.ledger.plan import ChangePlan
from inventory.ledger.reading import read
from inventory.ledger.sheets import SHEET_OF
from inventory.models import CustomField, Device
from security import audit
from tests.inventory.sheets import delimited, workbook

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
WANG = audit.Actor("wang", "person")
DEVICE = ObjectKind.DEVICE
# The office writes 网管口 for the management address and keeps a column of its own.
FILE = workbook({"设备": [["名称", "角色", "网管口", "责任心"], ["SW-01", "接入交换机", "10.1.0.1", "强"]]})


@pytest.fixture
def session(database: Database) -> Session:
    with database.write() as session:
        yield session


def plan(session: Session, file: LedgerFile = FILE, kind: ObjectKind | None = None) -> ChangePlan:
    return preview(session, file, kind).plan


def say(session: Session, said: Mapping[str, str | None], file: LedgerFile = FILE) -> None:
    choose(session, plan(session, file).headings, {DEVICE: said}, WANG, now=NOW)


def known_by(found: ChangePlan) -> dict[str, tuple[str, KnownBy]]:
    [sheet] = found.headings
    return {one.written: (one.field, one.known_by) for one in sheet.read}


def address(found: ChangePlan) -> object:
    [change] = found.changes
    return change.after["address"]


def records(session: Session) -> list[str]:
    return [one.event for one in audit.find(session, audit.Filter(event="inventory:headings:")).records]


def test_an_unknown_heading_is_left_out_until_somebody_says_what_it_means(session: Session) -> None:
    before = plan(session)
    assert known_by(before)["网管口"] == ("", KnownBy.NOTHING)
    assert before.ignored == ("设备: 网管口", "设备: 责任心")
    assert address(before) is None
    say(session, {"网管口": "address", "责任心": ""})
    after = plan(session)
    assert address(after) == "10.1.0.1"
    assert known_by(after) == {
        "名称": ("name", KnownBy.TEMPLATE),
        "角色": ("role", KnownBy.TEMPLATE),
        "网管口": ("address", KnownBy.CHOSEN),
        "责任心": ("", KnownBy.CHOSEN),
    }
    assert after.ignored == ()


@pytest.mark.parametrize("spelling", ["网管口", " 网 管 口 ", "网管口*", "网管口（必填）"])
def test_the_next_file_is_understood_in_any_spelling_as_csv_too(session: Session, spelling: str) -> None:
    say(session, {"网管口": "address"})
    later = delimited([["名称", "角色", spelling], ["SW-02", "接入交换机", "10.1.0.2"]])
    assert address(plan(session, later)) == "10.1.0.2"


def test_a_file_without_any_known_heading_can_be_explained(session: Session) -> None:
    file = delimited([["资产台账"], ["称呼", "职能", "网管口"], ["SW-01", "接入交换机", "10.1.0.1"]])
    found = plan(session, file, DEVICE)
    assert found.problems
    assert [one.written for one in found.headings[0].read] == ["称呼", "职能", "网管口"]
    choose(session, found.headings, {DEVICE: {"称呼": "name", "职能": "role", "网管口": "address"}}, WANG, now=NOW)
    after = plan(session, file, DEVICE)
    assert (after.problems, address(after)) == ((), "10.1.0.1")


def test_a_usual_spelling_may_mean_something_else_in_this_office(session: Session) -> None:
    file = delimited([["名称", "角色", "IP"], ["SW-01", "接入交换机", "10.1.0.1"]])
    assert known_by(plan(session, file))["IP"] == ("address", KnownBy.SPELLING)
    say(session, {"IP": ""}, file)
    assert address(plan(session, file)) is None


def test_a_heading_of_the_template_keeps_its_meaning(session: Session) -> None:
    with pytest.raises(LedgerHeadingOwnError):
        say(session, {"名称": "serial"})
    with pytest.raises(LedgerHeadingOwnError):
        with_headings(layout_of(session), {"管理地址": "序列号"})


def test_a_column_that_there_is_not_is_refused(session: Session) -> None:
    with pytest.raises(LedgerHeadingError):
        say(session, {"网管口": "colour"})


def test_two_columns_of_a_sheet_cannot_mean_the_same(session: Session) -> None:
    for said in ({"网管口": "address", "责任心": "address"}, {"网管口": "name"}):
        with pytest.raises(LedgerHeadingTwiceError):
            say(session, said)


def test_what_was_said_gives_way_to_a_file_that_says_it_itself(session: Session) -> None:
    say(session, {"网管口": "address"})
    both = workbook({"设备": [["网管口", "名称", "角色", "管理地址"], ["10.9.9.9", "SW-01", "接入交换机", "10.1.0.1"]]})
    found = plan(session, both)
    assert (found.problems, address(found)) == ((), "10.1.0.1")
    assert found.ignored == ("设备: 网管口",)


def test_what_is_said_again_changes_and_records_nothing(session: Session) -> None:
    for _ in range(2):
        say(session, {"网管口": "address", "责任心": None})
    assert records(session) == [Event.HEADINGS_REMEMBERED]
    assert [(one.written, one.field, one.person) for one in remembered(session)] == [("网管口", "address", "wang")]


def test_what_is_forgotten_is_asked_again(session: Session) -> None:
    say(session, {"网管口": "address", "责任心": ""})
    say(session, {"责任心": None})
    forget_heading(session, DEVICE, " 网管口*", WANG)
    assert remembered(session) == []
    assert known_by(plan(session)) == known_by(plan(session)) | {
        "网管口": ("", KnownBy.NOTHING),
        "责任心": ("", KnownBy.NOTHING),
    }
    assert records(session) == [Event.HEADINGS_FORGOTTEN, *[Event.HEADINGS_REMEMBERED] * 2]
    for again in (lambda: forget_heading(session, DEVICE, "网管口", WANG), lambda: forget(session, 7, WANG)):
        with pytest.raises(HeadingNotFoundError):
            again()


def test_an_own_field_may_be_meant_and_may_be_taken_away(session: Session) -> None:
    field = CustomField(kind=DEVICE, name="考核", format=FieldFormat.TEXT, help="", choices=[])
    session.add(field)
    session.flush()
    say(session, {"责任心": "custom.考核"})
    assert plan(session).changes[0].after["custom.考核"] == "强"
    session.delete(field)
    session.flush()
    assert known_by(plan(session))["责任心"] == ("", KnownBy.NOTHING)


def test_what_was_said_for_one_import_is_remembered_when_it_stood_in_the_file(session: Session) -> None:
    said = {"网管口": "管理地址", "网管": "管理地址"}
    reading = read(FILE, None, with_headings(layout_of(session), said))
    import_ledger(session, FILE, WANG, None, reading, now=NOW)
    for _ in range(2):
        remember_used(session, reading.headings, said, WANG, now=NOW)
    assert [(one.kind, one.written, one.field) for one in remembered(session)] == [(DEVICE, "网管口", "address")]
    assert session.scalars(select(Device.address)).one() == "10.1.0.1"
    assert records(session) == [Event.HEADINGS_REMEMBERED]


def test_how_headings_were_read_is_kept_with_a_draft() -> None:
    kept = [SheetHeadings("Sheet1", DEVICE, (HeadingRead("网管口", "address", KnownBy.CHOSEN),))]
    assert from_rows(as_rows(kept)) == kept


FIELDS = [column.field for column in SHEET_OF[DEVICE].columns if column.field not in {"name", "role"}]
WRITTEN = st.lists(st.text("甲乙丙丁戊己庚辛壬癸", min_size=1, max_size=4), unique=True, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # rolled back each time
@given(WRITTEN, st.permutations(FIELDS), st.sets(st.integers(0, 4)))
def test_a_mapping_that_is_remembered_reads_the_next_file_as_it_read_the_first(
    database: Database, written: list[str], fields: list[str], left_out: set[int]
) -> None:
    said = {one: "" if n in left_out else fields[n] for n, one in enumerate(written)}
    file = delimited([["名称", "角色", *written], ["SW-01", "接入交换机", *("7" for _ in written)]])
    with database.write_engine.connect() as connection, Session(connection) as session:
        choose(session, plan(session, file).headings, {DEVICE: said}, WANG, now=NOW)
        first = plan(session, file)
        assert {one.written: one.field for one in first.headings[0].read} == {"名称": "name", "角色": "role", **said}
        assert all(one.known_by is not KnownBy.NOTHING for one in first.headings[0].read)
        choose(session, first.headings, {DEVICE: said}, WANG, now=NOW)
        assert entries_of(plan(session, file)) == entries_of(first)
        session.rollback()
