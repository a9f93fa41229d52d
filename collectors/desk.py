"""Where the event loop hands over what is to be written: one thread for the database, one for the history.

One thread each, so that writes happen in the order in which they were handed over, and so that a database that keeps
others waiting keeps no device waiting. A write that fails is logged and counted; the watching goes on.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from collectors.history import HistoryWriter
from collectors.models import DeviceState, DiscoveredNeighbour, LineState, PortState, SensorState
from collectors.pending import Pending
from collectors.store import Change, Known, Outage, OutageKey, Row, Store, Traffic
from collectors.survey.store import Findings, record
from collectors.survey.surroundings import record_neighbours
from core.database import Base
from core.jobs.storage import complain, is_trouble

log = logging.getLogger(__name__)
Result = TypeVar("Result")
# In one transaction, for which others wait.
MOST_AT_ONCE: Final = 200
# A long time of a full disk in which everything comes and goes; what happens beyond it is lost.
MOST_LATE: Final = 20_000


class Desk:
    def __init__(self, store: Store, history: HistoryWriter) -> None:
        self.history = history
        self.failures = 0
        self._store = store
        self._pending = Pending()
        self._late: deque[Change] = deque()
        self._writing = asyncio.Lock()
        self._opened: dict[OutageKey, float] = {}
        self._emptied = time.monotonic()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="history")

    async def load(self) -> Known:
        return await self._in(self._database, self._store.load)

    async def read(self, question: Callable[[], Result]) -> Result:
        """Any reading of the database, off the loop and in its turn."""
        return await self._in(self._database, question)

    async def write(self, act: Callable[[], Result]) -> Result:
        """Somebody else's transaction, off the loop and in its turn; what goes wrong in it is theirs."""
        return await self._in(self._database, act)

    def put(self, model: type[Base], row: Row, *, even_if_same: bool = False) -> None:
        """To be written soon, if it differs from what was."""
        self._pending.put(model, row, even_if_same=even_if_same)

    def put_ports(self, rows: Iterable[Row], traffic: Mapping[int, Traffic], moment: datetime) -> None:
        """Whole rows of ports, and of others the traffic alone, by port id."""
        for row in rows:
            self._pending.put_port(row)
        self._pending.put_traffic(traffic, moment)

    async def change(self, model: type[Base], row: Row, outages: Sequence[Outage] = ()) -> None:
        """To be written now, durably. What cannot be written is written later: no poll brings an outage again."""
        self._pending.done(model, row)
        for outage in outages:
            if outage.over:
                self._opened.pop(outage.key, None)
            else:
                self._opened[outage.key] = outage.at
        if len(self._late) < MOST_LATE:
            self._late.append((model, row, outages))
        else:
            self.failures += 1
        await self._write_late()

    async def _write_late(self) -> None:
        """In the order in which it happened, until one fails again."""
        async with self._writing:
            most = MOST_AT_ONCE
            while self._late:
                some = list(islice(self._late, most))
                try:
                    await self._in(self._database, self._store.changes, some)
                except SQLAlchemyError as error:
                    self.failures += 1
                    complain(log, error, "a change of state could not be written")
                    if is_trouble(error):
                        return
                    if len(some) > 1:
                        most = 1  # the one that cannot be written must not cost the others
                        continue
                    self._pending.failed({model: [row] for model, row, _ in some})
                for _ in some:
                    self._late.popleft()

    async def keep_path(self, key: OutageKey, facts: Row) -> None:
        """Beside what a person may need tomorrow, and no reason for alarm if it cannot be kept."""
        try:
            await self._in(self._database, self._store.keep_path, key, facts)
        except SQLAlchemyError as error:
            self.failures += 1
            complain(log, error, "a path could not be written")

    async def clock_was_set_back(self, now: datetime, monotonic: float) -> None:
        """The open outages keep their length; those of an earlier process at least do not begin in the future."""
        beginnings = {key: now - timedelta(seconds=monotonic - at) for key, at in self._opened.items()}
        await self._in(self._database, self._store.move, beginnings, now)

    async def attend(self, began: datetime, seen: datetime) -> None:
        await self._in(self._database, self._store.attend, began, seen)

    async def ports(self, device_id: int, names: list[str], aliases: Mapping[str, str]) -> dict[str, int]:
        return await self._in(self._database, self._store.ports, device_id, names, aliases)

    async def rediscovered(self, device_id: int, ports: list[int]) -> None:
        self._pending.forget(SensorState, "device_id", [device_id])
        await self._in(self._database, self._store.rediscovered, device_id, ports)

    async def neighbours(self, device_id: int, rows: list[Row], now: datetime, *, whole: bool) -> None:
        """Whom a device names now. Links are derived anew when they are others than before."""
        record = partial(record_neighbours, self._store.database, device_id, rows, now, whole=whole)
        await self._in(self._database, record)

    async def surveyed(self, findings: Findings, now: datetime) -> None:
        await self._in(self._database, record, self._store.database, findings, now)

    async def forget(self, devices: list[int], lines: list[int], now: datetime) -> None:
        for model in (DeviceState, PortState, SensorState, DiscoveredNeighbour):
            self._pending.forget(model, "device_id", devices)
        self._pending.forget(LineState, "line_id", lines)
        await self._in(self._database, self._store.forget, devices, lines, now)

    async def beat(self, row: Row) -> None:
        await self._in(self._database, self._store.beat, row)

    def waiting_s(self) -> float:
        """For how long something may have been waiting to be written."""
        return time.monotonic() - self._emptied

    async def flush(self) -> None:
        await self._write_late()
        if self._late:
            return
        taken = time.monotonic()
        batch, traffic = self._pending.take(), self._pending.take_traffic()
        if not batch and not traffic:
            self._emptied = taken
            return
        try:
            await self._in(self._database, self._store.save, batch, traffic)
        except SQLAlchemyError as error:
            self.failures += 1
            self._pending.failed(batch, traffic)
            rows = sum(map(len, batch.values())) + len(traffic)
            complain(log, error, "the state of %d rows could not be written", rows)
        else:
            self._emptied = taken

    async def flush_history(self, now: datetime) -> None:
        await self._in(self._disk, self.history.flush, now.timestamp())

    async def roll_up_history(self, now: datetime, ports: Collection[int]) -> None:
        """`ports` are those of which the hours are kept."""
        await self._in(self._disk, self.history.roll_up, now.timestamp(), ports)

    async def prune_history(self, now: datetime) -> None:
        await self._in(self._disk, self.history.prune, now.timestamp())

    async def close(self, now: datetime) -> None:
        await self.flush()
        await self._in(self._disk, self.history.close, now.timestamp())
        self._database.shutdown()
        self._disk.shutdown()

    async def _in(self, thread: ThreadPoolExecutor, function: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(thread, function, *arguments)
