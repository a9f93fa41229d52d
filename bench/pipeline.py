"""The whole pipeline of the poller process, paced: poll, state in the database, history, reachability, exposition.

Against snmp_exporter alone, paced alike; Prometheus would still have to take in what it says.
"""

import time
from functools import partial
from statistics import median
from typing import Final

from bench.exporter import Exporter, spread
from bench.farm import BUILD, Farm
from bench.figures import Figure
from bench.namespace import device_address
from bench.objects import ports_for, values_of
from bench.site import Site

VALUES: Final = 672
DEVICES: Final = 240
INTERVAL_S: Final = 15
MOST_RATIO: Final = 1 / 3
MOST_MS: Final = 4.0


def measure(rounds: int) -> list[Figure]:
    """One ICMP probe a poll."""
    ports = ports_for(VALUES)
    addresses = [device_address(number) for number in range(DEVICES)]
    ours, theirs = [], []
    with Farm(ports) as farm, Site(addresses, farm.port, interval_s=INTERVAL_S, icmp_interval_s=INTERVAL_S) as site:
        site.until_all_answered(DEVICES, 120)
        time.sleep(INTERVAL_S)
        with Exporter(BUILD / "exporter") as exporter:
            jobs = [partial(exporter.fetch, "names", address, farm.port) for address in addresses]
            for _ in range(rounds):
                polls, before, theirs_before = site.numbers()["polls"], site.cpu_s, exporter.cpu_s
                spread(jobs, 50, DEVICES / INTERVAL_S)
                theirs.append((exporter.cpu_s - theirs_before) / DEVICES)
                cpu_s = site.cpu_s - before
                ours.append(cpu_s / (site.numbers()["polls"] - polls))
    mine, other = median(ours), median(theirs)
    return [
        Figure("pipeline", "values a device", values_of(ports), ""),
        Figure("pipeline", "guanjin, everything", mine * 1000, "ms/poll", MOST_MS),
        Figure("pipeline", "snmp_exporter alone", other * 1000, "ms/poll"),
        Figure("pipeline", "ratio", mine / other, "", MOST_RATIO),
    ]
