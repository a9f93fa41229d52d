"""Traces the way to the far end of a line when it begins to fail, and keeps it with the outage.

A trace begins with the first probe that is lost, before the questions that follow it: routers answer few probes that
died on them, and those would use up what they answer. It belongs to the outage that is found then, or to none.

A few at a time, so that the failure of a core switch with three hundred lines does not become a storm of its own; the
rest wait their turn, and are left out when that comes too late to mean anything. No probe waits for any of it.
"""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final

from collectors.desk import Desk
from collectors.icmp import Path, trace
from collectors.judge import LOSS
from collectors.models import LineCondition
from collectors.store import Outage, OutageKey
from core.errors import GuanjinError

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
MOST_WAITING: Final = 200
# A trace that began so long ago says nothing of what fails now; an address is not traced again before.
RECENT_S: Final = 30.0
PathFacts = dict[str, Any]
_Task = asyncio.Task[PathFacts | None]


def worth_keeping(outage: Outage) -> bool:
    """A failure of the line, or loss on the way to end B."""
    return not outage.over and (
        outage.state == LineCondition.DOWN or (outage.state == LineCondition.DEGRADED and outage.cause == LOSS)
    )


def traceable(address: str) -> bool:
    """On the loopback there is no way."""
    return not ipaddress.ip_address(address).is_loopback


def path_facts(found: Path) -> PathFacts:
    """As it is kept: plain."""
    return {
        "target": found.target,
        "method": found.method,
        "reached": found.reached,
        "hops": [asdict(hop) for hop in found.hops],
    }


class Paths:
    def __init__(self, desk: Desk, tracer: Callable[[str], Awaitable[Path]] = trace) -> None:
        self._desk = desk
        self._tracer = tracer
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._traces: dict[str, tuple[float, _Task]] = {}  # the latest of each address, and when it began
        self._running: set[_Task] = set()
        self._keeping: set[asyncio.Task[None]] = set()

    def lost(self, address: str) -> None:
        """A probe of an end of a line was lost that was answered before."""
        self._trace_of(address)

    def keep(self, key: OutageKey, address: str) -> None:
        """What is found out, or was a moment ago, belongs to this outage."""
        if found := self._trace_of(address):
            task = asyncio.create_task(self._keep(key, found))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    async def close(self) -> None:
        tasks = [*self._keeping, *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _trace_of(self, address: str) -> _Task | None:
        """The recent trace to an address, a new one, or none where none is possible."""
        now = time.monotonic()
        if not traceable(address):
            return None
        self._traces = {one: (at, task) for one, (at, task) in self._traces.items() if now - at < RECENT_S}
        known = self._traces.get(address)
        if known is not None:
            return known[1]
        if len(self._running) >= MOST_WAITING:
            return None
        task = asyncio.create_task(self._trace(address, now))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        self._traces[address] = now, task
        return task

    async def _trace(self, address: str, begun: float) -> PathFacts | None:
        async with self._turns:
            if time.monotonic() - begun > RECENT_S:
                return None
            try:
                return path_facts(await self._tracer(address))
            except GuanjinError as error:
                return {"target": address, "error": error.code, "facts": error.facts}
            except OSError:
                log.exception("the path to %s could not be traced", address)
                return None

    async def _keep(self, key: OutageKey, found: _Task) -> None:
        if facts := await asyncio.shield(found):
            await self._desk.keep_path(key, facts)
