"""Ten counties on one machine: 6,000 devices of 33 ports every 60 s.

That is a hundred polls a second. Discovering so many takes minutes, so that by default a quarter of the devices is
polled four times as often; `DEVICES=6000` in the environment for all of them.
"""

import os
import time
from statistics import median
from typing import Final

from bench.farm import Farm
from bench.figures import Figure
from bench.namespace import device_address
from bench.site import Site

DEVICES: Final = int(os.environ.get("DEVICES", "1500"))
A_SECOND: Final = 100
PROBES_A_SECOND: Final = 600
PORTS: Final = 33
MOST_BUSY: Final = 50.0


def measure(rounds: int) -> list[Figure]:
    """Each device is probed every ten seconds of the full size, as lines are by default."""
    interval_s = DEVICES // A_SECOND
    addresses = [device_address(number) for number in range(DEVICES)]
    busy, rates = [], []
    probe_s = max(1, DEVICES // PROBES_A_SECOND)
    with Farm(PORTS) as farm, Site(addresses, farm.port, interval_s=interval_s, icmp_interval_s=probe_s) as site:
        site.until_all_answered(DEVICES, 60 + DEVICES / 10)
        time.sleep(2 * interval_s)
        before = site.numbers()
        for _ in range(rounds):
            polls, cpu_s, at = site.numbers()["polls"], site.cpu_s, time.monotonic()
            time.sleep(max(15, interval_s))
            took = time.monotonic() - at
            busy.append(100 * (site.cpu_s - cpu_s) / took)
            rates.append((site.numbers()["polls"] - polls) / took)
        after = site.numbers()
        oldest = max(site.ages_s().values())
        peak = site.peak_bytes / 1e6
    name = f"poller, {DEVICES} devices every {interval_s} s"
    return [
        Figure("city", name, median(busy), "% of a core", MOST_BUSY),
        Figure("city", "polls", median(rates), "a second"),
        Figure("city", "late polls", after["late_polls"] - before["late_polls"], "", 0),
        Figure("city", "failed polls", after["failed_polls"] - before["failed_polls"], "", 0),
        Figure("city", "oldest answer in the database", oldest / interval_s, "intervals", 1.5),
        Figure("city", "most memory at once", peak, "MB"),
    ]
