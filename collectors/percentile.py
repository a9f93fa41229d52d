"""One definition for all percentiles: nearest rank, so that the figure is a value that was really measured. Pure."""

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that so many percent of them do not exceed; `values` is not empty."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
