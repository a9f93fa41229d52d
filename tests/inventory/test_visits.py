"""The entry register: who was in a machine room, with whom, from when to when."""

from datetime import UTC, datetime, timedelta

import pytest

from core.database import Database
from inventory import visits
from inventory.models import Room, Site
from inventory.rounds.errors import VisitNotFoundError, VisitTimeError
from inventory.visits import Visitor
from security.audit import Actor, find

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LI = Actor("li", "person")


@pytest.fixture
def room(database: Database) -> int:
    with database.write() as session:
        place = Room(name="中心机房", site=Site(name="县政务中心"))
        session.add(place)
        session.flush()
        return place.id


def visitor(entered_at: datetime = NOW) -> Visitor:
    return Visitor("王工", "某某公司", "", "更换电池", "张伟", "电池 4 组", entered_at)


def test_a_line_is_written_at_the_door_and_completed_when_they_leave(database: Database, room: int) -> None:
    later = NOW + timedelta(hours=2)
    with database.write() as session:
        place = session.get_one(Room, room)
        came = visits.enter(session, place, visitor(), actor=LI, now=NOW)
        assert [one.name for one in visits.inside(session, [room])] == ["王工"]
        with pytest.raises(VisitNotFoundError):
            visits.leave(session, room + 1, came.id, left_at=later, taken="", actor=LI, now=later)
        visits.leave(session, room, came.id, left_at=later, taken="旧电池", actor=LI, now=later)
        assert visits.inside(session, [room]) == []
        with pytest.raises(VisitNotFoundError):
            visits.leave(session, room, came.id, left_at=later, taken="", actor=LI, now=later)
    with database.read() as session:
        assert [entry.event for entry in find(session, limit=9).records] == [
            "inventory:visit:leave",
            "inventory:visit:enter",
        ]


def test_nobody_comes_tomorrow_or_leaves_before_coming(database: Database, room: int) -> None:
    with database.write() as session:
        place = session.get_one(Room, room)
        for entered in (NOW + timedelta(minutes=1), NOW - timedelta(days=8)):
            with pytest.raises(VisitTimeError):
                visits.enter(session, place, visitor(entered), actor=LI, now=NOW)
        came = visits.enter(session, place, visitor(), actor=LI, now=NOW)
        for left in (NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)):
            with pytest.raises(VisitTimeError):
                visits.leave(session, room, came.id, left_at=left, taken="", actor=LI, now=NOW)


def test_who_was_not_written_out_shows_after_a_day(database: Database, room: int) -> None:
    with database.write() as session:
        came = visits.enter(session, session.get_one(Room, room), visitor(), actor=LI, now=NOW)
        assert not visits.forgotten(came, NOW + timedelta(hours=24))
        assert visits.forgotten(came, NOW + timedelta(hours=25))


def test_the_register_is_read_page_by_page(database: Database, room: int) -> None:
    with database.write() as session:
        place = session.get_one(Room, room)
        numbers = [visits.enter(session, place, visitor(), actor=LI, now=NOW).id for _ in range(5)]
        first = visits.of_room(session, room, limit=3)
        rest = visits.of_room(session, room, before=first[-1].id, limit=3)
        assert [one.id for one in (*first, *rest)] == numbers[::-1]
