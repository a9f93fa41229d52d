"""Makes the coarser tiers out of the minutes.

    period is over --> read its minutes --> one transaction: its rows and its mark --> next period

Which periods are still to do is never remembered, but found: those that are over, have a file of minutes and no mark.
So a killed process, a full disk or a tier's file that was damaged and set aside cost nothing but doing it later, and
doing it twice gives the same. Minutes that come for a period that is done already, because the clock was put back,
take its mark away first.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from collectors.history import files
from collectors.history.aggregate import rows_of_period
from collectors.history.record import Kind
from collectors.history.tiers import FIVE_MINUTES, HOURS, MINUTES, Tier

log = logging.getLogger(__name__)

# Minutes that could not be written at once are written up to three minutes later.
GRACE_S: Final = 240
# A long backlog is worked off between the flushes, which wait meanwhile.
BUDGET_S: Final = 2.0
ROLLED: Final = (FIVE_MINUTES, HOURS)


class Rollup:
    """`damaged` is told of a file of minutes that cannot be read, and sets it aside."""

    def __init__(self, folder: Path, damaged: Callable[[Path], None]) -> None:
        self.last: float | None = None  # the end of the last five minutes that were rolled up
        self._folder = folder
        self._damaged = damaged
        self._files: dict[Tier, files.HistoryFile] = {}
        self._marks: dict[Path, set[int]] = {}

    def run(self, now: float, ports: Iterable[int]) -> None:
        """`ports` are those of which the hours are kept. Raises nothing: what fails is logged and done next time."""
        until, chosen = time.monotonic() + BUDGET_S, frozenset(ports)
        try:
            for tier in ROLLED:
                for path, period in self._due(tier, now):
                    if time.monotonic() > until:
                        return
                    if self._roll(tier, path, period, chosen) and tier is FIVE_MINUTES:
                        self.last = period + tier.step_s
        except (sqlite3.Error, OSError) as error:
            log.warning("history cannot be rolled up: %s", error)
            self.close()

    def reopen(self, minutes: Iterable[int]) -> None:
        """These minutes are about to be written: periods that hold them are no longer done. Raises sqlite3.Error."""
        for tier in ROLLED:
            for period in {tier.floor(minute) for minute in minutes}:
                path = tier.path_of(self._folder, period)
                if path.exists() and period in self._known(tier, path):
                    self._unmark(tier, path, period)

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._marks.clear()

    def _due(self, tier: Tier, now: float) -> Iterator[tuple[Path, int]]:
        """Each period that is to be done, with its file of minutes; oldest first."""
        for path in MINUTES.paths(self._folder):
            begin, end = MINUTES.span(path)
            last = min(end, int(now) - GRACE_S)
            if last - begin < tier.step_s:
                continue
            marks = self._known(tier, tier.path_of(self._folder, begin))
            for period in range(begin, last - tier.step_s + 1, tier.step_s):
                if period not in marks:
                    yield path, period

    def _roll(self, tier: Tier, minutes: Path, period: int, chosen: frozenset[int]) -> bool:
        try:
            rows = _read(minutes, period, tier, chosen if tier is HOURS else None)
        except sqlite3.Error as error:
            if not files.is_damage(error):
                raise
            self._damaged(minutes)
            return False
        path = tier.path_of(self._folder, period)
        marks = self._known(tier, path)
        try:
            self._open(tier, path).write(rows, mark=period)
        except sqlite3.Error as error:
            self._lose(tier, path, error)
            return False
        marks.add(period)
        return True

    def _unmark(self, tier: Tier, path: Path, period: int) -> None:
        try:
            self._open(tier, path).unmark(period)
            self._marks[path].discard(period)
        except sqlite3.Error as error:
            self._lose(tier, path, error)

    def _lose(self, tier: Tier, path: Path, error: sqlite3.Error) -> None:
        """Set a damaged file aside: its periods lost their marks, and are made again from the minutes there are."""
        if not files.is_damage(error):
            raise error
        self._leave(tier)
        files.set_aside(path)
        del self._marks[path]

    def _known(self, tier: Tier, path: Path) -> set[int]:
        if path not in self._marks:
            self._marks[path] = self._open(tier, path).marks()
        return self._marks[path]

    def _open(self, tier: Tier, path: Path) -> files.HistoryFile:
        file = self._files.get(tier)
        if file is None or file.path != path:
            self._leave(tier)
            file = self._files[tier] = files.open_file(path, tier)
        return file

    def _leave(self, tier: Tier) -> None:
        if file := self._files.pop(tier, None):
            file.close()


def _read(path: Path, period: int, tier: Tier, chosen: frozenset[int] | None) -> dict[Kind, list[files.Row]]:
    connection = files.open_read_only(path)
    try:
        return {
            kind: rows_of_period(connection, kind, period, tier.step_s, chosen if kind is Kind.PORT else None)
            for kind in Kind
        }
    finally:
        connection.close()
