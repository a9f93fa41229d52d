"""When the poller was really there to see. Only such time counts as known; what lies between is unknown, not up.

A run is a row of moments without a gap. It ends when the process does, when the loop or the machine stood still, and
when the wall clock was set: forwards there is time that nobody lived through; backwards there is time that was lived
through twice, and the records that are open must move with the clock (`collectors.desk`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# Clocks are slewed by less between two looks; ticks come late by less.
STEP_S: Final = 1.0
STILL_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Gap:
    """`set_back` is true when the wall clock went backwards."""

    set_back: bool


@dataclass(slots=True)
class Attendance:
    """The run under way, from `began` to `seen`; `at` is `seen` in monotonic seconds."""

    began: datetime
    seen: datetime
    at: float

    @classmethod
    def start(cls, now: datetime, monotonic: float) -> "Attendance":
        return cls(now, now, monotonic)

    def gap(self, now: datetime, monotonic: float) -> Gap | None:
        """Whether something was between the last look and this one; then another run has to begin."""
        passed = monotonic - self.at
        stepped = (now - self.seen).total_seconds() - passed
        return Gap(stepped < -STEP_S) if abs(stepped) > STEP_S or passed > STILL_S else None

    def look(self, now: datetime, monotonic: float) -> None:
        self.seen, self.at = now, monotonic
