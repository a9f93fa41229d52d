"""Differences of counters that wrap, and of devices that restart."""

from typing import Final

BITS_32: Final = 1 << 32
TICKS_PER_SECOND: Final = 100


def difference(before: int | None, after: int | None, *, wide: bool) -> int | None:
    """What was counted between two polls; None when that cannot be known.

    A 32-bit counter that went back has wrapped. A 64-bit one cannot wrap in a device's life (RFC 2863 section
    3.1.6), so it was cleared.
    """
    if before is None or after is None:
        return None
    if after >= before:
        return after - before
    return None if wide else after - before + BITS_32


def elapsed(before_ticks: int | None, after_ticks: int | None, measured_s: float) -> float | None:
    """Seconds between two polls by the device's own clock, which is exact about when the counters were read.

    None after a restart, when no difference means anything. `measured_s` is the poller's own measure: it stands in
    where the device has no clock, and tells the wrap of the 497th day from a restart.
    """
    if before_ticks is None or after_ticks is None:
        return measured_s
    if after_ticks < before_ticks:
        wrapped = (after_ticks - before_ticks + BITS_32) / TICKS_PER_SECOND
        return wrapped if abs(wrapped - measured_s) <= max(5.0, measured_s / 4) else None
    return (after_ticks - before_ticks) / TICKS_PER_SECOND or measured_s
