"""Telling dead workers from live ones without trusting any wall clock.

SQLite (one machine): a lease has expired when the watcher itself has seen no beat for the lease's length, by its own
monotonic clock. PostgreSQL (many machines): when the database's clock has passed `lease_until`; after that clock has
jumped, and after the watcher's own start, nothing is believed for one lease, in which every live worker renews.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.jobs.values import JobId

JUMP_S = 5.0
SLACK = 1.1  # a watcher waits a little longer than the owner believes in its lease


@dataclass(frozen=True)
class Sighting:
    """A running job as the watcher saw it. Equal sightings mean: no sign of life in between."""

    job_id: JobId
    owner: str
    attempt: int
    beat: int
    lease_s: float
    lease_until: datetime | None = None


class Watch(Protocol):
    def expired(self, seen: Iterable[Sighting], now: datetime, monotonic: float) -> list[Sighting]: ...


class BeatWatch:
    def __init__(self) -> None:
        self._since: Mapping[Sighting, float] = {}

    def expired(self, seen: Iterable[Sighting], now: datetime, monotonic: float) -> list[Sighting]:
        del now
        self._since = {sighting: self._since.get(sighting, monotonic) for sighting in seen}
        return [sighting for sighting, since in self._since.items() if monotonic - since > sighting.lease_s * SLACK]


class ClockWatch:
    """How far a wall clock has moved against the monotonic one since the last look (seconds; 0 for drift)."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None

    def jump_s(self, now: datetime, monotonic: float) -> float:
        last, self._last = self._last, (now, monotonic)
        if last is None:
            return 0.0
        jump = (now - last[0]).total_seconds() - (monotonic - last[1])
        return jump if abs(jump) > JUMP_S else 0.0


class DatabaseClockWatch:
    def __init__(self) -> None:
        self._clock = ClockWatch()
        self._believed_from: float | None = None

    def expired(self, seen: Iterable[Sighting], now: datetime, monotonic: float) -> list[Sighting]:
        if self._clock.jump_s(now, monotonic) or self._believed_from is None:
            self._believed_from = monotonic
        calm = monotonic - self._believed_from
        return [sighting for sighting in seen if calm > sighting.lease_s * SLACK and _is_over(sighting, now)]


def _is_over(sighting: Sighting, now: datetime) -> bool:
    """Past; or so far ahead that the clock must have been put back since the owner last wrote it."""
    if sighting.lease_until is None:
        return True
    left = sighting.lease_until - now
    return not timedelta() <= left <= timedelta(seconds=2 * sighting.lease_s)


def watch_for(dialect: str) -> Watch:
    return DatabaseClockWatch() if dialect == "postgresql" else BeatWatch()
