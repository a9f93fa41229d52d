"""How often the ends of lines are looked at: each port as often as its quickest line asks for. Pure.

A core switch is probed every second as soon as one of its lines asks for that; its three hundred other line ports
are then still asked for at their own, slower pace.
"""

import math
from typing import Final

# A probe comes a tick early or late; a look that is nearly due is not put off by a whole period.
NEARLY: Final = 0.9


class Looks:
    """Times are monotonic seconds."""

    def __init__(self) -> None:
        self._intervals: dict[int, float] = {}
        self._ports: dict[int, dict[int, float]] = {}
        self._looked: dict[int, float] = {}

    def begin(self) -> None:
        """What is wanted is about to be said anew."""
        self._intervals, self._ports = {}, {}

    def want(self, device: int, port: int | None, interval_s: float) -> None:
        self._intervals[device] = min(interval_s, self.interval(device))
        if port is not None:
            ports = self._ports.setdefault(device, {})
            ports[port] = min(interval_s, ports.get(port, math.inf))

    def interval(self, device: int) -> float:
        return self._intervals.get(device, math.inf)

    def due(self, device: int, now: float) -> list[int]:
        """The ports to be looked at now; they count as looked at."""
        found = [
            port
            for port, interval_s in self._ports.get(device, {}).items()
            if now - self._looked.get(port, -math.inf) >= NEARLY * interval_s
        ]
        self._looked.update(dict.fromkeys(found, now))
        return found
