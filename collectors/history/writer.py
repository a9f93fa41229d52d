"""Collects values in memory and writes them in one transaction now and then; keeps the folder within its limits.

Several values of one minute become one row, merged as `record.py` says. A row is written again when more of its
minute arrives, so that charts need not wait for the minute to end. `add` is for the event loop and touches no disk;
`flush`, `roll_up` and `prune` do and may run in another thread, one at a time. When the disk is full the values wait,
three minutes at most.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from collectors.history import files, retention
from collectors.history.record import FIELDS, MINUTE_S, Field, Kind, merged
from collectors.history.rollup import Rollup
from collectors.history.tiers import MINUTES

log = logging.getLogger(__name__)

WAIT_S: Final = 180.0
SCALES: Final = {kind: [field.scale for field in fields] for kind, fields in FIELDS.items()}
Values = Sequence[float | None]
_Key = tuple[Kind, int, int]  # kind, minute, id


class HistoryWriter:
    def __init__(self, folder: Path, *, keep_days: int, keep_bytes: int) -> None:
        self.folder = folder
        self.keep_days = keep_days
        self.keep_bytes = keep_bytes
        self.lost_rows = 0
        self.write_seconds = 0.0
        self.rollup = Rollup(folder, self._set_aside)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._values: dict[_Key, list[Values]] = {}
        self._dirty: set[_Key] = set()
        self._file: files.HistoryFile | None = None

    def add(self, kind: Kind, subject_id: int, moment: float, values: Values) -> None:
        """`values` in the order of FIELDS[kind]; `moment` is seconds of the Unix epoch."""
        self.add_many(kind, moment, [(subject_id, values)])

    def add_many(self, kind: Kind, moment: float, subjects: Iterable[tuple[int, Values]]) -> None:
        """Of several subjects at one moment."""
        minute = int(moment) // MINUTE_S * MINUTE_S
        with self._lock:
            for subject_id, values in subjects:
                key = (kind, minute, subject_id)
                self._values.setdefault(key, []).append(values)
                self._dirty.add(key)

    def flush(self, now: float) -> None:
        """Write what came since the last call, then forget the minutes that are over."""
        with self._lock:
            batch = {key: list(self._values[key]) for key in self._dirty}
            self._dirty.clear()
        started = time.monotonic()
        paths = {minute: MINUTES.path_of(self.folder, minute) for minute in {minute for _, minute, _ in batch}}
        by_file: dict[Path, dict[Kind, list[files.Row]]] = {path: {} for path in paths.values()}
        rows_of = {minute: by_file[path] for minute, path in paths.items()}
        for (kind, minute, subject), values in batch.items():
            rows_of[minute].setdefault(kind, []).append((minute, subject, *_whole(kind, values)))
        for path, rows in sorted(by_file.items()):
            if not self._write(path, rows, sorted(minute for minute, place in paths.items() if place == path)):
                self._again(path, batch, now)
        self.write_seconds += time.monotonic() - started
        with self._lock:
            for key in [key for key in self._values if key not in self._dirty and key[1] < now - MINUTE_S]:
                del self._values[key]

    def oldest_s(self, now: float) -> float:
        """For how long the oldest value waits to be written."""
        with self._lock:
            return max((now - minute for _, minute, _ in self._dirty), default=0.0)

    def roll_up(self, now: float, ports: Iterable[int]) -> None:
        """Make the coarser tiers; `ports` are those of which the hours are kept."""
        self.rollup.run(now, ports)

    def prune(self, now: float) -> None:
        if retention.prune(self.folder, now, keep_days=self.keep_days, keep_bytes=self.keep_bytes):
            self.rollup.close()

    def close(self, now: float) -> None:
        self.flush(now)
        self._leave()
        self.rollup.close()

    def _write(self, path: Path, rows: dict[Kind, list[files.Row]], minutes: Iterable[int]) -> bool:
        for _ in range(2):
            try:
                self.rollup.reopen(minutes)
                self._open(path).write(rows)
            except (sqlite3.Error, OSError) as error:
                if not files.is_damage(error):
                    log.warning("history cannot be written: %s", error)
                    return False
                self._set_aside(path)
            else:
                return True
        return False

    def _set_aside(self, path: Path) -> None:
        if self._file and self._file.path == path:
            self._leave()
        files.set_aside(path)

    def _open(self, path: Path) -> files.HistoryFile:
        if self._file and self._file.path != path:
            self._leave()
        if self._file is None:
            self._file = files.open_file(path, MINUTES)
        return self._file

    def _leave(self) -> None:
        if self._file:
            self._file.close()
        self._file = None

    def _again(self, path: Path, batch: dict[_Key, list[Values]], now: float) -> None:
        """Keep what could not be written for the next flush, unless it has waited too long already."""
        failed = [key for key in batch if MINUTES.path_of(self.folder, key[1]) == path]
        fresh = [key for key in failed if key[1] > now - WAIT_S]
        self.lost_rows += len(failed) - len(fresh)
        with self._lock:
            self._dirty.update(fresh)


def _whole(kind: Kind, values: Sequence[Values]) -> list[int | None]:
    """The integers of one row. Most rows are of one poll, and the minute has thousands of them."""
    if len(values) == 1:
        scales = SCALES[kind]
        return [None if value is None else round(value * scale) for value, scale in zip(values[0], scales, strict=True)]
    return [_merged(column, field) for column, field in zip(zip(*values, strict=True), FIELDS[kind], strict=True)]


def _merged(column: Sequence[float | None], field: Field) -> int | None:
    known = [value for value in column if value is not None]
    return round(merged(known, field.merge) * field.scale) if known else None
