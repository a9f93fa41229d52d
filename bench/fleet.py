"""Devices that are known already, and polled by the product's own parts: plan, decode, render."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.metrics.devices import device_chunks, port_columns
from collectors.metrics.exposition import Columns, Exposition
from collectors.snmp import Discovery, Engine, PollPlan, Session, Target, discover
from collectors.targets import DeviceTarget
from inventory.kinds import SnmpVersion


@dataclass
class Member:
    target: DeviceTarget
    session: Session
    plan: PollPlan
    columns: Columns


class Fleet:
    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members
        self.exposition = Exposition()

    async def poll(self, number: int) -> None:
        """Ask, decode and render one device; its page is then ready to be joined with the others'."""
        member = self.members[number]
        poll = await member.plan.read(member.session)
        self.exposition.put(member.target.id, device_chunks(member.target, poll, member.columns, 0.01))


async def known_fleet(engine: Engine, targets: Sequence[Target]) -> Fleet:
    """Discovers every device; costs no figure, for it happens once."""
    free = asyncio.Semaphore(8)

    async def member(number: int) -> Member:
        async with free:
            session = engine.session(targets[number])
            return _member(number, session, await discover(session))

    return Fleet(await asyncio.gather(*map(member, range(len(targets)))))


def _member(number: int, session: Session, discovery: Discovery) -> Member:
    address, port = session.target.address, session.target.port
    target = DeviceTarget(number, f"SW-{number}", address, port, SnmpVersion.V2C, None, 22, None)
    return Member(target, session, PollPlan(discovery), port_columns(target, discovery.ports))
