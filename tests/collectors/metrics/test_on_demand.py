"""One device asked for Prometheus: only the inventory's, once for all who wait, in the scraper's time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collectors.asking import Asker
from collectors.errors import (
    DeviceDownError,
    ModuleUnknownError,
    NoCredentialError,
    NotBySnmpError,
    ScrapeTooLongError,
    TargetUnknownError,
)
from collectors.metrics.on_demand import OnDemand
from collectors.models import Reachability
from collectors.snmp import Engine
from collectors.snmp.errors import NoAnswerError
from collectors.snmp.wire import Message, Tag, VarBind, encode_message, parse_oid
from collectors.targets import DeviceTarget
from collectors.watched import Watched
from core.settings import PollingSettings
from inventory.kinds import SnmpVersion
from tests.collectors.running import switch
from tests.collectors.snmp.agent import Agent, silent

# hrProcessorLoad, which the generic profile reads.
LOAD = VarBind(parse_oid("1.3.6.1.2.1.25.3.3.1.2.1"), Tag.INTEGER, 37)


@dataclass
class Room:
    agent: Agent
    devices: dict[int, Watched]
    on_demand: OnDemand

    async def page(self, **query: str) -> str:
        return b"".join(await self.on_demand.page(query)).decode()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.agent.port}"


def watched(port: int, **changes: object) -> Watched:
    target = DeviceTarget(7, "核心 1", "127.0.0.1", port, SnmpVersion.V2C, b"public", 22, None)
    return Watched(replace(target, **changes), datetime(2026, 11, 22, tzinfo=UTC))  # type: ignore[arg-type]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    settings = PollingSettings.model_construct(timeout_s=0.2, retries=0)
    async with Agent([*switch("core", {1: "GE1/0/1"}), LOAD]) as agent, Engine() as engine:
        devices = {7: watched(agent.port)}
        on_demand = OnDemand(Asker(engine, None, settings, lost=lambda _: None), devices)
        yield Room(agent, devices, on_demand)
        await on_demand.stop()


async def test_a_device_is_found_by_name_and_by_every_spelling_of_its_address(room: Room) -> None:
    for target in ("核心 1", room.address, f"udp://{room.address}"):
        assert 'ifHCInOctets{ifAlias="to GE1/0/1",ifDescr="GE1/0/1",ifIndex="1"' in await room.page(target=target)
    room.devices[7].target = replace(room.devices[7].target, address="::1", snmp_port=161)
    for target in ("::1", "[::1]", "[::1]:161"):
        room.on_demand._looked = float("-inf")
        assert room.on_demand._askable(target) is room.devices[7]


async def test_a_device_that_came_later_or_has_gone_is_noticed(room: Room) -> None:
    await room.page(target="核心 1")
    room.on_demand._looked = float("-inf")
    room.devices[8] = room.devices.pop(7)
    room.devices[8].target = replace(room.devices[8].target, id=8)
    assert "ifIndex" in await room.page(target="核心 1")
    del room.devices[8]
    with pytest.raises(TargetUnknownError):
        await room.page(target="核心 1")


@pytest.mark.parametrize(
    "target", ["", "192.0.2.1", "127.0.0.1", "localhost", "169.254.169.254:80", "http://127.0.0.1"]
)
async def test_what_is_not_in_the_inventory_is_not_asked(room: Room, target: str) -> None:
    with pytest.raises(TargetUnknownError):
        await room.page(target=target)
    assert room.agent.log == []


async def test_who_waits_for_the_same_device_shares_the_question(room: Room) -> None:
    one = await room.page(target="核心 1", module="health")
    alone = len(room.agent.log)
    room.agent.log.clear()
    many = await asyncio.gather(*(room.page(target=room.address, module="health") for _ in range(20)))
    assert len(room.agent.log) == alone
    samples = {line for line in one.splitlines() if not line.startswith(("#", "snmp_scrape_"))}
    assert samples == {"guanjin_device_cpu_percent{} 37.0"}
    assert all(samples <= set(page.splitlines()) for page in many)
    assert room.on_demand._running == {}


async def test_an_agent_that_hangs_costs_the_scraper_no_more_than_its_own_time(room: Room) -> None:
    room.agent.behave = silent
    room.devices[7].session = None
    room.on_demand._asker._settings = PollingSettings.model_construct(timeout_s=20.0, retries=5)
    with pytest.raises(ScrapeTooLongError) as caught:
        await room.page(target="核心 1", timeout="0.05")
    assert caught.value.facts == {"device": "核心 1", "seconds": 0.05}
    assert len(room.on_demand._running) == 1


async def test_the_question_of_one_who_left_serves_the_next(room: Room) -> None:
    """The answer comes when the first scraper has given up."""
    gate = asyncio.Event()

    def slow(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        later = asyncio.get_running_loop().create_task(_send(gate, agent, answer, room.devices[7]))
        waiting.append(later)
        return []

    waiting: list[asyncio.Task[None]] = []
    room.on_demand._asker._settings = PollingSettings.model_construct(timeout_s=20.0, retries=0)
    room.agent.behave = slow
    with pytest.raises(ScrapeTooLongError):
        await room.page(target="核心 1", timeout="0.05")
    second = asyncio.create_task(room.page(target="核心 1", timeout="10"))
    await asyncio.sleep(0)
    gate.set()
    assert "ifHCInOctets" in await second
    assert len({pdu.request_id for pdu in room.agent.log}) == len(room.agent.log)


async def _send(gate: asyncio.Event, agent: Agent, answer: Message, asker: Watched) -> None:
    await gate.wait()
    assert asker.session is not None
    transport = asker.session._transport
    (socket,) = transport._sockets.values()
    agent.send(encode_message(answer), ("127.0.0.1", socket.getsockname()[1]))


async def test_silence_of_the_agent_is_told(room: Room) -> None:
    room.agent.behave = silent
    with pytest.raises(NoAnswerError):
        await room.page(target="核心 1")


async def test_what_cannot_be_asked_says_why(room: Room) -> None:
    with pytest.raises(ModuleUnknownError):
        await room.page(target="核心 1", module="if_mib,arista_sw")
    room.devices[7].reachability = Reachability.DOWN
    with pytest.raises(DeviceDownError):
        await room.page(target="核心 1")
    room.devices[7] = watched(room.agent.port, community=None)
    with pytest.raises(NotBySnmpError):
        await room.page(target="核心 1")
    room.devices[7] = watched(room.agent.port, community=None, fault=NoCredentialError(credential="x"))
    with pytest.raises(NoCredentialError):
        await room.page(target="核心 1")
    assert room.agent.log == []


async def test_several_modules_are_one_page(room: Room) -> None:
    page = await room.page(target="核心 1", module="if_mib,health,if_mib")
    families = {family.name: family for family in text_string_to_metric_families(page)}
    assert {"ifHCInOctets", "guanjin_device_cpu_percent", "snmp_scrape_duration_seconds"} <= set(families)
    assert len(families["ifHCInOctets"].samples) == 1
    assert families["snmp_scrape_pdus_returned"].samples[0].value > 10
