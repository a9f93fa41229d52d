"""The sweeps in the poller: one after the other, at the pace that is set, stopped when somebody says so.

A sweep that a restart interrupted begins again. Addresses that the ledger has already are asked for an echo and
nothing else: the poller speaks with them anyway.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from collectors.desk import Desk
from collectors.errors import UnexpectedError
from collectors.icmp import Pinger
from collectors.snmp import Engine
from collectors.sweep import store
from collectors.sweep.asking import Asking
from collectors.sweep.models import SweepState
from collectors.sweep.pace import Pace
from collectors.sweep.store import Order
from core.clock import Clock
from core.database import Database
from core.errors import GuanjinError
from inventory.addresses import is_of_one_device
from security.vault import Vault

log = logging.getLogger(__name__)
Result = TypeVar("Result")
# Asked side by side; what is written together.
AT_ONCE: Final = 64
# A discovery asks a device hundreds of questions, of which few devices at a time are enough.
DISCOVERIES: Final = 4


class Sweeping:
    def __init__(
        self,
        *,
        desk: Desk,
        database: Database,
        vault: Vault,
        engine: Engine,
        pinger: Pinger | None,
        clock: Clock,
        rate: int,
    ) -> None:
        self._desk = desk
        self._database = database
        self._vault = vault
        self._engine = engine
        self._pinger = pinger
        self._clock = clock
        self._pace = Pace(rate)
        self._discovering = asyncio.Semaphore(DISCOVERIES)

    async def look(self) -> None:
        """One sweep, if one is waiting; comes back when it has ended."""
        number = await self._desk.read(self._waiting)
        if number is None:
            return
        try:
            await self._sweep(number)
        except GuanjinError as error:
            log.warning("sweep %d failed: %s", number, error)
            await self._end(number, SweepState.FAILED, error)
        except Exception as error:
            log.exception("sweep %d failed in an unforeseen way", number)
            await self._end(number, SweepState.FAILED, UnexpectedError(kind=type(error).__name__))

    def _waiting(self) -> int | None:
        with self._database.read() as session:
            return store.waiting(session)

    async def _sweep(self, number: int) -> None:
        order = await self._write(lambda session: store.begin(session, number, self._vault, self._clock.now()))
        if order is None:
            return
        asking = Asking(self._pinger, self._engine, self._pace, order.accesses, order.port)
        addresses, asked = order.range.addresses(), 0
        while some := [str(address) for address in islice(addresses, AT_ONCE) if is_of_one_device(address)]:
            found = await asyncio.gather(*(self._one(asking, order, address) for address in some))
            asked += len(some)
            if not await self._keep(number, [one for one in found if one], asked):
                await self._end(number, SweepState.STOPPED)
                return
        await self._end(number, SweepState.DONE)

    async def _one(self, asking: Asking, order: Order, address: str) -> Mapping[str, Any] | None:
        rtt_ms = await asking.echo(address)
        known = address in order.known
        if rtt_ms is None and (known or asking.needs_echo(address)):
            return None
        facts: Mapping[str, Any] | None = None
        if not known:
            async with self._discovering:
                facts = await asking.recognise(address)
        if rtt_ms is None and facts is None:
            return None
        return {"address": address, "rtt_ms": rtt_ms} | dict(facts or {})

    async def _keep(self, number: int, found: Sequence[Mapping[str, Any]], asked: int) -> bool:
        return await self._write(lambda session: store.keep(session, number, found, asked))

    async def _end(self, number: int, state: SweepState, error: GuanjinError | None = None) -> None:
        await self._write(lambda session: store.end(session, number, state, self._clock.now(), error))

    async def _write(self, act: Callable[[Session], Result]) -> Result:
        def within() -> Result:
            with self._database.write() as session:
                return act(session)

        return await self._desk.write(within)
