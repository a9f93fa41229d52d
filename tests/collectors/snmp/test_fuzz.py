"""A few thousand damaged packets at each run of the suite; `make fuzz` sends a million."""

import signal

import pytest

from tests.collectors.snmp.fuzz import MOST_GROWN_OBJECTS, _hung, fuzz

pytestmark = pytest.mark.slow


async def test_damaged_packets_cost_a_counter_and_nothing_else() -> None:
    before = signal.signal(signal.SIGALRM, _hung)
    try:
        report = await fuzz(8000, seed=20261125)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert report.packets == 8000
    assert report.counters.malformed > 4000
    assert report.counters.refused > 500
    assert report.outcomes["value"] > 100
    assert report.grown_objects < MOST_GROWN_OBJECTS
