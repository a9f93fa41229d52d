"""A county as it runs: 600 devices of 33 ports polled every 30 s, probed by ICMP every 5 s, on one machine."""

import time
from statistics import median
from typing import Final

from bench.farm import Farm
from bench.figures import Figure
from bench.namespace import device_address
from bench.site import Site

DEVICES: Final = 600
PORTS: Final = 33
INTERVAL_S: Final = 30
MOST_BUSY: Final = 10.0
MOST_MEGABYTES: Final = 250.0


def measure(rounds: int) -> list[Figure]:
    addresses = [device_address(number) for number in range(DEVICES)]
    busy = []
    with Farm(PORTS) as farm, Site(addresses, farm.port, interval_s=INTERVAL_S) as site:
        site.until_all_answered(DEVICES, 180)
        time.sleep(INTERVAL_S)
        late = site.numbers()["late_polls"]
        for _ in range(rounds):
            cpu_s, at = site.cpu_s, time.monotonic()
            time.sleep(INTERVAL_S)
            busy.append(100 * (site.cpu_s - cpu_s) / (time.monotonic() - at))
        late = site.numbers()["late_polls"] - late
        peak = site.peak_bytes / 1e6
    return [
        Figure("county", f"poller, {DEVICES} devices every {INTERVAL_S} s", median(busy), "% of a core", MOST_BUSY),
        Figure("county", "most memory at once", peak, "MB", MOST_MEGABYTES),
        Figure("county", "late polls", late, "", 0),
    ]
