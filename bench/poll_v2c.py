"""Poll, decode and render some 672 values of a device by SNMPv2c, against snmp_exporter asked for the same objects.

In a burst (fifty devices at once) and paced (evenly spread over time, as in operation: then there are fewer datagrams
a wake-up, and both cost more).
"""

import asyncio
import time
from collections.abc import Iterable
from functools import partial
from statistics import median
from typing import Final

from bench.exporter import VERSION_2C, Exporter, spread
from bench.farm import BUILD, Farm
from bench.figures import Figure
from bench.fleet import Fleet, known_fleet
from bench.namespace import device_address
from bench.objects import ports_for, values_of
from collectors.snmp import Engine

VALUES: Final = 672
DEVICES: Final = 100
AT_ONCE: Final = 50
A_SECOND: Final = 25.0
MOST_RATIO: Final = 1 / 8


def measure(rounds: int) -> list[Figure]:
    ports = ports_for(VALUES)
    with Farm(ports) as farm, Exporter(BUILD / "exporter", VERSION_2C) as exporter:
        ours, theirs = asyncio.run(_rounds(farm, exporter, rounds))
    unit = "ms/device"
    figures = [Figure("poll_v2c", "values a device", values_of(ports), "")]
    for place, how in enumerate(("burst", "paced")):
        mine, other = (median(each[place] for each in some) for some in (ours, theirs))
        figures += [
            Figure("poll_v2c", f"guanjin, {how}", mine * 1000, unit),
            Figure("poll_v2c", f"snmp_exporter, {how}", other * 1000, unit),
            Figure("poll_v2c", f"ratio, {how}", mine / other, "", MOST_RATIO),
        ]
    return [*figures, Figure("poll_v2c", "farm, a core", farm.answers / farm.cpu_s, "answers/s")]


async def _rounds(
    farm: Farm, exporter: Exporter, rounds: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """CPU seconds a device, in a burst and paced, of both."""
    ours, theirs = [], []
    async with Engine() as engine:
        fleet = await known_fleet(engine, [device_address(number) for number in range(DEVICES)], farm.port)
        for _ in range(rounds):
            theirs.append(await asyncio.to_thread(_exporter_round, exporter, farm.port))
            ours.append((await _burst(fleet), await _paced(fleet)))
    return ours, theirs


async def _burst(fleet: Fleet) -> float:
    before = time.process_time()
    for _ in range(3):
        await asyncio.gather(*(_share(fleet, range(first, DEVICES, AT_ONCE)) for first in range(AT_ONCE)))
    return (time.process_time() - before) / (3 * DEVICES)


async def _share(fleet: Fleet, numbers: Iterable[int]) -> None:
    for number in numbers:
        await fleet.poll(number)


async def _paced(fleet: Fleet) -> float:
    before, loop = time.process_time(), asyncio.get_running_loop()
    started = loop.time()
    for number in range(DEVICES):
        await asyncio.sleep(started + number / A_SECOND - loop.time())
        await fleet.poll(number)
    return (time.process_time() - before) / DEVICES


def _exporter_round(exporter: Exporter, port: int) -> tuple[float, float]:
    jobs = [partial(exporter.fetch, device_address(number), port) for number in range(DEVICES)]
    first = exporter.cpu_s
    spread(jobs, AT_ONCE)
    second = exporter.cpu_s
    spread(jobs, AT_ONCE, A_SECOND)
    return (second - first) / DEVICES, (exporter.cpu_s - second) / DEVICES
