"""The poller's metrics of itself, by `prometheus_client`: few, so that its cost does not matter."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from collectors.metrics.durations import Durations

Numbers = dict[str, float]

COUNTERS = {
    "polls": "SNMP polls begun",
    "failed_polls": "SNMP polls that brought nothing, or not all",
    "late_polls": "Polls dropped because the one before was still under way, or the poller was behind",
    "probes": "Reachability probes",
    "snmp_sent": "SNMP datagrams sent",
    "snmp_answered": "SNMP requests answered",
    "snmp_retries": "SNMP requests sent again",
    "snmp_timeouts": "SNMP requests given up",
    "snmp_malformed": "Datagrams that were no sound answer",
    "snmp_stray": "Datagrams that came too late, from another address or unasked",
    "icmp_sent": "ICMP echo requests sent",
    "icmp_received": "ICMP echo replies received in time",
    "write_failures": "Batches of state that could not be written",
    "history_lost_rows": "Rows of history that could not be written in time",
    "history_write_seconds": "Time spent writing history",
}
GAUGES = {
    "devices": "Devices watched",
    "devices_down": "Devices that are unreachable",
    "ports": "Ports watched",
    "lines": "Lines watched",
    "icmp_available": "Whether ICMP is permitted",
    "busy_ratio": "Share of one processor that the poller used lately",
    "state_queue_seconds": "Age of the oldest state that may still have to be written",
    "history_queue_seconds": "Age of the oldest minute of history that is still to be written",
    "history_rolled_up_timestamp_seconds": "Up to when the history is rolled up; 0 before the first time",
}


class OwnMetrics:
    """`read` gives the current numbers by the names of COUNTERS and GAUGES; `polls` is how long polls took."""

    def __init__(self, read: Callable[[], Numbers], polls: Durations) -> None:
        self._read = read
        self._polls = polls
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def collect(self) -> Iterator[Metric]:
        numbers = self._read()
        for name, text in COUNTERS.items():
            yield CounterMetricFamily(f"guanjin_poller_{name}", text, value=numbers[name])
        for name, text in GAUGES.items():
            yield GaugeMetricFamily(f"guanjin_poller_{name}", text, value=numbers[name])
        yield self._polls.family("guanjin_poller_poll_duration_seconds", "How long successful polls took")

    def page(self) -> bytes:
        return generate_latest(self._registry)
