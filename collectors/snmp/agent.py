"""What all sessions with one endpoint share."""

import asyncio
from dataclasses import dataclass, field
from typing import Self

from collectors.snmp.usm.engine import AuthoritativeEngine


@dataclass(slots=True, weakref_slot=True)
class Agent:
    """`async with agent:` one request at a time. `wanted` says that another session waits for its turn.

    `engine`: what is known of its SNMP engine, which only version 3 asks for.
    """

    engine: AuthoritativeEngine = field(default_factory=AuthoritativeEngine)
    _lane: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0

    @property
    def wanted(self) -> bool:
        return self._waiting > 0

    async def __aenter__(self) -> Self:
        self._waiting += 1
        try:
            await self._lane.acquire()
        finally:
            self._waiting -= 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self._lane.release()
