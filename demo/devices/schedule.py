"""What happens by the clock: outages that come and go, and traffic whose counters are integrals of a curve.

Time is seconds since the Unix epoch. Nothing here keeps state, so counters continue over a restart of the process.
"""

import math
import random
from dataclasses import dataclass
from functools import cached_property

ORIGIN = 1_767_196_800.0  # 2026-01-01 00:00 in Shanghai; floats counted from here keep single octets apart for decades
DAY = 86_400.0


def draws(seed: str) -> random.Random:
    """The same numbers for the same name, in every process."""
    return random.Random(seed)  # noqa: S311  # variety, not secrecy


@dataclass(frozen=True)
class Every:
    """Something that lasts some seconds and comes back with a period."""

    period: float
    lasts: float
    offset: float = 0.0

    def active(self, t: float) -> bool:
        return self._phase(t) < self.lasts

    def elapsed(self, t: float) -> float:
        """Seconds since the last change, into the event or out of it."""
        phase = self._phase(t)
        return phase if phase < self.lasts else phase - self.lasts

    def warp(self, t: float) -> float:
        """Time that stands still during the event and runs faster after it, so that whole periods keep their length.

        A curve integrated over warped time is flat while the line is down, and never needs the sum over all outages.
        """
        phase = self._phase(t)
        start = t - phase
        if phase < self.lasts:
            return start
        return start + (phase - self.lasts) * self.period / (self.period - self.lasts)

    def _phase(self, t: float) -> float:
        return (t - self.offset) % self.period


@dataclass(frozen=True)
class Wave:
    """amplitude * sin(2 pi t / period + phase)."""

    amplitude: float
    period: float
    phase: float

    def at(self, t: float) -> float:
        return self.amplitude * math.sin(math.tau * t / self.period + self.phase)

    def integral(self, t: float) -> float:
        return -self.amplitude * self.period / math.tau * math.cos(math.tau * t / self.period + self.phase)


@dataclass(frozen=True)
class Curve:
    """A rate around a mean that follows office hours (two humps, a lunch dip) with noise of minutes.

    The relative amplitudes sum to less than one, so that the rate is never negative and its integral never falls.
    """

    mean: float
    seed: str

    def rate(self, t: float) -> float:
        return self.mean * (1 + sum(wave.at(t - ORIGIN) for wave in self._waves))

    def total(self, t: float) -> float:
        since = t - ORIGIN
        return self.mean * (since + sum(wave.integral(since) for wave in self._waves))

    @cached_property
    def _waves(self) -> tuple[Wave, ...]:
        source = draws(self.seed)
        peak = 13.2 + source.uniform(-0.8, 0.8)  # hours; the day begins at ORIGIN's midnight
        day = Wave(0.42, DAY, math.pi / 2 - math.tau * peak / 24)
        humps = Wave(0.16, DAY / 2, math.pi / 2 - math.tau * (peak - 3) / 12)
        noise = [(0.12, 2_300.0), (0.10, 540.0), (0.07, 131.0), (0.05, 37.0)]
        return (
            day,
            humps,
            *(Wave(size, period * source.uniform(0.8, 1.25), source.uniform(0, math.tau)) for size, period in noise),
        )


@dataclass(frozen=True)
class Gauge:
    """A reading that wanders around a mean: a processor's load, a temperature."""

    mean: float
    swing: float
    seed: str

    def at(self, t: float) -> float:
        return self.mean + self.swing * (self._curve.rate(t) - 1)

    @cached_property
    def _curve(self) -> Curve:
        return Curve(1.0, self.seed)
