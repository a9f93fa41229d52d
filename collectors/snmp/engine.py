"""What a process keeps for all its devices: the sockets, and the rule of one request in flight a device."""

import asyncio
from typing import Self
from weakref import WeakValueDictionary

from collectors.snmp.limits import Limits
from collectors.snmp.session import Session
from collectors.snmp.target import Target
from collectors.snmp.transport import Counters, Transport


class Engine:
    """`async with Engine() as engine: session = engine.session(Target("192.0.2.1"))`."""

    def __init__(self, *, in_flight: int = 500) -> None:
        self._transport = Transport(in_flight=in_flight)
        self._lanes: WeakValueDictionary[tuple[str, int], asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.__aexit__()

    @property
    def counters(self) -> Counters:
        return self._transport.counters

    def session(self, target: Target, limits: Limits | None = None) -> Session:
        """Two sessions with one device share its lane."""
        lane = self._lanes.get(target.endpoint)
        if lane is None:
            lane = self._lanes[target.endpoint] = asyncio.Lock()
        return Session(self._transport, target, lane, limits)
