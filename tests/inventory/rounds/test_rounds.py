"""Checklists, rounds and findings: what was looked at stays on record, what was wrong is followed up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.database import Database
from inventory.kinds import ChecklistPurpose
from inventory.models import Room, Round, Site
from inventory.rounds import checklists, findings, items, recording, rhythm
from inventory.rounds.checklists import Draft
from inventory.rounds.errors import (
    AnswerError,
    ChecklistNameError,
    ChecklistNotFoundError,
    ChecklistTakenError,
    DeadlineError,
    FindingNotFoundError,
    RhythmError,
)
from inventory.rounds.recording import Filled, Sent
from inventory.rounds.rhythm import Due
from security.audit import Actor, find

NOW = datetime(2026, 3, 1, 17, tzinfo=UTC)  # already the second in China
TODAY = date(2026, 3, 2)
CHINA = "Asia/Shanghai"
LI = Actor("li", "person")
TEXT = "门锁完好\n温度 [18-27 ℃]\n其他："


@pytest.fixture
def rooms(database: Database) -> tuple[int, int]:
    with database.write() as session:
        site = Site(name="县政务中心")
        rooms = [Room(name=name, site=site) for name in ("中心机房", "备用机房")]
        session.add_all(rooms)
        session.flush()
        return rooms[0].id, rooms[1].id


def draft(rooms: tuple[int, ...], name: str = "日常巡检", text: str = TEXT, every: int | None = 7) -> Draft:
    return Draft(name, ChecklistPurpose.ROUND, text, every, frozenset(rooms))


def gone_round(session: Session, checklist: int, room: int, *sent: Sent, now: datetime = NOW) -> Round:
    filled = Filled(sent, "", TODAY + timedelta(days=3))
    place = session.get_one(Room, room)
    found = checklists.of_room(session, room, checklist)
    return recording.record(session, found, place, filled, actor=LI, now=now, today=TODAY)


GOOD = (Sent(verdict="good"), Sent(value="22"), Sent(value="无"))
BAD = (Sent(verdict="wrong", note="锁坏"), Sent(value="31"), Sent())


def test_what_is_wrong_becomes_a_finding_until_it_is_put_right(database: Database, rooms: tuple[int, int]) -> None:
    with database.write() as session:
        made = checklists.create(session, draft(rooms), actor=LI)
        done = gone_round(session, made.id, rooms[0], *BAD)
        assert done.wrong == 2
        assert [(one.item, one.found) for one in findings.open_in(session, rooms)] == [
            ("门锁完好", "锁坏"),
            ("温度", "31 ℃ (18–27 ℃)"),
        ]
        first = findings.open_in(session, rooms)[0].id
        with pytest.raises(FindingNotFoundError):
            findings.close(session, rooms[1], first, "换锁", actor=LI, now=NOW)
        findings.close(session, rooms[0], first, "换锁", actor=LI, now=NOW)
        with pytest.raises(FindingNotFoundError):
            findings.close(session, rooms[0], first, "又换", actor=LI, now=NOW)
        assert [one.item for one in findings.open_in(session, rooms)] == ["温度"]
    with database.read() as session:
        events = [entry.event for entry in find(session, limit=10).records]
    assert events == ["inventory:finding:close", "inventory:round:record", "inventory:checklist:create"]


def test_a_round_keeps_the_checklist_as_it_was(database: Database, rooms: tuple[int, int]) -> None:
    with database.write() as session:
        made = checklists.create(session, draft(rooms), actor=LI)
        done = gone_round(session, made.id, rooms[0], *GOOD)
        checklists.change(session, made.id, draft(rooms, text="只看门锁", name="新名"), actor=LI)
        session.expire_all()
        assert [answer.item.name for answer in recording.answers_of(done)] == ["门锁完好", "温度", "其他"]
        assert (done.name, done.wrong) == ("日常巡检", 0)
        assert items.written([items.restored(one) for one in checklists.get(session, made.id).items]) == "只看门锁"


def test_a_form_with_a_gap_records_nothing(database: Database, rooms: tuple[int, int]) -> None:
    with database.write() as session:
        made = checklists.create(session, draft(rooms), actor=LI)
        for sent in ((), GOOD[:1], (Sent(verdict="good"), Sent(value="warm"), Sent())):
            with pytest.raises(AnswerError):
                gone_round(session, made.id, rooms[0], *sent)
        assert recording.of_room(session, rooms[0], 10) == []


def test_a_deadline_lies_ahead_where_something_is_wrong(database: Database, rooms: tuple[int, int]) -> None:
    with database.write() as session:
        made = checklists.create(session, draft(rooms), actor=LI)
        place = session.get_one(Room, rooms[0])
        for due in (TODAY - timedelta(days=1), TODAY + timedelta(days=367)):
            with pytest.raises(DeadlineError):
                recording.record(session, made, place, Filled(BAD, "", due), actor=LI, now=NOW, today=TODAY)
        past = Filled(GOOD, "", TODAY - timedelta(days=1))
        assert recording.record(session, made, place, past, actor=LI, now=NOW, today=TODAY).wrong == 0


def test_what_is_due_follows_the_rhythm_in_the_offices_own_days(database: Database, rooms: tuple[int, int]) -> None:
    with database.write() as session:
        made = checklists.create(session, draft(rooms), actor=LI)
        spare = checklists.create(session, draft(rooms[:1], name="按需", every=None), actor=LI)
        gone_round(session, made.id, rooms[0], *GOOD)
        waiting = rhythm.pending(session, rooms, TODAY + timedelta(days=9), CHINA)
        assert [(one.room.name, one.checklist.id, one.due and one.due.overdue_days) for one in waiting] == [
            ("中心机房", made.id, 2),  # it was done on the second, by the clock on the wall
            ("备用机房", made.id, 0),
            ("中心机房", spare.id, None),
        ]
        checklists.retire(session, made.id, actor=LI)
        assert [one.checklist.id for one in rhythm.pending(session, rooms, TODAY, CHINA)] == [spare.id]
        with pytest.raises(ChecklistNotFoundError):
            gone_round(session, made.id, rooms[0], *GOOD)
        with pytest.raises(ChecklistNotFoundError):
            checklists.of_room(session, rooms[1], spare.id)


def test_a_rhythm_counts_from_the_last_time() -> None:
    last = date(2026, 2, 20)
    assert rhythm.due(None, last, TODAY) is None
    assert rhythm.due(1, None, TODAY) == Due(TODAY, None, 0)
    assert rhythm.due(7, last, TODAY) == Due(date(2026, 2, 27), last, 3)
    assert not Due(TODAY, None, -1).now


def test_a_checklist_has_a_name_of_its_own_and_a_rhythm_that_can_be_kept(
    database: Database, rooms: tuple[int, int]
) -> None:
    with database.write() as session:
        made = checklists.create(session, draft(rooms), actor=LI)
        for wrong, refusal in (
            (draft(rooms), ChecklistTakenError),
            (draft(rooms, name=" "), ChecklistNameError),
            (draft(rooms, name="x" * 61), ChecklistNameError),
            (draft(rooms, name="月检", every=0), RhythmError),
            (draft(rooms, name="月检", every=367), RhythmError),
        ):
            with pytest.raises(refusal):
                checklists.create(session, wrong, actor=LI)
        assert checklists.change(session, made.id, draft((*rooms, 99)), actor=LI).rooms == made.rooms
    with database.read() as session:
        assert len(find(session, limit=10).records) == 1, "what changes nothing is not recorded"
