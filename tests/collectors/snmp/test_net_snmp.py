"""The engine against a real agent, with net-snmp's own tools and pysnmp as the oracles."""

import asyncio
from collections.abc import Iterator

import pytest
from pysnmp.hlapi.v1arch.asyncio import (
    CommunityData,
    ObjectIdentity,
    ObjectType,
    SnmpDispatcher,
    UdpTransportTarget,
    get_cmd,
)

from collectors.snmp import Engine, PollPlan, Rediscover, Target, Version, discover, read, walk, walk_table
from collectors.snmp.errors import NoAnswerError
from collectors.snmp.interfaces import TABLE_COLUMNS, X_TABLE_COLUMNS
from collectors.snmp.reading import text
from collectors.snmp.wire import Missing, Tag, VarBind, dotted, parse_oid
from tests.snmpd import Snmpd, snmpd

pytestmark = pytest.mark.slow

CONFIGURATION = (
    "rocommunity public",
    "rocommunity interfaces 127.0.0.1 -V interfaces",
    "view interfaces included .1.3.6.1.2.1.1",
    "view interfaces included .1.3.6.1.2.1.2",
    "sysName 关津-测试",
    "sysLocation 县政府机房",
    "sysContact admin@example.com",
)


@pytest.fixture(scope="module")
def agent() -> Iterator[Snmpd]:
    with snmpd(*CONFIGURATION) as agent:
        yield agent


def target(agent: Snmpd, **changes: object) -> Target:
    options: dict[str, object] = {"timeout_s": 3.0, "community": b"public"}
    return Target(agent.address, agent.port, **options | changes)  # type: ignore[arg-type]


def names_by_net_snmp(agent: Snmpd, root: str) -> list[str]:
    lines = agent.ask("snmpbulkwalk", "-Cr10", "-Oq", root).splitlines()
    return [line.split(" ")[0].lstrip(".") for line in lines if line.startswith(".")]


@pytest.mark.parametrize(
    "root", ["1.3.6.1.2.1.1", "1.3.6.1.2.1.2", "1.3.6.1.2.1.31", "1.3.6.1.2.1.4", "1.3.6.1.2.1.25.2"]
)
@pytest.mark.parametrize("version", [Version.V1, Version.V2C])
async def test_a_walk_finds_what_snmpbulkwalk_finds(agent: Snmpd, root: str, version: Version) -> None:
    async with Engine() as engine:
        found = await walk(engine.session(target(agent, version=version)), parse_oid(root))
    theirs = names_by_net_snmp(agent, root)
    assert theirs
    ours = [dotted(varbind.oid) for varbind in found]
    if version is Version.V1:
        # Version 1 has no Counter64, so an agent leaves such columns out (RFC 3584 section 4.2.2.1).
        theirs = [name for name in theirs if name in set(ours)]
    assert ours == theirs


async def test_values_are_those_of_pysnmp(agent: Snmpd) -> None:
    async with Engine() as engine:
        found = await walk(engine.session(target(agent)), parse_oid("1.3.6.1.2.1.1"))
    steady = [varbind for varbind in found if varbind.tag != Tag.TIME_TICKS]
    with SnmpDispatcher() as dispatcher:
        address = await UdpTransportTarget.create((agent.address, agent.port), timeout=5)
        for varbind in steady:
            name = ObjectType(ObjectIdentity(dotted(varbind.oid)))
            community = CommunityData("public", mpModel=1)  # noqa: S508  # the version under test
            _, _, _, answers = await get_cmd(dispatcher, community, address, name)
            (_, value) = answers[0]
            assert _same(varbind, value), varbind


def _same(ours: VarBind, theirs: object) -> bool:
    if isinstance(ours.value, bytes):
        return bytes(theirs) == ours.value  # type: ignore[call-overload, no-any-return]
    if isinstance(ours.value, tuple):
        return tuple(theirs) == ours.value  # type: ignore[arg-type]
    return int(theirs) == ours.value  # type: ignore[call-overload, no-any-return]


async def test_discovery_and_polls_of_a_real_host(agent: Snmpd) -> None:
    async with Engine() as engine:
        session = engine.session(target(agent))
        found = await discover(session)
        assert (found.system.name, found.system.location) == ("关津-测试", "县政府机房")
        assert (found.identity.profile, found.identity.platform) == ("linux", "linux")
        loopback = next(port for port in found.ports if port.name == "lo")
        assert loopback.admin == loopback.oper == "up"
        assert loopback.counters.wide
        assert [pool for pool in found.health.mempools if pool.kind == "system"]
        assert not found.faults
        plan = PollPlan(found)
        first, second = await read(session, plan), await read(session, plan)
    assert second.rediscover is None
    assert [port.identity for port in second.ports] == [port.identity for port in found.ports]
    before, after = (next(port for port in poll.ports if port.name == "lo").counters for poll in (first, second))
    assert before.in_octets is not None
    assert after.in_octets is not None
    assert after.in_octets >= before.in_octets
    assert {pool.key for pool in second.health.mempools} == {pool.key for pool in found.health.mempools}


async def test_a_view_without_ifxtable_gives_ports_with_narrow_counters(agent: Snmpd) -> None:
    async with Engine() as engine:
        session = engine.session(target(agent, community=b"interfaces"))
        found = await discover(session)
        loopback = next(port for port in found.ports if port.name == "lo")
        assert not loopback.counters.wide
        poll = await read(session, PollPlan(found))
        assert all(port.counters.in_octets is not None for port in poll.ports)


async def test_version_one_discovers_the_same_ports(agent: Snmpd) -> None:
    async with Engine() as engine:
        two = await discover(engine.session(target(agent)))
        one = await discover(engine.session(target(agent, version=Version.V1)))
        poll = await read(engine.session(target(agent, version=Version.V1)), PollPlan(one))
    assert [port.identity for port in one.ports] == [port.identity for port in two.ports]
    assert [port.identity for port in poll.ports] == [port.identity for port in two.ports]


async def test_a_wrong_community_is_silence(agent: Snmpd) -> None:
    async with Engine() as engine:
        with pytest.raises(NoAnswerError):
            await discover(engine.session(target(agent, community=b"wrong", timeout_s=0.1, retries=0)))


async def test_what_the_agent_lacks_is_told_from_what_it_has(agent: Snmpd) -> None:
    async with Engine() as engine:
        absent, name = await engine.session(target(agent)).get(
            [parse_oid("1.3.6.1.2.1.1.99.0"), parse_oid("1.3.6.1.2.1.1.5.0")]
        )
    assert absent.value in {Missing.NO_SUCH_OBJECT, Missing.NO_SUCH_INSTANCE}
    assert text(name.value) == "关津-测试"


async def test_many_sessions_at_once(agent: Snmpd) -> None:
    async with Engine() as engine:
        sessions = [engine.session(target(agent, timeout_s=10.0)) for _ in range(20)]
        tables = await asyncio.gather(*(walk_table(session, TABLE_COLUMNS + X_TABLE_COLUMNS) for session in sessions))
        assert engine.counters.malformed == engine.counters.unknown == 0
    assert all(table.indexes == tables[0].indexes for table in tables)


async def test_a_restart_asks_for_a_new_discovery() -> None:
    async with Engine() as engine:
        with snmpd() as first:
            session = engine.session(target(first))
            plan = PollPlan(await discover(session))
        plan.uptime_ticks = 100_000
        with snmpd() as second:
            poll = await read(engine.session(target(second)), plan)
    assert poll.rediscover is Rediscover.RESTARTED
