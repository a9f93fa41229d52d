"""Where the event loop hands over what is to be written: one thread for the database, one for the history.

One thread each, so that writes happen in the order in which they were handed over, and so that a database that keeps
others waiting keeps no device waiting. A write that fails is logged and counted; the watching goes on.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from collectors.history import HistoryWriter
from collectors.models import DeviceState, DiscoveredNeighbour, LineState, PortState, SensorState
from collectors.pending import Pending
from collectors.store import Known, Outage, Row, Store
from core.database import Base

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Desk:
    def __init__(self, store: Store, history: HistoryWriter) -> None:
        self.history = history
        self.failures = 0
        self._store = store
        self._pending = Pending()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="history")

    async def load(self) -> Known:
        return await self._in(self._database, self._store.load)

    async def read(self, question: Callable[[], Result]) -> Result:
        """Any reading of the database, off the loop and in its turn."""
        return await self._in(self._database, question)

    def put(self, model: type[Base], row: Row, *, even_if_same: bool = False) -> None:
        """To be written soon, if it differs from what was."""
        self._pending.put(model, row, even_if_same=even_if_same)

    async def change(self, model: type[Base], row: Row, outage: Outage | None) -> None:
        """To be written now, durably."""
        self._pending.done(model, row)
        try:
            await self._in(self._database, self._store.change, model, row, outage)
        except SQLAlchemyError:
            self.failures += 1
            log.exception("a change of state could not be written")
            self._pending.failed({model: [row]})

    async def ports(self, device_id: int, names: list[str], aliases: Mapping[str, str]) -> dict[str, int]:
        return await self._in(self._database, self._store.ports, device_id, names, aliases)

    async def rediscovered(self, device_id: int, ports: list[int], neighbours: list[Row]) -> None:
        self._pending.forget(SensorState, "device_id", [device_id])
        await self._in(self._database, self._store.rediscovered, device_id, ports, neighbours)

    async def forget(self, devices: list[int], lines: list[int], now: datetime) -> None:
        for model in (DeviceState, PortState, SensorState, DiscoveredNeighbour):
            self._pending.forget(model, "device_id", devices)
        self._pending.forget(LineState, "line_id", lines)
        await self._in(self._database, self._store.forget, devices, lines, now)

    async def beat(self, row: Row) -> None:
        await self._in(self._database, self._store.beat, row)

    async def flush(self) -> None:
        batch = self._pending.take()
        if not batch:
            return
        try:
            await self._in(self._database, self._store.save, batch)
        except SQLAlchemyError:
            self.failures += 1
            self._pending.failed(batch)
            log.exception("the state of %d rows could not be written", sum(map(len, batch.values())))

    async def flush_history(self, now: datetime) -> None:
        await self._in(self._disk, self.history.flush, now.timestamp())

    async def prune_history(self, now: datetime) -> None:
        await self._in(self._disk, self.history.prune, now.timestamp())

    async def close(self, now: datetime) -> None:
        await self.flush()
        await self._in(self._disk, self.history.close, now.timestamp())
        self._database.shutdown()
        self._disk.shutdown()

    async def _in(self, thread: ThreadPoolExecutor, function: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(thread, function, *arguments)
