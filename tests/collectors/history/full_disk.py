"""The scenario of a full disk, run by test_rollup.py in a mount namespace: a real file system of a few megabytes."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collectors.history import HistoryReader, HistoryWriter, Kind
from collectors.history.rollup import GRACE_S

SIZE = "6m"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = int(NOON.timestamp())
PORTS = 40


def fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def minute(writer: HistoryWriter, number: int) -> None:
    for port in range(PORTS):
        writer.add(Kind.PORT, port, AT + 60 * number, [float(number), *[1.0] * 7])
    writer.flush(AT + 60 * number)


def main(folder: Path) -> None:
    """An hour of minutes of which three meet a full disk, and a roll-up that meets it again and again."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(disk)], check=True)
    filler = disk / "filler"
    writer = HistoryWriter(disk / "history", keep_days=2, keep_bytes=10**9)
    for number in range(60):
        if number == 30:
            fill(filler)
        if number == 33:
            filler.unlink()
        minute(writer, number)
    assert writer.lost_rows == 0, writer.lost_rows
    fill(filler)
    for _ in range(3):
        writer.roll_up(AT + 3600 + GRACE_S, range(PORTS))
    assert writer.rollup.last is None, writer.rollup.last
    filler.unlink()
    writer.roll_up(AT + 3600 + GRACE_S, range(PORTS))
    assert writer.rollup.last == AT + 3600, writer.rollup.last
    writer.close(AT + 3600)
    found = HistoryReader(disk / "history").read(Kind.PORT, 7, NOON, NOON + timedelta(hours=1), points=60)
    assert found.values["in_bps"] == [float(number) for number in range(60)], found.values["in_bps"]
    hours = HistoryReader(disk / "history").read(Kind.PORT, 7, NOON, NOON + timedelta(hours=1), points=1)
    assert (hours.step_s, hours.peaks["in_bps"]) == (3600, [59.0]), hours


if __name__ == "__main__":
    main(Path(sys.argv[1]))
