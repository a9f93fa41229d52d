"""The agent's clock as we know it: how often it has started, and for how long it has been running.

RFC 3414 sections 2.3 and 3.2.7. Times are seconds; `now` is this machine's monotonic clock, passed in.
"""

from dataclasses import dataclass
from typing import Final

WINDOW_S: Final = 150
MOST: Final = 0x7FFFFFFF


@dataclass(slots=True)
class EngineTime:
    """`boots` and `latest` are as an authentic message told them; `offset` turns our clock into the agent's."""

    boots: int = 0
    latest: int = 0
    offset: float = 0.0

    def at(self, now: float) -> tuple[int, int]:
        """What to write into a message."""
        return self.boots, min(MOST, max(0, int(now + self.offset))) if self.boots or self.latest else 0

    def hear(self, boots: int, time: int, now: float) -> bool:
        """Learn from an authentic message; false when it lies outside the time window, and may be a replay."""
        if boots > self.boots or (boots == self.boots and time > self.latest):
            self.learn(boots, time, now)
        return boots < MOST and boots == self.boots and time >= self.at(now)[1] - WINDOW_S

    def learn(self, boots: int, time: int, now: float) -> None:
        self.boots, self.latest, self.offset = boots, time, time - now
