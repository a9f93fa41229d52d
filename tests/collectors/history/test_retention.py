"""Which files go, and which never do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.history import HistoryWriter, Kind
from collectors.history.retention import prune
from collectors.history.tiers import FIVE_MINUTES, HOURS, MINUTES, Tier

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEEP = {"keep_days": 2, "keep_bytes": 10**9}


def make(folder: Path, tier: Tier, *moments: datetime, octets: int = 10) -> None:
    for moment in moments:
        path = tier.path_of(folder, moment.timestamp())
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * octets)


def names(folder: Path, tier: Tier) -> list[str]:
    return [path.stem for path in tier.paths(folder)]


def back(*days: float) -> list[datetime]:
    return [NOON - timedelta(days=count) for count in days]


def test_each_tier_keeps_its_time(tmp_path: Path) -> None:
    make(tmp_path, MINUTES, *back(*range(6)))
    make(tmp_path, FIVE_MINUTES, *back(*range(20)))
    make(tmp_path, HOURS, *back(*range(0, 900, 30)))
    prune(tmp_path, NOON.timestamp(), **KEEP)
    assert names(tmp_path, MINUTES) == ["20261120", "20261121", "20261122"]
    assert names(tmp_path, FIVE_MINUTES) == [f"{moment:%Y%m%d}" for moment in reversed(back(*range(8)))]
    assert names(tmp_path, HOURS)[0] == "202510"
    assert names(tmp_path, HOURS)[-1] == "202611"
    assert len(names(tmp_path, HOURS)) == 14


def test_what_was_set_aside_goes_with_its_day(tmp_path: Path) -> None:
    make(tmp_path, MINUTES, *back(*range(5)))
    for stem in ("20261118", "20261121"):
        (tmp_path / "1m" / f"{stem}.db.damaged-1").write_bytes(b"x")
    prune(tmp_path, NOON.timestamp(), **KEEP)
    assert [path.name for path in tmp_path.rglob("*damaged*")] == ["20261121.db.damaged-1"]


def test_over_the_limit_the_finest_and_oldest_goes_first_and_the_present_stays(tmp_path: Path) -> None:
    for tier in (MINUTES, FIVE_MINUTES):
        make(tmp_path, tier, *back(0, 1, 2), octets=1000)
    make(tmp_path, HOURS, *back(0, 30), octets=1000)
    (tmp_path / "5m" / "20261121.db.damaged-1").write_bytes(b"x" * 1000)
    seen = []
    for limit in range(9000, -1, -1000):
        prune(tmp_path, NOON.timestamp(), keep_days=2, keep_bytes=limit)
        seen.append((len(names(tmp_path, MINUTES)), len(names(tmp_path, FIVE_MINUTES)), len(names(tmp_path, HOURS))))
    assert seen[0] == seen[1] == (3, 3, 2)
    assert seen[2:7] == [(2, 3, 2), (1, 3, 2), (1, 2, 2), (1, 1, 2), (1, 1, 1)]
    assert seen[-1] == (1, 1, 1)
    assert names(tmp_path, MINUTES) == ["20261122"]


def test_a_clock_that_jumps_ahead_costs_a_day_and_no_more(tmp_path: Path) -> None:
    make(tmp_path, MINUTES, *back(0, 1, 2))
    make(tmp_path, HOURS, *back(*range(0, 390, 30)))
    hours = names(tmp_path, HOURS)
    future = NOON + timedelta(days=2000)
    make(tmp_path, MINUTES, future)
    prune(tmp_path, future.timestamp(), **KEEP)
    assert names(tmp_path, MINUTES)[:2] == ["20261121", "20261122"]
    assert names(tmp_path, HOURS) == hours
    prune(tmp_path, NOON.timestamp(), **KEEP)
    assert names(tmp_path, MINUTES)[:2] == ["20261121", "20261122"]


def test_a_clock_that_falls_back_to_its_beginning_costs_nothing(tmp_path: Path) -> None:
    """A battery that is empty: 2015 until the time server is reached."""
    make(tmp_path, MINUTES, *back(0, 1, 2))
    make(tmp_path, FIVE_MINUTES, *back(*range(8)))
    before = names(tmp_path, MINUTES), names(tmp_path, FIVE_MINUTES)
    wrong = datetime(2015, 1, 1, tzinfo=UTC)
    make(tmp_path, MINUTES, wrong)
    prune(tmp_path, wrong.timestamp(), **KEEP)
    assert (names(tmp_path, MINUTES)[1:], names(tmp_path, FIVE_MINUTES)) == before
    prune(tmp_path, NOON.timestamp(), **KEEP)
    assert names(tmp_path, MINUTES) == before[0]


@pytest.mark.parametrize("limit", [10**9, 0])
def test_a_writer_goes_on_after_its_files_were_pruned(tmp_path: Path, limit: int) -> None:
    writer = HistoryWriter(tmp_path, keep_days=1, keep_bytes=limit)
    for day in range(4):
        now = (NOON + timedelta(days=day)).timestamp()
        writer.add(Kind.PORT, 7, now, [1.0] * 8)
        writer.flush(now)
        writer.roll_up(now + 3600, {7})
        writer.prune(now)
    assert names(tmp_path, MINUTES)[-1] == "20261125"
    assert names(tmp_path, FIVE_MINUTES)[-1] == "20261125"
    assert len(names(tmp_path, MINUTES)) == (2 if limit else 1)
    writer.close(NOON.timestamp())
