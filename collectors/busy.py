"""How busy a line was: the 95th percentile of a day or a month, as carriers reckon it, from the recorded history.

Means of five minutes are put in order and the highest twentieth is left out; of the two directions the busier counts.
Where history is kept in longer steps only, these are taken, and the step is told beside the figure: over an hour's
mean a short peak no longer shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from collectors.history import Kind, TimeSeries, TimeSeriesReader
from collectors.lines.availability import Period
from collectors.percentile import percentile
from collectors.rates import utilisation

STEP_S: Final = 300
PERCENT: Final = 95


@dataclass(frozen=True, slots=True)
class Busy:
    """Bits per second. `known_percent` is how much of the period was measured, in steps of `step_s`.

    `utilisation_percent` is of the rented bandwidth; None where the ledger does not say it.
    """

    in_bps: float | None
    out_bps: float | None
    utilisation_percent: float | None
    step_s: int
    known_percent: float


def busy(
    reader: TimeSeriesReader, line_id: int, period: Period, now: datetime, bandwidth_bps: int | None
) -> Busy | None:
    """None where nothing was recorded."""
    end = min(period.end, now)
    points = int((end - period.begin).total_seconds()) // STEP_S + 2  # a step begun at either end
    return busy_in(reader.read(Kind.LINE, line_id, period.begin, end, points=points), bandwidth_bps)


def busy_in(series: TimeSeries, bandwidth_bps: int | None) -> Busy | None:
    into, out = (_known(series.values[name]) for name in ("in_bps", "out_bps"))
    if not into and not out:
        return None
    figures = [percentile(values, PERCENT) if values else None for values in (into, out)]
    busier = max(figure for figure in figures if figure is not None)
    return Busy(
        figures[0],
        figures[1],
        utilisation(busier, bandwidth_bps),
        series.step_s,
        100.0 * max(len(into), len(out)) / len(series.times),
    )


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]
