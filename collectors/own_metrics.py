"""The poller's metrics of itself, by `prometheus_client`: few, so that its cost does not matter."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

Numbers = dict[str, float]

COUNTERS = {
    "polls": "SNMP polls begun",
    "failed_polls": "SNMP polls that brought nothing, or not all",
    "late_polls": "Polls dropped because the one before was still under way, or the poller was behind",
    "probes": "Reachability probes",
    "poll_seconds": "Time spent waiting for SNMP polls",
    "snmp_retries": "SNMP requests sent again",
    "snmp_timeouts": "SNMP requests given up",
    "snmp_malformed": "Datagrams that were no sound answer",
    "write_failures": "Batches of state that could not be written",
    "history_lost_rows": "Rows of history that could not be written in time",
}
GAUGES = {
    "devices": "Devices watched",
    "devices_down": "Devices that are unreachable",
    "ports": "Ports watched",
    "lines": "Lines watched",
    "icmp_available": "Whether ICMP is permitted",
    "busy_ratio": "Share of one processor that the poller used lately",
}


class OwnMetrics:
    """`read` gives the current numbers by the names of COUNTERS and GAUGES."""

    def __init__(self, read: Callable[[], Numbers]) -> None:
        self._read = read
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def collect(self) -> Iterator[Metric]:
        numbers = self._read()
        for name, text in COUNTERS.items():
            yield CounterMetricFamily(f"guanjin_poller_{name}", text, value=numbers[name])
        for name, text in GAUGES.items():
            yield GaugeMetricFamily(f"guanjin_poller_{name}", text, value=numbers[name])

    def page(self) -> bytes:
        return generate_latest(self._registry)
