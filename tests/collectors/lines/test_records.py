"""From what poller and people left in the tables to the availability of lines."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from collectors.lines.availability import Availability, Period
from collectors.lines.records import line_availability, outages_between
from collectors.models import LineCondition, LineState, OutageRecord, PollerRun, SubjectKind
from core.database import Database
from inventory.kinds import ObjectKind
from inventory.models import MaintenanceRecord
from tests.collectors.county import NOW

LINE, OTHER = 5, 6
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NOW + hours * HOUR


def outage(began: float, ended: float | None, state: str = "down", line: int = LINE) -> OutageRecord:
    return OutageRecord(
        subject_kind=SubjectKind.LINE,
        subject_id=line,
        subject_name="",
        state=state,
        began=at(began),
        ended=None if ended is None else at(ended),
        cause="port_down",
        in_maintenance=False,
    )


def mark(since: float, until: float) -> MaintenanceRecord:
    return MaintenanceRecord(
        kind=ObjectKind.LINE, subject_id=LINE, since=at(since), until=at(until), note="", marked_by=""
    )


def run(began: float, seen: float) -> PollerRun:
    return PollerRun(began=at(began), seen=at(seen))


def watched(since: float, line: int = LINE) -> LineState:
    return LineState(line_id=line, state=LineCondition.UP, since=NOW, watched_since=at(since), updated=NOW)


def hours(database: Database, rows: list[object], *, begin: float = 0, end: float = 24, now: float = 24) -> list[float]:
    """Up, down, up under a mark, down under a mark, unknown."""
    with database.write() as session:
        session.add_all(rows)
    with database.read() as session:
        found = line_availability(session, at(now), Period(at(begin), at(end)), LINE)[LINE]
    return [value / HOUR for value in (found.up, found.down, found.marked_up, found.marked_down, found.unknown)]


def test_outages_marks_and_runs_are_cut_to_the_period(database: Database) -> None:
    rows = [watched(-99), run(-48, 48), outage(-5, 2), outage(10, 12), outage(23, 30), mark(11, 14), mark(-9, -3)]
    assert hours(database, rows, now=48) == [24 - 5 - 3 + 1, 4, 2, 1, 0]


def test_an_outage_that_goes_on_counts_until_now_and_the_future_does_not_count(database: Database) -> None:
    assert hours(database, [watched(-99), run(-1, 10), outage(8, None)], now=10) == [8, 2, 0, 0, 0]


def test_time_in_which_the_poller_did_not_run_is_unknown_also_within_an_outage(database: Database) -> None:
    rows = [watched(-99), run(0, 6), run(8, 24), outage(5, 9)]
    assert hours(database, rows) == [24 - 2 - 2, 2, 0, 0, 2]


def test_a_line_of_which_both_ends_were_unreachable_is_unknown_and_not_down(database: Database) -> None:
    rows = [watched(-99), run(0, 24), outage(5, 9), outage(6, 8, LineCondition.UNKNOWN)]
    assert hours(database, rows) == [20, 2, 0, 0, 2]


def test_a_degraded_line_works(database: Database) -> None:
    assert hours(database, [watched(-99), run(0, 24), outage(5, 9, LineCondition.DEGRADED)]) == [24, 0, 0, 0, 0]


def test_a_line_counts_from_when_it_was_first_watched(database: Database) -> None:
    assert hours(database, [watched(20), run(0, 24), outage(21, 22)]) == [3, 1, 0, 0, 0]


def test_runs_that_overlap_because_the_clock_was_set_back_are_counted_once(database: Database) -> None:
    assert hours(database, [watched(-99), run(0, 12), run(11, 24)]) == [24, 0, 0, 0, 0]


@pytest.mark.parametrize(("age_s", "unknown_s"), [(4, 0), (3600, 3600)])
def test_a_poller_that_was_seen_a_moment_ago_runs_still(database: Database, age_s: int, unknown_s: int) -> None:
    found = hours(database, [watched(-99), PollerRun(began=NOW, seen=at(10) - timedelta(seconds=age_s))], now=10)
    assert found[-1] == unknown_s / 3600


def test_a_run_before_a_restart_ended_when_it_was_last_seen(database: Database) -> None:
    second = 1 / 3600
    found = hours(database, [watched(-99), run(0, 10 - 9 * second), run(10 - 4 * second, 10 - second)], now=10)
    assert found[-1] == pytest.approx(5 * second)


def test_lines_are_told_apart_and_one_that_was_not_watched_yet_is_not_there(database: Database) -> None:
    def found(session: Session, begin: float, end: float) -> dict[int, Availability]:
        return dict(line_availability(session, at(24), Period(at(begin), at(end))))

    with database.write() as session:
        session.add_all([watched(-99), watched(12, OTHER), run(0, 24), outage(1, 2), outage(13, 16, line=OTHER)])
    with database.read() as session:
        worked = found(session, 0, 24)
        assert (worked[LINE].down, worked[OTHER].down) == (HOUR, 3 * HOUR)
        assert found(session, 0, 12).keys() == {LINE}
        assert [one.subject_id for one in outages_between(session, Period(at(0), at(24)))] == [OTHER, LINE]
