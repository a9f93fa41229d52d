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
from hypothesis import given
from hypothesis import strategies as st

from collectors.history import FIELDS, HistoryReader, HistoryWriter, Kind, TimeSeries, files
from collectors.history.record import Merge, merged
from collectors.history.tiers import FIVE_MINUTES, MINUTES

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOTHING = [None] * 8


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[HistoryWriter]:
    found = HistoryWriter(tmp_path, keep_days=2, keep_bytes=1_000_000_000)
    yield found
    found.close(NOON.timestamp())


def port(in_bps: float, status: int = 17) -> list[float | None]:
    return [in_bps, 2 * in_bps, 0.0, 0.5, None, None, status, 12.34]


def read(folder: Path, kind: Kind, minutes: int, **options: object) -> TimeSeries:
    return HistoryReader(folder).read(kind, 7, NOON, NOON + timedelta(minutes=minutes), **options)  # type: ignore[arg-type]


def test_what_was_written_is_read_and_what_was_not_is_a_gap(writer: HistoryWriter) -> None:
    for minute in (0, 2):
        writer.add(Kind.PORT, 7, NOON.timestamp() + 60 * minute + 13, port(1e9 + minute))
    writer.flush(NOON.timestamp() + 120)
    series = read(writer.folder, Kind.PORT, 3)
    assert series.step_s == 60
    assert series.times == [int(NOON.timestamp()) + 60 * i for i in range(3)]
    assert series.values["in_bps"] == [1e9, None, 1e9 + 2]
    assert series.values["out_errors"] == [0.5, None, 0.5]
    assert series.values["in_discards"] == [None, None, None]
    assert series.values["utilisation_percent"] == [12.34, None, 12.34]


def test_values_of_one_minute_become_one_row_even_when_flushed_in_between(writer: HistoryWriter) -> None:
    start = NOON.timestamp()
    writer.add(Kind.DEVICE, 7, start + 1, [10.0, 50.0, 30.0, 0.0, 1.0, 2.0, 3.0, 100])
    writer.flush(start + 2)
    writer.add(Kind.DEVICE, 7, start + 31, [20.0, None, 31.0, 50.0, 0.5, 4.0, 9.0, 130])
    writer.flush(start + 32)
    values = read(writer.folder, Kind.DEVICE, 1).values
    assert {name: found[0] for name, found in values.items()} == {
        "cpu_percent": 15.0,
        "memory_percent": 50.0,
        "temperature_c": 30.5,
        "loss_percent": 25.0,
        "rtt_min_ms": 0.5,
        "rtt_avg_ms": 3.0,
        "rtt_max_ms": 9.0,
        "uptime_s": 130,
    }


def test_downsampling_keeps_the_mean_and_the_peak_and_the_latest_status(writer: HistoryWriter) -> None:
    for minute in range(60):
        status = 17 if minute < 59 else 18
        writer.add(Kind.PORT, 7, NOON.timestamp() + 60 * minute, port(float(minute), status))
    writer.flush(NOON.timestamp())
    series = read(writer.folder, Kind.PORT, 60, points=6)
    assert series.step_s == 600
    assert series.values["in_bps"] == [4.5, 14.5, 24.5, 34.5, 44.5, 54.5]
    assert series.values["status"] == [17, 17, 17, 17, 17, 18]
    assert series.peaks["in_bps"] == [9, 19, 29, 39, 49, 59]
    assert set(series.peaks) == {"in_bps", "out_bps", "utilisation_percent"}


def test_a_chart_reads_across_midnight(writer: HistoryWriter) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    for minute in range(-2, 2):
        writer.add(Kind.LINE, 7, midnight.timestamp() + 60 * minute, [1.0, *[float(minute)] * 7])
    writer.flush(midnight.timestamp())
    assert [path.name for path in MINUTES.paths(writer.folder)] == ["20261122.db", "20261123.db"]
    begin = midnight - timedelta(minutes=2)
    series = HistoryReader(writer.folder).read(Kind.LINE, 7, begin, midnight + timedelta(minutes=2))
    assert series.values["in_bps"] == [-2, -1, 0, 1]


def test_no_history_at_all_is_gaps_and_no_error(tmp_path: Path) -> None:
    assert read(tmp_path / "none", Kind.PORT, 2).values["in_bps"] == [None, None]


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_a_merged_value_lies_between_the_extremes(values: list[float]) -> None:
    for how in Merge:
        assert min(values) - 1e-3 <= merged(values, how) <= max(values) + 1e-3


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_costs_that_file_and_nothing_else(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # repeatable damage
    writer = HistoryWriter(tmp_path, keep_days=5, keep_bytes=1_000_000_000)
    for back in (1, 0):
        for subject in range(1000):
            writer.add(Kind.PORT, subject, NOON.timestamp() - back * 86400, port(5.0))
        writer.flush(NOON.timestamp())
    writer.close(NOON.timestamp())
    damage(tmp_path / "1m" / "20261122.db", chance)
    again = HistoryWriter(tmp_path, keep_days=5, keep_bytes=1_000_000_000)
    again.add(Kind.PORT, 7, NOON.timestamp() + 60, port(6.0))
    again.flush(NOON.timestamp() + 60)
    assert read(tmp_path, Kind.PORT, 2).values["in_bps"][1] == 6
    yesterday = HistoryReader(tmp_path).read(Kind.PORT, 7, NOON - timedelta(days=1), NOON - timedelta(hours=23))
    assert yesterday.values["in_bps"][0] == 5
    again.close(NOON.timestamp())


def test_a_step_that_spans_midnight_is_the_mean_of_all_its_minutes(writer: HistoryWriter) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    for minute, value in ((-1, 10.0), (0, 20.0), (1, 60.0)):
        writer.add(Kind.PORT, 7, midnight.timestamp() + 60 * minute, port(value))
    writer.flush(midnight.timestamp())
    series = HistoryReader(writer.folder).read(
        Kind.PORT, 7, midnight - timedelta(minutes=1), midnight + timedelta(minutes=2), points=1
    )
    assert (series.values["in_bps"], series.peaks["in_bps"]) == ([30.0], [60.0])


def test_a_file_of_an_older_program_gets_the_columns_that_it_lacks(writer: HistoryWriter) -> None:
    """And what was written before them stays."""
    path = MINUTES.path_of(writer.folder, NOON.timestamp())
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE port (ts INTEGER, id INTEGER, in_bps INTEGER, PRIMARY KEY (ts, id)) WITHOUT ROWID")
        old.execute("INSERT INTO port VALUES (?, 7, 5)", (int(NOON.timestamp()),))
    old.close()
    assert read(writer.folder, Kind.PORT, 2).values["in_bps"] == [5, None]
    assert read(writer.folder, Kind.PORT, 2).values["out_bps"] == [None, None]
    writer.add(Kind.PORT, 7, NOON.timestamp() + 60, port(6.0))
    writer.flush(NOON.timestamp() + 60)
    assert read(writer.folder, Kind.PORT, 2).values["in_bps"] == [5, 6]
    assert read(writer.folder, Kind.PORT, 2).values["out_bps"] == [None, 12]


def test_strange_files_in_the_folder_are_left_alone(writer: HistoryWriter) -> None:
    place = writer.folder / FIVE_MINUTES.name
    place.mkdir()
    for name in ("20261399.db", "2026112.db", "notes.db", "99991231.db", "٢٠٢٦١١٢٢.db"):
        (place / name).write_text("?")
    assert FIVE_MINUTES.paths(writer.folder) == []
    assert read(writer.folder, Kind.PORT, 1).values["in_bps"] == [None]


def damage(path: Path, chance: random.Random) -> None:
    octets = bytearray(path.read_bytes())
    for page in range(0, len(octets), 4096):
        for _ in range(20):
            octets[page + chance.randrange(100)] ^= 1 << chance.randrange(8)
    path.write_bytes(octets[: chance.randrange(1000, len(octets))])


def test_a_reader_shrugs_at_a_damaged_file_and_leaves_it_alone(writer: HistoryWriter) -> None:
    path = MINUTES.path_of(writer.folder, NOON.timestamp())
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 500)
    assert read(writer.folder, Kind.PORT, 1).values["in_bps"] == [None]
    assert path.exists()


def test_a_file_damaged_while_it_is_open_is_set_aside_and_the_minute_is_kept(writer: HistoryWriter) -> None:
    for subject in range(3000):
        writer.add(Kind.PORT, subject, NOON.timestamp(), port(1.0))
    writer.flush(NOON.timestamp())
    assert writer._file is not None
    writer._file._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = writer._file.path
    octets = bytearray(path.read_bytes())
    for page in range(4096, len(octets), 4096):
        octets[page : page + 200] = os.urandom(200)
    path.write_bytes(octets)
    writer._file._connection.execute("PRAGMA shrink_memory")
    for subject in range(3000):
        writer.add(Kind.PORT, subject, NOON.timestamp() + 60, port(2.0))
    writer.flush(NOON.timestamp() + 60)
    assert list((writer.folder / "1m").glob("*.damaged-*"))
    assert read(writer.folder, Kind.PORT, 2).values["in_bps"][1] == 2


def test_on_a_full_disk_values_wait_and_are_written_later(
    writer: HistoryWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    writer.add(Kind.PORT, 7, NOON.timestamp(), port(3.0))
    with monkeypatch.context() as patch:
        patch.setattr(files.HistoryFile, "write", full)
        writer.flush(NOON.timestamp() + 1)
    writer.flush(NOON.timestamp() + 60)
    assert read(writer.folder, Kind.PORT, 1).values["in_bps"] == [3]
    assert writer.lost_rows == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from collectors.history import HistoryWriter, Kind
writer = HistoryWriter(Path(sys.argv[1]), keep_days=5, keep_bytes=10**9)
for minute in range(10**6):
    for subject in range(200):
        writer.add(Kind.PORT, subject, float(sys.argv[2]) + 60 * minute, [1.0] * 8)
    writer.flush(float(sys.argv[2]) + 60 * minute)
    print(minute, flush=True)
"""


@pytest.mark.slow
def test_what_was_flushed_survives_a_kill(tmp_path: Path) -> None:
    start = NOON.timestamp()
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(start)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT)}) as process:
        assert process.stdout
        minutes = [int(process.stdout.readline()) for _ in range(60)]
        process.send_signal(signal.SIGKILL)
    series = read(tmp_path, Kind.PORT, len(minutes))
    assert series.values["in_bps"] == [1] * len(minutes)
    assert {len(found) for found in series.values.values()} == {60}
    assert set(series.values) == {field.name for field in FIELDS[Kind.PORT]}
