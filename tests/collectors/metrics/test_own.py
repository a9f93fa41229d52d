from prometheus_client.parser import text_string_to_metric_families

from collectors.metrics.durations import Durations
from collectors.metrics.own import COUNTERS, GAUGES, OwnMetrics


def samples(page: bytes) -> dict[tuple[str, str], float]:
    return {
        (one.name, one.labels.get("le", "")): one.value
        for family in text_string_to_metric_families(page.decode())
        for one in family.samples
    }


def test_every_number_is_on_the_page_under_its_name() -> None:
    numbers = {name: float(place) for place, name in enumerate([*COUNTERS, *GAUGES])}
    found = samples(OwnMetrics(lambda: numbers, Durations()).page())
    for name in COUNTERS:
        assert found[f"guanjin_poller_{name}_total", ""] == numbers[name]
    for name in GAUGES:
        assert found[f"guanjin_poller_{name}", ""] == numbers[name]
    assert found["process_resident_memory_bytes", ""] > 1e6


def test_durations_are_counted_up_to_each_limit_and_beyond() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 70.0):
        durations.add(seconds)
    numbers = dict.fromkeys([*COUNTERS, *GAUGES], 0.0)
    found = samples(OwnMetrics(lambda: numbers, durations).page())
    name = "guanjin_poller_poll_duration_seconds"
    assert [found[f"{name}_bucket", limit] for limit in ("0.1", "1.0", "+Inf")] == [2, 3, 4]
    assert found[f"{name}_count", ""] == 4
    assert abs(found[f"{name}_sum", ""] - 70.65) < 1e-9
