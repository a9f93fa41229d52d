"""Poll, decode and render some 672 values of a device, against snmp_exporter; poll_v2c.py and poll_v3.py say how.

In a burst (fifty devices at once) and paced (evenly spread over time, as in operation: then there are fewer datagrams
a wake-up, and both cost more). Against the page with the ports' names, which is the one that people use, and against
the bare objects.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, Final

from bench.exporter import Exporter, spread
from bench.farm import BUILD, Farm
from bench.figures import Figure
from bench.fleet import Fleet, known_fleet
from bench.namespace import device_address
from bench.objects import ports_for, values_of
from collectors.snmp import Engine, Target

VALUES: Final = 672
DEVICES: Final = 100
AT_ONCE: Final = 50
A_SECOND: Final = 25.0


Round = dict[str, float]  # CPU seconds a device, by what was measured


@dataclass(frozen=True)
class Access:
    """How both sides ask: `target` makes the product's of an address and a port, `exporter` is snmp_exporter's."""

    target: Callable[[str, int], Target]
    exporter: dict[str, Any]


def measure(bench: str, access: Access, rounds: int, most_ratio: float) -> list[Figure]:
    ports = ports_for(VALUES)
    with Farm(ports) as farm, Exporter(BUILD / "exporter", access.exporter) as exporter:
        found = asyncio.run(_rounds(access, farm, exporter, rounds))
    cost = {name: 1000 * median(each[name] for each in found) for name in found[0]}
    figures = [Figure(bench, "values a device", values_of(ports), "")]
    figures += [Figure(bench, name, value, "ms/device") for name, value in cost.items()]
    for how in ("burst", "paced"):
        ours = cost[f"guanjin, {how}"]
        figures += [
            Figure(bench, f"ratio, {how}", ours / cost[f"snmp_exporter, {how}"], "", most_ratio),
            Figure(bench, f"ratio to the bare objects, {how}", ours / cost[f"snmp_exporter bare, {how}"], ""),
        ]
    return [*figures, Figure(bench, "farm, a core", farm.answers / farm.cpu_s, "answers/s")]


async def _rounds(access: Access, farm: Farm, exporter: Exporter, rounds: int) -> list[Round]:
    found = []
    async with Engine() as engine:
        fleet = await known_fleet(
            engine, [access.target(device_address(number), farm.port) for number in range(DEVICES)]
        )
        await _burst(fleet)
        for _ in range(rounds):
            theirs = await asyncio.to_thread(_exporter_round, exporter, farm.port)
            found.append({"guanjin, burst": await _burst(fleet), "guanjin, paced": await _paced(fleet)} | theirs)
    return found


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


def _exporter_round(exporter: Exporter, port: int) -> Round:
    found = {}
    for module, name in (("names", "snmp_exporter"), ("bare", "snmp_exporter bare")):
        jobs = [partial(exporter.fetch, module, device_address(number), port) for number in range(DEVICES)]
        for how, pace in (("burst", None), ("paced", A_SECOND)):
            before = exporter.cpu_s
            spread(jobs, AT_ONCE, pace)
            found[f"{name}, {how}"] = (exporter.cpu_s - before) / DEVICES
    return found
