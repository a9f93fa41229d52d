"""Collects values in memory and writes them in one transaction now and then; keeps the folder within its limits.

Several values of one minute become one row, merged as `record.py` says. A row is written again when more of its
minute arrives, so that charts need not wait for the minute to end. `add` is for the event loop and touches no disk;
`flush` does and may run in another thread. When the disk is full the values wait, three minutes at most.
"""

import logging
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from collectors.history import day
from collectors.history.record import FIELDS, MINUTE_S, Kind, merged

log = logging.getLogger(__name__)

WAIT_S: Final = 180.0
Values = Sequence[float | None]
_Key = tuple[Kind, int, int]  # kind, minute, id


class HistoryWriter:
    def __init__(self, folder: Path, *, keep_days: int, keep_bytes: int) -> None:
        self.folder = folder
        self.keep_days = keep_days
        self.keep_bytes = keep_bytes
        self.lost_rows = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._values: dict[_Key, list[Values]] = {}
        self._dirty: set[_Key] = set()
        self._file: day.DayFile | None = None

    def add(self, kind: Kind, subject_id: int, moment: float, values: Values) -> None:
        """`values` in the order of FIELDS[kind]; `moment` is seconds of the Unix epoch."""
        key = (kind, int(moment) // MINUTE_S * MINUTE_S, subject_id)
        with self._lock:
            self._values.setdefault(key, []).append(values)
            self._dirty.add(key)

    def flush(self, now: float) -> None:
        """Write what came since the last call, then forget the minutes that are over."""
        with self._lock:
            batch = {key: list(self._values[key]) for key in self._dirty}
            self._dirty.clear()
        by_day: dict[Path, dict[Kind, list[day.Row]]] = {}
        for (kind, minute, subject), values in batch.items():
            path = day.path_of(self.folder, minute)
            rows = by_day.setdefault(path, {}).setdefault(kind, [])
            rows.append([minute, subject, *_whole(kind, values)])
        for path in sorted(by_day):
            if not self._write(path, by_day[path]):
                self._again(path, batch, now)
        with self._lock:
            for key in [key for key in self._values if key not in self._dirty and key[1] < now - 2 * MINUTE_S]:
                del self._values[key]

    def prune(self, now: float) -> None:
        """Drop days that are too old, then the oldest while the folder is too large; today stays."""
        today = day.path_of(self.folder, now)
        oldest = f"{datetime.fromtimestamp(now, UTC) - timedelta(days=self.keep_days):%Y%m%d}"
        kept = []
        for path in list(day.days(self.folder)):
            if path.stem < oldest:
                day.remove(path)
            else:
                kept.append(path)
        while len(kept) > 1 and kept[0] != today and self._total() > self.keep_bytes:
            log.warning("history is larger than %d bytes; dropping %s", self.keep_bytes, kept[0].name)
            day.remove(kept.pop(0))

    def close(self, now: float) -> None:
        self.flush(now)
        if self._file:
            self._file.close()
            self._file = None

    def _total(self) -> int:
        return day.size(path for path in self.folder.iterdir() if path.is_file())

    def _write(self, path: Path, rows: dict[Kind, list[day.Row]]) -> bool:
        for _ in range(2):
            try:
                self._open(path).write(rows)
            except sqlite3.Error as error:
                if not day.is_damage(error):
                    log.warning("history cannot be written: %s", error)
                    return False
                self._leave()
                day.set_aside(path)
            else:
                return True
        return False

    def _open(self, path: Path) -> day.DayFile:
        if self._file and self._file.path != path:
            self._leave()
        if self._file is None:
            self._file = day.open_day(path)
        return self._file

    def _leave(self) -> None:
        if self._file:
            self._file.close()
        self._file = None

    def _again(self, path: Path, batch: dict[_Key, list[Values]], now: float) -> None:
        """Keep what could not be written for the next flush, unless it has waited too long already."""
        failed = [key for key in batch if day.path_of(self.folder, key[1]) == path]
        fresh = [key for key in failed if key[1] > now - WAIT_S]
        self.lost_rows += len(failed) - len(fresh)
        with self._lock:
            self._dirty.update(fresh)


def _whole(kind: Kind, values: list[Values]) -> list[int | None]:
    """The integers of one row."""
    row: list[int | None] = []
    for position, field in enumerate(FIELDS[kind]):
        known = [value for one in values if (value := one[position]) is not None]
        row.append(round(merged(known, field.merge) * field.scale) if known else None)
    return row
