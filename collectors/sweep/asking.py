"""One address of a sweep: whether anything answers, by which credential it speaks SNMP, and what it is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from collectors.icmp import Pinger
from collectors.snmp import Engine, Target, User, Version, discover
from collectors.snmp.session import SYS_UP_TIME
from collectors.sweep.pace import Pace
from collectors.sweep.recognition import facts_of
from core.errors import GuanjinError
from inventory.kinds import SnmpVersion

ECHO_S: Final = 1.0
ECHOES: Final = 2
QUESTION_S: Final = 1.5
DISCOVERY_S: Final = 60.0


@dataclass(frozen=True)
class Access:
    """One credential, opened."""

    name: str
    community: bytes | None = field(default=None, repr=False)
    user: User | None = None

    @property
    def version(self) -> SnmpVersion:
        return SnmpVersion.V3 if self.user else SnmpVersion.V2C

    def target(self, address: str, port: int, timeout_s: float, retries: int) -> Target:
        if self.user:
            return Target(address, port, Version.V3, timeout_s=timeout_s, retries=retries, user=self.user)
        return Target(address, port, Version.V2C, self.community or b"", timeout_s=timeout_s, retries=retries)


class Asking:
    """`pinger` is None where the kernel permits no ICMP: then SNMP alone tells whether somebody is there."""

    def __init__(
        self, pinger: Pinger | None, engine: Engine, pace: Pace, accesses: Sequence[Access], port: int
    ) -> None:
        self._pinger = pinger
        self._engine = engine
        self._pace = pace
        self._accesses = accesses
        self._port = port

    async def echo(self, address: str) -> float | None:
        """The round trip in milliseconds; asked twice, because the first packet often waits for ARP in vain."""
        if self._pinger is None or not self._pinger.can(address):
            return None
        for _ in range(ECHOES):
            await self._pace.turn()
            rtt_ms = await self._pinger.ping(address, ECHO_S)
            if rtt_ms is not None:
                return rtt_ms
        return None

    def needs_echo(self, address: str) -> bool:
        """Whether silence means that nobody is there."""
        return self._pinger is not None and self._pinger.can(address)

    async def recognise(self, address: str) -> Mapping[str, Any] | None:
        """The facts of the first credential that is answered; None where none is."""
        for access in self._accesses:
            await self._pace.turn()
            if await self._answers(address, access):
                spoken: dict[str, Any] = {"credential": access.name, "snmp_version": access.version}
                return spoken | await self._facts(address, access)
        return None

    async def _answers(self, address: str, access: Access) -> bool:
        try:
            async with asyncio.timeout(2 * QUESTION_S):
                await self._engine.session(access.target(address, self._port, QUESTION_S, 0)).get([SYS_UP_TIME])
        except (GuanjinError, TimeoutError):
            return False
        return True

    async def _facts(self, address: str, access: Access) -> dict[str, Any]:
        """An agent that answers one question and no more is still found."""
        try:
            async with asyncio.timeout(DISCOVERY_S):
                return facts_of(await discover(self._engine.session(access.target(address, self._port, 2.0, 2))))
        except (GuanjinError, TimeoutError):
            return {}
