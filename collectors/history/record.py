"""What a row holds. Everything is stored as an integer: `scale` is the number of steps in one unit.

Rates are per second, sizes in bits, times in milliseconds, shares in percent, temperatures in celsius.
"""

from enum import StrEnum
from typing import Final, NamedTuple

MINUTE_S: Final = 60


class Kind(StrEnum):
    PORT = "port"
    DEVICE = "device"
    LINE = "line"


class Merge(StrEnum):
    """How several values become one, in a minute and in a chart's step."""

    MEAN = "avg"
    LEAST = "min"
    MOST = "max"
    LAST = "last"


class Field(NamedTuple):
    """`peak`: what is a mean over a longer time keeps the highest minute beside it."""

    name: str
    scale: int = 1
    merge: Merge = Merge.MEAN
    peak: bool = False


# `status` is IF-MIB's ifAdminStatus * 16 + ifOperStatus (RFC 2863).
FIELDS: Final[dict[Kind, tuple[Field, ...]]] = {
    Kind.PORT: (
        Field("in_bps", peak=True),
        Field("out_bps", peak=True),
        Field("in_errors", 1000),
        Field("out_errors", 1000),
        Field("in_discards", 1000),
        Field("out_discards", 1000),
        Field("status", 1, Merge.LAST),
        Field("utilisation_percent", 100, peak=True),
    ),
    Kind.DEVICE: (
        Field("cpu_percent", 100, peak=True),
        Field("memory_percent", 100, peak=True),
        Field("temperature_c", 100, peak=True),
        Field("loss_percent", 100, peak=True),
        Field("rtt_min_ms", 1000, Merge.LEAST),
        Field("rtt_avg_ms", 1000),
        Field("rtt_max_ms", 1000, Merge.MOST),
        Field("uptime_s", 1, Merge.LAST),
    ),
    Kind.LINE: (
        Field("up", 1, Merge.LEAST),
        Field("loss_percent", 100, peak=True),
        Field("rtt_min_ms", 1000, Merge.LEAST),
        Field("rtt_avg_ms", 1000),
        Field("rtt_max_ms", 1000, Merge.MOST),
        Field("in_bps", peak=True),
        Field("out_bps", peak=True),
        Field("utilisation_percent", 100, peak=True),
    ),
}
PEAK: Final = "_peak"


def columns(kind: Kind, *, rolled: bool) -> list[str]:
    """A table's columns after `ts` and `id`; peaks stand behind the fields."""
    fields = FIELDS[kind]
    peaks = [field.name + PEAK for field in fields if field.peak] if rolled else []
    return [*(field.name for field in fields), *peaks]


def merged(values: list[float], how: Merge) -> float:
    """`values` is not empty."""
    match how:
        case Merge.MEAN:
            return sum(values) / len(values)
        case Merge.LEAST:
            return min(values)
        case Merge.MOST:
            return max(values)
        case Merge.LAST:
            return values[-1]
