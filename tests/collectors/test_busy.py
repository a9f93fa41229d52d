from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.busy import Busy, busy, busy_in
from collectors.history import HistoryReader, HistoryWriter, Kind, TimeSeries
from collectors.lines.availability import Period

DAY = datetime(2026, 11, 22, tzinfo=UTC)
M = 1_000_000


def series(into: list[float | None], out: list[float | None]) -> TimeSeries:
    times = [int(DAY.timestamp()) + 300 * number for number in range(len(into))]
    return TimeSeries(300, times, {"in_bps": into, "out_bps": out}, {})


def test_the_highest_twentieth_does_not_count_and_the_busier_direction_does() -> None:
    into: list[float | None] = [10.0 * M] * 95 + [90.0 * M] * 5
    out: list[float | None] = [40.0 * M] * 90 + [60.0 * M] * 10
    assert busy_in(series(into, out), 100 * M) == Busy(10 * M, 60 * M, 60.0, 300, 100.0)


def test_gaps_are_told_and_are_not_zero() -> None:
    found = busy_in(series([None] * 3 + [50.0 * M], [None] * 4), 100 * M)
    assert found == Busy(50 * M, None, 50.0, 300, 25.0)
    assert busy_in(series([None], [None]), 100 * M) is None


def test_without_a_bandwidth_there_is_no_share_of_it() -> None:
    found = busy_in(series([50.0], [50.0]), None)
    assert found
    assert found.utilisation_percent is None


@given(st.lists(st.none() | st.floats(0, 1e11), min_size=1, max_size=300))
def test_nineteen_of_twenty_means_do_not_exceed_it(values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    found = busy_in(series(values, [None] * len(values)), None)
    if not known:
        assert found is None
        return
    assert found
    assert found.in_bps in known
    assert sum(value <= found.in_bps for value in known) >= 0.95 * len(known)


@pytest.mark.parametrize("now", [DAY + timedelta(hours=13, minutes=7, seconds=23), DAY + timedelta(days=1, seconds=1)])
def test_the_means_are_of_five_minutes_at_whatever_moment_one_asks(tmp_path: Path, now: datetime) -> None:
    writer = HistoryWriter(tmp_path, keep_days=2, keep_bytes=10**9)
    writer.add(Kind.LINE, 5, DAY.timestamp(), [1, 0, 1, 1, 1, M, M, 1])
    writer.flush(now.timestamp())
    found = busy(HistoryReader(tmp_path), 5, Period(DAY, DAY + timedelta(days=1)), now, None)
    assert found
    assert found.step_s == 300


@pytest.mark.parametrize("hours", [24, 10])
def test_a_days_figure_comes_from_its_minutes_in_means_of_five(tmp_path: Path, hours: int) -> None:
    """A minute in five is full, which a percentile of single minutes would take for a full line."""
    writer = HistoryWriter(tmp_path, keep_days=2, keep_bytes=10**9)
    for minute in range(hours * 60):
        used = 100 * M if minute % 5 == 0 else 0
        moment = (DAY + timedelta(minutes=minute)).timestamp()
        writer.add(Kind.LINE, 5, moment, [1, 0, 1, 1, 1, used, 0, 100 if used else 0])
    now = DAY + timedelta(hours=24)
    writer.flush(now.timestamp())
    found = busy(HistoryReader(tmp_path), 5, Period(DAY, DAY + timedelta(days=1)), now, 100 * M)
    assert found
    assert (found.in_bps, found.utilisation_percent, found.step_s) == (20 * M, 20.0, 300)
    assert found.known_percent == pytest.approx(100 * hours / 24)
    assert busy(HistoryReader(tmp_path), 6, Period(DAY, DAY + timedelta(days=1)), now, 100 * M) is None
