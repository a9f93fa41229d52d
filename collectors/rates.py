"""From two readings of a counter to a rate, or to the honest answer that there is none.

A counter of 32 bits wraps (a busy gigabit port every 34 seconds); an agent that restarts begins again at zero; some
agents jump. A rate is shown only when it is certain: never negative, never above what the port can carry.
"""

from dataclasses import dataclass
from typing import Final

from collectors.snmp import PortCounters, PortFacts, difference

LEAST_SECONDS: Final = 0.5
# Counters are read some milliseconds earlier or later than the clock, so a full port may seem a little fuller.
SPEED_SLACK: Final = 1.2
# A port that does not say its speed is believed up to the fastest Ethernet there is.
FASTEST_BPS: Final = 1_600_000_000_000
SMALLEST_PACKET_BITS: Final = 512


@dataclass(frozen=True, slots=True)
class PortRates:
    """Bits and packets per second; None for what cannot be known. `utilisation_percent` is the busier direction."""

    in_bps: int | None = None
    out_bps: int | None = None
    in_errors: float | None = None
    out_errors: float | None = None
    in_discards: float | None = None
    out_discards: float | None = None
    utilisation_percent: float | None = None


def rate(before: int | None, after: int | None, seconds: float, ceiling: float, *, wide: bool) -> float | None:
    """Units per second; None when it cannot be known or would exceed `ceiling`."""
    gone = difference(before, after, wide=wide)
    if gone is None or seconds < LEAST_SECONDS:
        return None
    found = gone / seconds
    return found if 0 <= found <= ceiling else None


def port_rates(before: PortCounters, port: PortFacts, seconds: float | None) -> PortRates:
    """`seconds` between the two polls; None after a restart, when no difference means anything."""
    now = port.counters
    if seconds is None or before.wide is not now.wide:
        return PortRates()
    octets, packets = octet_ceiling(port.speed_bps), packet_ceiling(port.speed_bps)
    in_bps = _bits(rate(before.in_octets, now.in_octets, seconds, octets, wide=now.wide))
    out_bps = _bits(rate(before.out_octets, now.out_octets, seconds, octets, wide=now.wide))
    return PortRates(
        in_bps,
        out_bps,
        rate(before.in_errors, now.in_errors, seconds, packets, wide=False),
        rate(before.out_errors, now.out_errors, seconds, packets, wide=False),
        rate(before.in_discards, now.in_discards, seconds, packets, wide=False),
        rate(before.out_discards, now.out_discards, seconds, packets, wide=False),
        utilisation(max((bps for bps in (in_bps, out_bps) if bps is not None), default=None), port.speed_bps),
    )


def octet_ceiling(speed_bps: int | None) -> float:
    """Octets per second that a port of this speed could carry at most."""
    return (speed_bps or FASTEST_BPS) * SPEED_SLACK / 8


def packet_ceiling(speed_bps: int | None) -> float:
    return (speed_bps or FASTEST_BPS) * SPEED_SLACK / SMALLEST_PACKET_BITS


def utilisation(bps: float | None, speed_bps: int | None) -> float | None:
    """Percent, at most 100; None where the speed is not known."""
    if bps is None or not speed_bps:
        return None
    return min(100.0, 100.0 * bps / speed_bps)


def _bits(octets: float | None) -> int | None:
    return None if octets is None else round(octets * 8)
