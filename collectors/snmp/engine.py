"""What a process keeps for all its devices: the sockets, and what sessions with one device share."""

from typing import Self
from weakref import WeakValueDictionary

from collectors.snmp.agent import Agent
from collectors.snmp.limits import Limits
from collectors.snmp.processing import CommunityProcessing, Processing
from collectors.snmp.session import Session
from collectors.snmp.target import Target
from collectors.snmp.transport import Counters, Transport
from collectors.snmp.usm.processing import UserProcessing


class Engine:
    """`async with Engine() as engine: session = engine.session(Target("192.0.2.1"))`."""

    def __init__(self, *, in_flight: int = 500) -> None:
        self._transport = Transport(in_flight=in_flight)
        self._agents: WeakValueDictionary[tuple[str, int], Agent] = WeakValueDictionary()

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
        agent = self._agents.get(target.endpoint)
        if agent is None:
            agent = self._agents[target.endpoint] = Agent()
        return Session(self._transport, self._processing(target, agent), target, agent, limits)

    def _processing(self, target: Target, agent: Agent) -> Processing:
        if target.user is None:
            return CommunityProcessing(self._transport)
        return UserProcessing(self._transport, target.user, agent.engine)
