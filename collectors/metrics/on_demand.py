"""One device of the inventory, asked at the moment when Prometheus wants it: `/snmp?target=10.0.0.1&module=if_mib`.

    target --inventory--> device --per module: one question at a time, shared by all who wait--> page

Only what the inventory has is asked: this is no door to other addresses. Whoever waits gets the page or an error
within the time that the scraper gave; the question itself goes on and serves the next one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

from collectors.asking import Asker
from collectors.device_rows import measured
from collectors.errors import (
    DeviceDownError,
    ModuleUnknownError,
    NotBySnmpError,
    ScrapeTooLongError,
    TargetUnknownError,
)
from collectors.metrics.devices import measured_chunks, sensor_chunks
from collectors.metrics.exposition import FAMILIES, head, sample
from collectors.metrics.if_mib import IfMib, render
from collectors.metrics.scrape import Query
from collectors.models import Reachability
from collectors.watched import Watched

USUAL_MODULE: Final = "if_mib"
USUAL_TIMEOUT_S: Final = 10.0
# However long a scraper would wait: an agent must not be asked for ever.
MOST_TIMEOUT_S: Final = 60.0
# A target that nobody knows is looked for in a fresh list of the devices, but not a thousand times a second.
LOOK_AGAIN_S: Final = 1.0
SNMP_PORT: Final = ":161"
HEADS: Final = {family.name: head(family) for family in FAMILIES}

Reading = tuple[bytes, int]  # what the module shows, and how many variables that took
_Key = tuple[int, str, str]  # device, where it is asked, module


class OnDemand:
    def __init__(self, asker: Asker, devices: Mapping[int, Watched]) -> None:
        self._asker = asker
        self._devices = devices
        self._modules: dict[str, Callable[[Watched], Awaitable[Reading]]] = {
            "if_mib": self._if_mib,
            "health": self._health,
        }
        self._running: dict[_Key, asyncio.Task[Reading]] = {}
        self._if_mibs: dict[tuple[int, str], IfMib] = {}
        self._numbers: dict[str, int] = {}
        self._looked = float("-inf")

    async def page(self, query: Query) -> list[bytes]:
        """`target` is a device's name or address, `module` one or more names with commas, `timeout` seconds."""
        modules = query.get("module", USUAL_MODULE).split(",")
        for module in modules:
            if module not in self._modules:
                raise ModuleUnknownError(module=module, known=", ".join(self._modules))
        watched = self._askable(query.get("target", ""))
        started = time.monotonic()
        seconds = _seconds(query.get("timeout"))
        tasks = [self._task(watched, module) for module in dict.fromkeys(modules)]
        _, late = await asyncio.wait(tasks, timeout=seconds)
        if late:
            raise ScrapeTooLongError(device=watched.target.name, seconds=seconds)
        readings = [task.result() for task in tasks]
        took = time.monotonic() - started
        return [*(page for page, _ in readings), *_accounts(took, sum(count for _, count in readings))]

    async def stop(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _task(self, watched: Watched, module: str) -> asyncio.Task[Reading]:
        """The question that is under way, or a new one."""
        key = (watched.target.id, watched.target.instance, module)
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._bounded(watched, module))
            task.add_done_callback(lambda done: self._ended(key, done))
        return task

    async def _bounded(self, watched: Watched, module: str) -> Reading:
        try:
            async with asyncio.timeout(MOST_TIMEOUT_S):
                return await self._modules[module](watched)
        except TimeoutError:
            raise ScrapeTooLongError(device=watched.target.name, seconds=MOST_TIMEOUT_S) from None

    def _ended(self, key: _Key, task: asyncio.Task[Reading]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # looked at, even if nobody waits any more

    def _askable(self, target: str) -> Watched:
        watched = self._found(target.removeprefix("udp://").removesuffix(SNMP_PORT))
        if watched is None:
            raise TargetUnknownError(target=target)
        if not watched.target.speaks_snmp:
            raise watched.target.fault or NotBySnmpError(device=watched.target.name)
        if watched.reachability is Reachability.DOWN:
            raise DeviceDownError(device=watched.target.name)
        return watched

    def _found(self, target: str) -> Watched | None:
        watched = self._devices.get(self._numbers.get(target, 0))
        if watched and target in _names(watched):
            return watched
        if time.monotonic() - self._looked < LOOK_AGAIN_S:
            return None
        self._looked = time.monotonic()
        self._numbers = {name: number for number, each in self._devices.items() for name in _names(each)}
        present = {(number, each.target.instance) for number, each in self._devices.items()}
        self._if_mibs = {key: known for key, known in self._if_mibs.items() if key in present}
        return self._devices.get(self._numbers.get(target, 0))

    async def _if_mib(self, watched: Watched) -> Reading:
        known = self._if_mibs.setdefault((watched.target.id, watched.target.instance), IfMib())
        cells = await known.read(self._asker.session(watched))
        return b"".join(render(cells)), cells.count

    async def _health(self, watched: Watched) -> Reading:
        """What its profile finds: load, memory, temperature, sensors."""
        health, count = await self._asker.health(watched)
        chunks = measured_chunks({}, measured(health)) | sensor_chunks({}, health.sensors)
        return b"".join(HEADS[name] + chunk for name, chunk in chunks.items()), count


def _names(watched: Watched) -> tuple[str, ...]:
    target = watched.target
    return target.name, target.instance, target.instance.strip("[]")


def _seconds(text: str | None) -> float:
    try:
        return min(MOST_TIMEOUT_S, max(0.0, float(text or USUAL_TIMEOUT_S)))
    except ValueError:
        return USUAL_TIMEOUT_S


def _accounts(took: float, count: int) -> Iterator[bytes]:
    values = {
        "snmp_scrape_duration_seconds": took,
        "snmp_scrape_pdus_returned": count,
        "snmp_scrape_walk_duration_seconds": took,
    }
    for name, value in values.items():
        yield HEADS[name] + sample(name, "", value)
