"""A fifth of the devices is dead: their addresses swallow whatever is sent there. The others must not notice.

1,000 dead among 5,000 every 60 s, by default a fifth of that five times as often; `DEVICES=5000` for all of them.
"""

import os
import time
from typing import Final

from bench.farm import Farm
from bench.figures import Figure
from bench.namespace import dead_address, device_address
from bench.site import Site

DEVICES: Final = int(os.environ.get("DEVICES", "1000"))
A_SECOND: Final = 83
PORTS: Final = 8


def measure(rounds: int) -> list[Figure]:
    dead = DEVICES // 5
    living = [device_address(number) for number in range(DEVICES - dead)]
    interval_s = DEVICES // A_SECOND
    addresses = [*living, *(dead_address(number) for number in range(dead))]
    oldest = []
    with Farm(PORTS) as farm, Site(addresses, farm.port, interval_s=interval_s) as site:
        site.until_all_answered(len(living), 60 + DEVICES / 10)
        time.sleep(2 * interval_s)
        before = site.numbers()
        for _ in range(rounds):
            time.sleep(interval_s)
            ages = site.ages_s()
            oldest.append(max(ages[address] for address in living))
        after = site.numbers()
    return [
        Figure("dead", f"unreachable of {DEVICES}", after["devices_down"], "devices"),
        Figure("dead", "late polls of the living", after["late_polls"] - before["late_polls"], "", 0),
        Figure("dead", "oldest answer of the living", max(oldest) / interval_s, "intervals", 1.5),
    ]
