"""A timer wheel: what is due now, of many things that are due again and again.

Each thing has a phase of its own in the period (from its key, so it is the same after a restart), which spreads the
load. A turn that was missed is dropped and counted, never made up for: answering a late poll with two polls is how a
slow moment becomes a slow hour.
"""

import zlib
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

TICK_S: Final = 0.05

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Entry:
    period_s: float
    phase_s: float
    at: float


def phase(key: Hashable, period_s: float) -> float:
    """Where in its period a key stands, evenly spread."""
    return zlib.crc32(repr(key).encode()) / 2**32 * period_s


class Wheel(Generic[Key]):
    """Times are monotonic seconds, given by the caller."""

    def __init__(self, now: float) -> None:
        self.missed = 0
        self._done = int(now / TICK_S)
        self._entries: dict[Key, _Entry] = {}
        self._slots: dict[int, list[Key]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, key: Key, period_s: float, first: float) -> None:
        """Due at `first`, then at its own phase of every period; replaces what the key had."""
        entry = _Entry(period_s, phase(key, period_s), first)
        self._entries[key] = entry
        self._place(key, entry)

    def hasten(self, key: Key, at: float) -> None:
        """Due at `at` when that is sooner than planned; the rhythm stays."""
        entry = self._entries.get(key)
        if entry and at < entry.at:
            entry.at = at
            self._place(key, entry)

    def remove(self, key: Key) -> None:
        self._entries.pop(key, None)

    def due(self, now: float) -> list[Key]:
        """Everything whose time has come, each once, and each planned again."""
        found: list[Key] = []
        last = int(now / TICK_S)
        ticks = self._ticks(last)
        self._done = max(self._done, last)  # before anything is planned again: nothing may come twice in this tick
        for tick in ticks:
            for key in self._slots.pop(tick):
                entry = self._entries.get(key)
                if entry is None or int(entry.at / TICK_S) != tick:
                    continue  # removed or moved since it was put here
                found.append(key)
                self._plan(entry, now)
                self._place(key, entry)
        return found

    def _ticks(self, last: int) -> list[int]:
        if last - self._done <= len(self._slots):
            return [tick for tick in range(self._done + 1, last + 1) if tick in self._slots]
        return sorted(tick for tick in self._slots if tick <= last)

    def _plan(self, entry: _Entry, now: float) -> None:
        """The next time at the entry's phase that is at least half a period away."""
        whole = int((entry.at + entry.period_s / 2 - entry.phase_s) / entry.period_s) + 1
        following = entry.phase_s + whole * entry.period_s
        if following <= now:
            late = int((now - following) / entry.period_s) + 1
            self.missed += late
            following += late * entry.period_s
        entry.at = following

    def _place(self, key: Key, entry: _Entry) -> None:
        entry.at = max(entry.at, (self._done + 1) * TICK_S)
        self._slots.setdefault(int(entry.at / TICK_S), []).append(key)
