from datetime import timedelta

import pytest
from sqlalchemy import event, select

from collectors.models import DiscoveredNeighbour
from collectors.survey.merge import SEEN_EVERY, Row
from collectors.survey.surroundings import record_neighbours
from collectors.topology import REFRESH, SOON
from core.database import Database
from core.jobs import Job
from tests.collectors.county import NOW


def named(local_port: str, far: str, *, device: int = 1, protocol: str = "lldp") -> Row:
    return {
        "device_id": device,
        "local_port": local_port,
        "remote_name": far,
        "remote_port": "GE0/0/24",
        "protocol": protocol,
    }


def record(database: Database, *rows: Row, after: timedelta = timedelta(0), device: int = 1) -> None:
    now = NOW + after
    record_neighbours(database, device, [row | {"seen": now} for row in rows], now)


def held(database: Database) -> set[tuple[int, str, str]]:
    with database.read() as session:
        found = session.scalars(select(DiscoveredNeighbour))
        return {(one.device_id, one.local_port, one.remote_name) for one in found}


def asked(database: Database) -> list[Job]:
    with database.read() as session:
        return list(session.scalars(select(Job).where(Job.kind == REFRESH)))


def test_what_a_device_no_longer_names_is_gone_and_others_keep_theirs(database: Database) -> None:
    record(database, named("GE0/0/1", "SW-1", device=2), device=2)
    record(database, named("GE0/0/1", "SW-1"), named("GE0/0/2", "SW-2"))
    record(database, named("GE0/0/2", "SW-2"))
    assert held(database) == {(1, "GE0/0/2", "SW-2"), (2, "GE0/0/1", "SW-1")}
    record(database)
    assert held(database) == {(2, "GE0/0/1", "SW-1")}


def test_links_are_derived_anew_once_for_all_that_changes_in_the_same_moment(database: Database) -> None:
    record(database, named("GE0/0/1", "SW-1"))
    record(database, named("GE0/0/1", "SW-1", device=2), device=2, after=timedelta(seconds=5))
    [job] = asked(database)
    assert job.not_before == NOW + SOON


@pytest.mark.parametrize(
    "other",
    [[], [named("GE0/0/2", "SW-1")], [named("GE0/0/1", "SW-1", protocol="cdp")]],
    ids=["gone", "moved", "by CDP"],
)
def test_another_neighbour_calls_for_it_and_the_same_one_does_not(database: Database, other: list[Row]) -> None:
    record(database, named("GE0/0/1", "SW-1"))
    with database.write() as session:
        session.delete(session.scalars(select(Job)).one())
    record(database, named("GE0/0/1", "SW-1"), after=timedelta(hours=1))
    assert asked(database) == []
    record(database, *other, after=timedelta(hours=2))
    assert len(asked(database)) == 1


def test_the_same_neighbours_are_written_again_every_few_hours_only(database: Database) -> None:
    written: list[str] = []
    event.listen(database.bulk_engine, "before_cursor_execute", lambda _c, _u, statement, *_: written.append(statement))
    record(database, named("GE0/0/1", "SW-1"))
    assert written
    for after, writes in ((timedelta(hours=1), False), (SEEN_EVERY, True), (-timedelta(days=400), True)):
        written.clear()
        record(database, named("GE0/0/1", "SW-1"), after=after)
        assert bool(written) is writes


def test_who_is_missing_from_a_table_that_broke_off_has_not_left(database: Database) -> None:
    record(database, named("GE0/0/1", "SW-1"), named("GE0/0/2", "SW-2"))
    later = NOW + timedelta(hours=1)
    record_neighbours(database, 1, [named("GE0/0/3", "SW-3") | {"seen": later}], later, whole=False)
    assert held(database) == {(1, "GE0/0/1", "SW-1"), (1, "GE0/0/2", "SW-2"), (1, "GE0/0/3", "SW-3")}
    record(database, named("GE0/0/3", "SW-3"), after=timedelta(hours=2))
    assert held(database) == {(1, "GE0/0/3", "SW-3")}
