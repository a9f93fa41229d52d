from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collectors.survey.merge import KEPT, SEEN_EVERY, Row, merge

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PLACES = st.dictionaries(st.integers(0, 8), st.sampled_from(["GE0/0/1", "GE0/0/2"]))


def rows(places: dict[int, str]) -> dict[int, Row]:
    return {key: {"key": key, "port": port} for key, port in places.items()}


def written(before: dict[int, Row], places: dict[int, str], now: datetime) -> dict[int, Row]:
    """What the table holds after a survey."""
    changes = merge(before, rows(places), now)
    kept = {key: row for key, row in before.items() if key not in changes.gone}
    return kept | {row["key"]: row for row in changes.rows}


@given(st.lists(st.tuples(PLACES, st.integers(0, 40 * 24)), min_size=1))
def test_the_table_holds_whoever_was_found_of_late_where_he_was_found_last(
    surveys: list[tuple[dict[int, str], int]],
) -> None:
    table: dict[int, Row] = {}
    last: dict[int, tuple[str, datetime]] = {}
    now = NOW
    for places, hours in surveys:
        now += timedelta(hours=hours)
        table = written(table, places, now)
        last |= {key: (port, now) for key, port in places.items()}
        for key, (port, found) in last.items():
            if now - found < KEPT - SEEN_EVERY:
                assert table[key]["port"] == port
            if key in table and table[key]["port"] == port:
                assert abs(table[key]["seen"] - found) < SEEN_EVERY
        assert places.keys() <= table.keys()


@given(PLACES)
def test_a_survey_that_finds_the_same_writes_nothing(places: dict[int, str]) -> None:
    table = written({}, places, NOW)
    changes = merge(table, rows(places), NOW + timedelta(minutes=30))
    assert (changes.rows, changes.gone) == ([], [])


def test_whoever_moved_is_there_since_now() -> None:
    table = written({}, {1: "GE0/0/1"}, NOW)
    later = NOW + timedelta(minutes=30)
    assert written(table, {1: "GE0/0/2"}, later)[1] == {"key": 1, "port": "GE0/0/2", "since": later, "seen": later}


def test_whoever_stays_keeps_the_time_of_his_coming() -> None:
    table = written({}, {1: "GE0/0/1"}, NOW)
    later = NOW + SEEN_EVERY
    assert written(table, {1: "GE0/0/1"}, later)[1] == {"key": 1, "port": "GE0/0/1", "since": NOW, "seen": later}


def test_a_clock_that_was_set_back_stops_no_writing() -> None:
    table = written({}, {1: "GE0/0/1"}, NOW)
    earlier = NOW - timedelta(days=400)
    assert written(table, {1: "GE0/0/1"}, earlier)[1]["seen"] == earlier


def test_nothing_is_kept_of_what_is_gone_when_nothing_is_to_be_kept() -> None:
    table = written({}, {1: "GE0/0/1"}, NOW)
    assert merge(table, {}, NOW, timedelta(0)).gone == [1]
    assert merge(table, {}, NOW).gone == []
