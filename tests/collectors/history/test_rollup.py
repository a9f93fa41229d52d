"""The coarser tiers: right, made once, and made again after whatever happened."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.history import HistoryReader, HistoryWriter, Kind, TimeSeries, files
from collectors.history.rollup import GRACE_S
from collectors.history.tiers import FIVE_MINUTES, HOURS, MINUTES
from tests.collectors.history.test_history import ROOT, damage, port

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = int(NOON.timestamp())
CHOSEN, OTHER = 7, 8


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[HistoryWriter]:
    found = new_writer(tmp_path)
    yield found
    found.close(AT)


def new_writer(folder: Path) -> HistoryWriter:
    return HistoryWriter(folder, keep_days=2, keep_bytes=10**9)


def hours_of_minutes(writer: HistoryWriter, hours: int, start: int = AT) -> None:
    """The chosen port has the minute's number as its rate, the other one ten times that."""
    for minute in range(60 * hours):
        at = start + 60 * minute
        writer.add(Kind.PORT, CHOSEN, at, port(float(minute)))
        writer.add(Kind.PORT, OTHER, at, port(10.0 * minute))
        writer.add(Kind.LINE, 3, at, [float(minute != 30), 0.0, 1.0, 2.0, 3.0 + minute, 5.0, 6.0, 7.0])
    writer.flush(start + 3600 * hours)


def table(path: Path, kind: Kind = Kind.PORT) -> list[tuple[int | None, ...]]:
    with sqlite3.connect(path) as found:
        rows = found.execute(f"SELECT * FROM {kind} ORDER BY ts, id").fetchall()  # noqa: S608  # a constant
    found.close()
    return rows


def rolled(writer: HistoryWriter, now: float) -> None:
    writer.roll_up(now, {CHOSEN})


def week(folder: Path, subject: int, begin: datetime, end: datetime, points: int) -> TimeSeries:
    return HistoryReader(folder).read(Kind.PORT, subject, begin, end, points=points)


def known(series: TimeSeries) -> list[float]:
    return [value for value in series.values["in_bps"] if value is not None]


def test_means_peaks_and_the_worst_of_a_line_are_kept(writer: HistoryWriter) -> None:
    hours_of_minutes(writer, 1)
    rolled(writer, AT + 3600 + GRACE_S)
    five = table(FIVE_MINUTES.path_of(writer.folder, AT))
    assert len(five) == 2 * 12
    # in, out, errors and discards in thousandths, status, use in hundredths; then the peaks of in, out and use
    assert five[0] == (AT, CHOSEN, 2, 4, 0, 500, None, None, 17, 1234, 4, 8, 1234)
    assert five[-1] == (AT + 3300, OTHER, 570, 1140, 0, 500, None, None, 17, 1234, 590, 1180, 1234)
    hour = table(HOURS.path_of(writer.folder, AT))
    assert [row[:4] for row in hour] == [(AT, CHOSEN, round(29.5), 59)]
    assert hour[0][-3:] == (59, 118, 1234)
    (line,) = table(HOURS.path_of(writer.folder, AT), Kind.LINE)
    assert line[:7] == (AT, 3, 0, 0, 1000, 2000, 62000)


def test_only_periods_that_are_over_and_cannot_change_are_made(writer: HistoryWriter) -> None:
    hours_of_minutes(writer, 1)
    rolled(writer, AT + 3600 + GRACE_S - 1)
    assert len(table(FIVE_MINUTES.path_of(writer.folder, AT))) == 2 * 11
    assert table(HOURS.path_of(writer.folder, AT)) == []
    assert writer.rollup.last == AT + 3300
    rolled(writer, AT + 3600 + GRACE_S)
    assert writer.rollup.last == AT + 3600


def test_doing_it_twice_changes_nothing_and_reads_nothing(writer: HistoryWriter) -> None:
    hours_of_minutes(writer, 2)
    rolled(writer, AT + 9000)
    path = FIVE_MINUTES.path_of(writer.folder, AT)
    before = table(path)
    again = new_writer(writer.folder)
    with sqlite3.connect(MINUTES.path_of(writer.folder, AT)) as minutes:
        minutes.execute("DELETE FROM port")
    minutes.close()
    rolled(again, AT + 9060)
    assert table(path) == before
    again.close(AT + 9060)


def test_a_clock_that_is_put_back_makes_the_period_anew(writer: HistoryWriter) -> None:
    hours_of_minutes(writer, 1)
    rolled(writer, AT + 3600 + GRACE_S)
    writer.close(AT + 3600 + GRACE_S)
    again = new_writer(writer.folder)
    for minute in range(60):
        again.add(Kind.PORT, CHOSEN, AT + 60 * minute, port(1000.0))
    again.flush(AT + 3600)
    rolled(again, AT + 3600 + GRACE_S)
    assert {row[2] for row in table(FIVE_MINUTES.path_of(again.folder, AT)) if row[1] == CHOSEN} == {1000}
    assert [row[2] for row in table(HOURS.path_of(again.folder, AT))] == [1000]
    again.close(AT + 3600 + GRACE_S)


@pytest.mark.parametrize("tier", [FIVE_MINUTES, HOURS])
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_of_a_coarser_tier_is_made_again(tmp_path: Path, tier: object, seed: int) -> None:
    writer = new_writer(tmp_path)
    hours_of_minutes(writer, 12, AT - 12 * 3600)
    rolled(writer, AT + GRACE_S)
    before = table(tier.path_of(tmp_path, AT - 3600))  # type: ignore[attr-defined]
    writer.close(AT + GRACE_S)
    path = tier.path_of(tmp_path, AT - 3600)  # type: ignore[attr-defined]
    damage(path, random.Random(seed))  # noqa: S311  # repeatable damage
    again = new_writer(tmp_path)
    rolled(again, AT + GRACE_S)
    assert table(path) == before
    assert list(path.parent.glob("*.damaged-*"))
    again.close(AT + GRACE_S)


def test_damage_that_shows_while_a_file_is_open_costs_one_round(writer: HistoryWriter) -> None:
    hours_of_minutes(writer, 1)
    rolled(writer, AT + 3600 + GRACE_S)
    path = FIVE_MINUTES.path_of(writer.folder, AT)
    before = table(path)
    hours_of_minutes(writer, 1, AT + 3600)
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.HistoryFile, "write", _raising(error))
        rolled(writer, AT + 7200 + GRACE_S)
    assert not path.exists() or table(path) != before
    rolled(writer, AT + 7200 + GRACE_S)
    assert table(path)[: len(before)] == before
    assert len(table(path)) == 2 * len(before)


def _raising(error: sqlite3.Error) -> object:
    def write(*_: object, **__: object) -> None:
        raise error

    return write


@pytest.mark.slow
def test_a_full_disk_loses_nothing_that_it_gives_back_in_time(tmp_path: Path) -> None:
    """In a mount namespace of its own, so that the small file system goes with the process, however that ends."""
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    done = subprocess.run(
        [*namespace, sys.executable, "-m", "tests.collectors.history.full_disk", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_damaged_day_of_minutes_is_set_aside_and_the_next_day_is_made(tmp_path: Path) -> None:
    writer = new_writer(tmp_path)
    hours_of_minutes(writer, 1, AT - 86400)
    hours_of_minutes(writer, 1)
    writer.close(AT + 3600)
    MINUTES.path_of(tmp_path, AT - 86400).write_bytes(b"this is no database" * 500)
    again = new_writer(tmp_path)
    rolled(again, AT + 3600 + GRACE_S)
    rolled(again, AT + 3600 + GRACE_S)
    assert len(table(FIVE_MINUTES.path_of(tmp_path, AT))) == 2 * 12
    assert list((tmp_path / "1m").glob("20261121.db.damaged-*"))
    again.close(AT + 3600)


@settings(max_examples=8)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=60, max_size=60))
def test_no_mean_lies_outside_its_minutes_and_no_peak_is_lost(
    tmp_path_factory: pytest.TempPathFactory, rates: list[int | None]
) -> None:
    folder = tmp_path_factory.mktemp("rates")
    writer = new_writer(folder)
    for minute, rate in enumerate(rates):
        writer.add(Kind.PORT, CHOSEN, AT + 60 * minute, [rate, *[None] * 7])
    writer.flush(AT + 3600)
    rolled(writer, AT + 3600 + GRACE_S)
    seen = [rate for rate in rates if rate is not None]
    (hour,) = table(HOURS.path_of(folder, AT))
    assert hour[-3] == max(seen, default=None)
    assert (hour[2] is None) is not bool(seen)
    if hour[2] is not None:
        assert min(seen) <= hour[2] <= max(seen)
        assert abs(hour[2] - sum(seen) / len(seen)) <= 1
    writer.close(AT + 3600)


def test_a_chart_reads_each_age_from_the_tier_that_has_it(tmp_path: Path) -> None:
    writer = new_writer(tmp_path)
    hours_of_minutes(writer, 1, AT - 40 * 86400)
    rolled(writer, AT - 40 * 86400 + 3600 + GRACE_S)
    hours_of_minutes(writer, 1, AT - 5 * 86400)
    rolled(writer, AT - 5 * 86400 + 3600 + GRACE_S)
    for back in (2, 1):
        writer.add(Kind.PORT, CHOSEN, AT - back * 86400, port(5.0))
        writer.flush(AT - back * 86400)
        rolled(writer, AT - back * 86400)
    hours_of_minutes(writer, 1)
    rolled(writer, AT + 1200)
    for path in (*MINUTES.paths(tmp_path)[:2], *FIVE_MINUTES.paths(tmp_path)[:1]):
        files.remove(path)
    now = NOON + timedelta(hours=1)

    hour = week(tmp_path, CHOSEN, NOON, now, 60)
    assert (hour.step_s, hour.values["in_bps"]) == (60, list(map(float, range(60))))
    days = week(tmp_path, CHOSEN, NOON - timedelta(days=5), now, 360)
    assert days.step_s == 1500
    assert known(days)[:3] == [pytest.approx(mean, abs=0.5) for mean in (12, 37, 54.5)]
    assert days.values["in_bps"][3] is None
    assert max(peak for peak in days.peaks["in_bps"] if peak is not None) == 59
    assert days.times[-1] + days.step_s >= now.timestamp()
    assert days.values["in_bps"][-1] is not None  # minutes that are not rolled up yet
    year = week(tmp_path, CHOSEN, now - timedelta(days=365), now, 360)
    assert year.step_s == 25 * 3600
    assert next(value for value in year.peaks["in_bps"] if value is not None) == 59
    assert len(known(year)) >= 4
    other = week(tmp_path, OTHER, now - timedelta(days=365), now, 360)
    assert known(other)[0] == pytest.approx(295, abs=5)
    assert len(known(other)) == 2  # five days ago and now: of a port that was not chosen there are no hours
    long_ago = week(tmp_path, CHOSEN, NOON - timedelta(days=40), NOON - timedelta(days=39), 360)
    assert (long_ago.step_s, long_ago.values["in_bps"][0]) == (3600, 30)
    writer.close(AT + 3600)


def test_a_young_installation_is_shown_by_the_minute(writer: HistoryWriter) -> None:
    hours_of_minutes(writer, 2)
    rolled(writer, AT + 7200)
    series = week(writer.folder, CHOSEN, NOON - timedelta(hours=4), NOON + timedelta(hours=2), 360)
    assert series.step_s == 60
    assert [at for at, value in enumerate(series.values["in_bps"]) if value is not None] == list(range(240, 360))


KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from collectors.history import HistoryWriter

left = int(sys.argv[3])
connect = sqlite3.connect

def traced(*arguments, **options):
    connection = connect(*arguments, **options)
    connection.set_trace_callback(tick)
    return connection

def tick(_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

sqlite3.connect = traced
HistoryWriter(Path(sys.argv[1]), keep_days=5, keep_bytes=10**9).roll_up(float(sys.argv[2]), range(100))
"""


@pytest.mark.slow
def test_killed_at_any_statement_it_ends_with_the_same_rows(tmp_path: Path) -> None:
    writer = new_writer(tmp_path)
    for minute in range(360):
        for subject in range(200):
            writer.add(Kind.PORT, subject, AT + 60 * minute, port(float(minute * subject)))
    now = AT + 6 * 3600 + GRACE_S
    writer.flush(now)
    writer.close(now)
    chance = random.Random(1)  # noqa: S311  # repeatable
    for _ in range(25):
        statements = str(chance.choice([chance.randrange(1, 40), chance.randrange(40, 2000)]))
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(now), statements]
        killed = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
        assert killed.returncode == -signal.SIGKILL
    again = new_writer(tmp_path)
    while again.rollup.last != AT + 6 * 3600:
        again.roll_up(now, range(100))
    for _ in range(3):
        again.roll_up(now, range(100))
    five = table(FIVE_MINUTES.path_of(tmp_path, AT))
    assert len(five) == 72 * 200
    assert all(row[2] == round(((row[0] - AT) // 60 + 2) * row[1]) for row in five)  # type: ignore[operator]
    hour = table(HOURS.path_of(tmp_path, AT))
    assert len(hour) == 6 * 100
    assert all(row[-3] == ((row[0] - AT) // 60 + 59) * row[1] for row in hour)  # type: ignore[operator]
    again.close(now)
