"""How long things took, in the buckets of a Prometheus histogram; cheap, since every poll passes here."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from prometheus_client.metrics_core import HistogramMetricFamily

POLL_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Durations:
    """`buckets` are upper limits in seconds; what is longer is counted as well."""

    def __init__(self, buckets: Sequence[float] = POLL_BUCKETS) -> None:
        self._buckets = buckets
        self._counts = [0] * (len(buckets) + 1)
        self._total = 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(self._buckets, seconds)] += 1
        self._total += seconds

    def family(self, name: str, text: str) -> HistogramMetricFamily:
        limits = [*map(str, self._buckets), "+Inf"]
        counts = [float(sum(self._counts[: place + 1])) for place in range(len(self._counts))]
        return HistogramMetricFamily(name, text, buckets=list(zip(limits, counts, strict=True)), sum_value=self._total)
