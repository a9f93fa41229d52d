"""A thousand addresses pinged each second, and fping doing the same."""

import asyncio
import resource
import subprocess
import time
from statistics import median
from typing import Final

from bench.figures import Figure
from bench.namespace import device_address
from collectors.icmp import Pinger

ADDRESSES: Final = 1000
AT_ONCE: Final = 50
MOST_US: Final = 15.0


def measure(rounds: int) -> list[Figure]:
    addresses = [device_address(number) for number in range(ADDRESSES)]
    cost, answered = asyncio.run(_pings(addresses, rounds, awaited=False))
    awaited, _ = asyncio.run(_pings(addresses, rounds, awaited=True))
    theirs = [_fping(addresses) for _ in range(rounds)]
    return [
        Figure("icmp", "answered of 1000", answered, ""),
        Figure("icmp", "guanjin", cost, "us/ping", MOST_US),
        Figure("icmp", "guanjin, a future for each", awaited, "us/ping"),
        Figure("icmp", "fping", median(theirs), "us/ping"),
        Figure("icmp", "ratio", cost / median(theirs), ""),
    ]


async def _pings(addresses: list[str], rounds: int, *, awaited: bool) -> tuple[float, int]:
    """In groups, spread over the second; by a callback for each, or by a future for each, as the poller probes."""
    pinger, costs = Pinger.open(), []
    answers: list[float | None] = []
    for _ in range(rounds):
        before, answers = time.process_time(), []
        for first in range(0, ADDRESSES, AT_ONCE):
            group = addresses[first : first + AT_ONCE]
            if awaited:
                answers += await asyncio.gather(*map(pinger.ping, group))
            else:
                for address in group:
                    pinger.ask(address, answers.append)
            await asyncio.sleep(AT_ONCE / ADDRESSES)
        costs.append(1e6 * (time.process_time() - before) / ADDRESSES)
    pinger.close()
    return median(costs), sum(answer is not None for answer in answers)


def _fping(addresses: list[str]) -> float:
    before = _children_s()
    # A millisecond between two pings: the same second for all of them.
    subprocess.run(["fping", "-q", "-c1", "-i1", *addresses], check=False, stderr=subprocess.DEVNULL)
    return 1e6 * (_children_s() - before) / ADDRESSES


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
