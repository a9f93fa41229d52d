"""From two readings of a counter to a rate, or to the honest answer that there is none.

A counter of 32 bits wraps (a busy gigabit port every 34 seconds); an agent that restarts begins again at zero; some
agents jump. A rate is shown only when it is certain: never negative, never above what the port can carry.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Final, NamedTuple

from collectors.snmp import Column, PortTable, difference

LEAST_SECONDS: Final = 0.5
# Counters are read some milliseconds earlier or later than the clock, so a full port may seem a little fuller.
SPEED_SLACK: Final = 1.2
# A port that does not say its speed is believed up to the fastest Ethernet there is.
FASTEST_BPS: Final = 1_600_000_000_000
SMALLEST_PACKET_BITS: Final = 512
OCTETS: Final = ("in_octets", "out_octets")
FAULTS: Final = ("in_errors", "out_errors", "in_discards", "out_discards")


class PortRates(NamedTuple):
    """Bits and packets per second; None for what cannot be known. `utilisation_percent` is the busier direction."""

    in_bps: int | None = None
    out_bps: int | None = None
    in_errors: float | None = None
    out_errors: float | None = None
    in_discards: float | None = None
    out_discards: float | None = None
    utilisation_percent: float | None = None


NO_RATES: Final = PortRates()
# What PortRates._make does, without a Python function for each port.
_PORT_RATES: Final[Callable[[Iterable[float | None]], PortRates]] = partial(tuple.__new__, PortRates)


def rate(before: int | None, after: int | None, seconds: float, ceiling: float, *, wide: bool) -> float | None:
    """Units per second; None when it cannot be known or would exceed `ceiling`."""
    gone = difference(before, after, wide=wide)
    if gone is None or seconds < LEAST_SECONDS:
        return None
    found = gone / seconds
    return found if 0 <= found <= ceiling else None


def port_rates(before: PortTable, after: PortTable, seconds: float | None) -> list[PortRates]:
    """Of each port of two polls of the same ports; `seconds` lie between them.

    None after a restart, when no difference means anything.
    """
    if seconds is None or seconds < LEAST_SECONDS:
        return [NO_RATES] * len(after.known)
    wide = [port.counters.wide for port in after.known]
    same = [old.counters.wide is now for old, now in zip(before.known, wide, strict=True)]
    octets = _traffic(before, after, seconds, wide)
    faults = _faults(before, after, seconds)
    shares = map(_busier, *octets, after.speed_bps)
    found = map(_PORT_RATES, zip(*octets, *faults, shares, strict=True))
    return list(found) if all(same) else [each if fits else NO_RATES for each, fits in zip(found, same, strict=True)]


def _traffic(before: PortTable, after: PortTable, seconds: float, wide: Sequence[bool]) -> list[list[int | None]]:
    ceilings = list(map(octet_ceiling, after.speed_bps))
    columns = (_rates(before.counters[name], after.counters[name], seconds, ceilings, wide) for name in OCTETS)
    return [[None if octets is None else round(octets * 8) for octets in column] for column in columns]


def _faults(before: PortTable, after: PortTable, seconds: float) -> list[list[float | None]]:
    """Most of these counters stand still, so that is asked first. Three places are shown and kept."""
    ceilings, narrow = list(map(packet_ceiling, after.speed_bps)), [False] * len(after.known)
    found: list[list[float | None]] = []
    for name in FAULTS:
        old, new = before.counters[name], after.counters[name]
        if old == new and None not in new:
            found.append([0.0] * len(new))
        else:
            column = _rates(old, new, seconds, ceilings, narrow)
            found.append([rate and round(rate, 3) for rate in column])
    return found


def _rates(
    before: Column, after: Column, seconds: float, ceilings: Sequence[float], wide: Sequence[bool]
) -> list[float | None]:
    """`rate` of a column, its plain case in line."""
    return [
        gone / seconds
        if old is not None and new is not None and 0 <= (gone := new - old) <= ceiling * seconds
        else rate(old, new, seconds, ceiling, wide=width)
        for old, new, ceiling, width in zip(before, after, ceilings, wide, strict=True)
    ]


@lru_cache
def octet_ceiling(speed_bps: int | None) -> float:
    """Octets per second that a port of this speed could carry at most."""
    return (speed_bps or FASTEST_BPS) * SPEED_SLACK / 8


@lru_cache
def packet_ceiling(speed_bps: int | None) -> float:
    return (speed_bps or FASTEST_BPS) * SPEED_SLACK / SMALLEST_PACKET_BITS


def utilisation(bps: float | None, speed_bps: int | None) -> float | None:
    """Percent, at most 100; None where the speed is not known."""
    if bps is None or not speed_bps:
        return None
    return min(100.0, 100.0 * bps / speed_bps)


def _busier(in_bps: int | None, out_bps: int | None, speed_bps: int | None) -> float | None:
    if in_bps is not None and out_bps is not None and speed_bps:
        return min(100.0, 100.0 * max(in_bps, out_bps) / speed_bps)
    return utilisation(max((bps for bps in (in_bps, out_bps) if bps is not None), default=None), speed_bps)
