"""Clocks that do what real ones do on bad days."""

import time
from datetime import UTC, datetime, timedelta


class StillClock:
    """Moves only when told: `pass_` like time, `jump` like a wall clock that somebody sets."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
        self.steady = 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds

    def jump(self, delta: timedelta) -> None:
        self.wall += delta


class JumpingClock:
    """Real time, with a wall clock that can be set."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def monotonic(self) -> float:
        return time.monotonic()
