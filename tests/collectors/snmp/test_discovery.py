"""Getting to know a device, and polling what was found, as the device changes underneath."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from collectors.snmp import (
    Discovery,
    Engine,
    IfStatus,
    PollPlan,
    PortCounters,
    PortFacts,
    Rediscover,
    Session,
    Version,
    difference,
    discover,
    elapsed,
    follow,
    read,
)
from collectors.snmp.errors import AgentError, NoAnswerError
from collectors.snmp.interfaces import speed
from collectors.snmp.present import get_present
from collectors.snmp.wire import ErrorStatus, Message, Missing, PduType, Tag, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent, failing, honest, silent

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


def cell(column: str, index: int, tag: Tag, value: int | bytes | tuple[int, ...]) -> VarBind:
    return VarBind((*parse_oid(column), index), tag, value)


def port(index: int, name: str, *, wide: bool = True, octets: int = 1000) -> list[VarBind]:
    mac = bytes((0, 0x18, 0x6E, 0, 0, index % 256))
    rows = [
        cell(f"{IF}.2", index, Tag.OCTET_STRING, name.encode()),
        cell(f"{IF}.3", index, Tag.INTEGER, 6),
        cell(f"{IF}.5", index, Tag.GAUGE32, 1_000_000_000),
        cell(f"{IF}.6", index, Tag.OCTET_STRING, mac),
        cell(f"{IF}.7", index, Tag.INTEGER, 1),
        cell(f"{IF}.8", index, Tag.INTEGER, 1),
        *(cell(f"{IF}.{column}", index, Tag.COUNTER32, octets + column) for column in (10, 11, 13, 14, 16, 17, 19, 20)),
    ]
    if wide:
        rows += [
            cell(f"{IFX}.1", index, Tag.OCTET_STRING, name.encode()),
            *(cell(f"{IFX}.{column}", index, Tag.COUNTER64, octets << 20) for column in (6, 7, 10, 11)),
            cell(f"{IFX}.15", index, Tag.GAUGE32, 1000),
            cell(f"{IFX}.18", index, Tag.OCTET_STRING, "到县政府".encode("gb18030")),
        ]
    return rows


def device(*ports: list[VarBind], descr: str = "a switch", object_id: str = "1.3.6.1.4.1.99999.1") -> list[VarBind]:
    return [
        UPTIME,
        VarBind(parse_oid("1.3.6.1.2.1.1.1.0"), Tag.OCTET_STRING, descr.encode()),
        VarBind(parse_oid("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, parse_oid(object_id)),
        VarBind(parse_oid("1.3.6.1.2.1.1.5.0"), Tag.OCTET_STRING, "关津".encode()),
        VarBind(parse_oid("1.3.6.1.2.1.2.1.0"), Tag.INTEGER, len(ports)),
        VarBind(parse_oid("1.3.6.1.2.1.31.1.5.0"), Tag.TIME_TICKS, 1),
        *(varbind for rows in ports for varbind in rows),
    ]


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as engine:
        yield engine


@pytest_asyncio.fixture
async def agent() -> AsyncIterator[Agent]:
    async with Agent(device(*(port(10101 + number, f"GE0/0/{number}") for number in range(30)))) as agent:
        yield agent


async def planned(engine: Engine, agent: Agent, version: Version = Version.V2C) -> tuple[Session, Discovery, PollPlan]:
    session = engine.session(agent.target(version=version))
    found = await discover(session)
    return session, found, PollPlan(found)


async def test_ports_are_found_with_their_facts(engine: Engine, agent: Agent) -> None:
    _, found, _ = await planned(engine, agent)
    assert found.system.name == "关津"
    assert len(found.ports) == 30
    first = found.ports[0]
    assert (first.index, first.name, first.alias) == (10101, "GE0/0/0", "到县政府")
    assert (first.speed_bps, first.admin, first.oper) == (1_000_000_000, IfStatus.UP, IfStatus.UP)
    assert first.mac == "00:18:6e:00:00:75"


async def test_a_poll_asks_known_instances_and_brings_counters(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    agent.log.clear()
    poll = await read(session, plan)
    assert poll.rediscover is None
    assert {pdu.kind for pdu in agent.log} == {PduType.GET}
    assert len(agent.log) == -(-(3 + 30 * 11) // 50)
    counters = poll.ports[3].counters
    assert counters == PortCounters(
        wide=True,
        in_octets=1000 << 20,
        out_octets=1000 << 20,
        in_packets=1000 << 20,
        out_packets=1000 << 20,
        in_errors=1014,
        out_errors=1020,
        in_discards=1013,
        out_discards=1019,
    )


@pytest.mark.parametrize("version", [Version.V1, Version.V2C])
async def test_without_ifxtable_the_narrow_counters_serve(engine: Engine, version: Version) -> None:
    async with Agent(device(port(1, "eth0", wide=False), port(2, "eth1", wide=False))) as agent:
        session, found, plan = await planned(engine, agent, version)
        assert [each.name for each in found.ports] == ["eth0", "eth1"]
        poll = await read(session, plan)
    assert [each.counters.in_octets for each in poll.ports] == [1010, 1010]
    assert [each.counters.wide for each in poll.ports] == [False, False]
    assert poll.rediscover is None


async def test_a_port_that_one_column_only_names_still_exists(engine: Engine) -> None:
    rows = [cell(f"{IF}.8", 7, Tag.INTEGER, 2), cell(f"{IF}.5", 7, Tag.OCTET_STRING, b"100000000")]
    async with Agent(device(rows)) as agent:
        session, found, plan = await planned(engine, agent)
        poll = await read(session, plan)
    (only,) = found.ports
    assert (only.name, only.oper, only.admin, only.speed_bps) == ("7", IfStatus.DOWN, IfStatus.UNKNOWN, 100_000_000)
    assert [each.oper for each in poll.ports] == [IfStatus.DOWN]
    assert poll.rediscover is None


async def test_status_changes_show_in_the_next_poll(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    await read(session, plan)
    agent.change(cell(f"{IF}.8", 10101, Tag.INTEGER, 2), cell(f"{IFX}.15", 10101, Tag.GAUGE32, 100))
    poll = await read(session, plan)
    assert (poll.ports[0].oper, poll.ports[0].speed_bps) == (IfStatus.DOWN, 100_000_000)
    assert poll.rediscover is None


async def test_a_restart_is_noticed(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    agent.change(VarBind(UPTIME.oid, Tag.TIME_TICKS, 50))
    assert (await read(session, plan)).rediscover is Rediscover.RESTARTED
    assert (await read(session, plan)).rediscover is None


async def test_a_changed_interface_table_is_noticed(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    agent.change(VarBind(parse_oid("1.3.6.1.2.1.31.1.5.0"), Tag.TIME_TICKS, 99))
    assert (await read(session, plan)).rediscover is Rediscover.TABLE_CHANGED


async def test_a_port_that_is_gone_is_noticed_and_left_out(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    await read(session, plan)
    agent.set([varbind for varbind in agent.mib if varbind.oid[-1] != 10105])
    poll = await read(session, plan)
    assert poll.rediscover is Rediscover.INSTANCE_GONE
    assert len(poll.ports) == 29
    again = await discover(session)
    assert len(again.ports) == 29
    assert (await read(session, PollPlan(again))).rediscover is None


async def test_what_a_device_never_had_is_not_asked_for_again(engine: Engine, agent: Agent) -> None:
    agent.set([varbind for varbind in agent.mib if varbind.oid[:-1] != parse_oid(f"{IF}.19")])
    session, _, plan = await planned(engine, agent)
    for _ in range(2):
        agent.log.clear()
        poll = await read(session, plan)
        assert poll.rediscover is None
        assert poll.ports[0].counters.out_discards is None
        assert poll.ports[0].counters.in_errors == 1014
    assert sum(len(pdu.varbinds) for pdu in agent.log) == 3 + 30 * 10


async def test_one_bad_instance_does_not_cost_the_poll(engine: Engine, agent: Agent) -> None:
    bad = (*parse_oid(f"{IF}.14"), 10107)

    def chokes(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        names = [varbind.oid for varbind in request.pdu.varbinds]
        if request.pdu.kind is PduType.GET and bad in names:
            return failing(ErrorStatus.GEN_ERR, names.index(bad) + 1)(agent, request, answer)
        return honest(agent, request, answer)

    session, _, plan = await planned(engine, agent)
    agent.behave = chokes
    poll = await read(session, plan)
    assert [each.counters.in_errors for each in poll.ports].count(None) == 1
    assert (await read(session, plan)).rediscover is None


async def test_an_agent_that_always_fails_is_not_whittled_away(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    agent.behave = failing(ErrorStatus.GEN_ERR, 1)
    with pytest.raises(AgentError):
        await read(session, plan)


async def test_silence_is_raised_and_the_plan_stays_good(engine: Engine, agent: Agent) -> None:
    session, _, plan = await planned(engine, agent)
    session = engine.session(agent.target(timeout_s=0.01))
    agent.behave = silent
    with pytest.raises(NoAnswerError):
        await read(session, plan)
    agent.behave = honest
    assert (await read(engine.session(agent.target(timeout_s=1)), plan)).rediscover is None


async def test_a_circular_table_is_a_fault_and_the_rest_is_there(engine: Engine, agent: Agent) -> None:
    successor = agent.successor
    last = (*parse_oid(f"{IF}.3"), 10130)
    agent.successor = lambda oid: successor((*oid[:-1], 10100) if oid == last else oid)  # type: ignore[method-assign]
    _, found, _ = await planned(engine, agent)
    assert [fault.code for fault in found.faults] == ["snmp.not_increasing"]
    assert len(found.ports) == 30


async def test_a_black_hole_in_the_mib_costs_itself_only(engine: Engine, agent: Agent) -> None:
    hole = parse_oid("1.3.6.1.2.1.25")

    def swallows(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        if any(varbind.oid[: len(hole)] == hole for varbind in request.pdu.varbinds):
            return []
        return honest(agent, request, answer)

    agent.behave = swallows
    session = engine.session(agent.target(timeout_s=0.04, retries=0))
    found = await discover(session)
    assert len(found.ports) == 30
    assert found.faults
    assert {fault.code for fault in found.faults} == {"snmp.no_answer"}
    assert session.limits.bulk


async def test_an_error_for_one_object_does_not_hide_the_others(engine: Engine, agent: Agent) -> None:
    battery, charge = parse_oid("1.3.6.1.2.1.33.1.2.1.0"), parse_oid("1.3.6.1.2.1.33.1.2.4.0")
    agent.change(VarBind(charge, Tag.INTEGER, 87))

    def chokes(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        if request.pdu.kind is PduType.GET and battery in [varbind.oid for varbind in request.pdu.varbinds]:
            return failing(ErrorStatus.GEN_ERR)(agent, request, answer)
        return honest(agent, request, answer)

    agent.behave = chokes
    _, found, _ = await planned(engine, agent)
    assert [(sensor.kind, sensor.value) for sensor in found.health.sensors] == [("charge", 87)]


async def test_one_object_that_fails_costs_its_own_request_and_not_all(engine: Engine) -> None:
    rows = [cell("1.3.6.1.4.1.99999.1", index, Tag.INTEGER, index) for index in range(1, 301)]
    poison = rows[150].oid

    def chokes(agent: Agent, request: Message, answer: Message) -> list[bytes]:
        if poison in [varbind.oid for varbind in request.pdu.varbinds]:
            return failing(ErrorStatus.GEN_ERR)(agent, request, answer)
        return honest(agent, request, answer)

    async with Agent([UPTIME, *rows], behave=chokes) as agent:
        found = await get_present(engine.session(agent.target()), [row.oid for row in rows])
    assert len(found) == 299
    assert len(agent.log) <= 5 + 1 + 50


# ---- pure functions


@pytest.mark.parametrize(
    ("if_speed", "if_high_speed", "expected"),
    [
        (1_000_000_000, 1000, 1_000_000_000),
        (2_048_000, 2, 2_048_000),  # an E1: ifHighSpeed rounds it
        (4294967295, 10_000, 10_000_000_000),
        (1_410_065_408, 10_000, 10_000_000_000),  # what is left of 10 Gbit/s in 32 bits
        (100_000_000, 0, 100_000_000),
        (100_000_000, None, 100_000_000),
        (0, 25_000, 25_000_000_000),
        (0, 0, None),
        (None, None, None),
        (b"1000000000", Missing.NO_SUCH_INSTANCE, 1_000_000_000),
    ],
)
def test_speed(if_speed: int | bytes | None, if_high_speed: int | Missing | None, expected: int | None) -> None:
    assert speed(if_speed, if_high_speed) == expected


@pytest.mark.parametrize(
    ("before", "after", "wide", "expected"),
    [
        (10, 30, False, 20),
        (0xFFFFFFF0, 0x10, False, 0x20),
        (0xFFFFFFFFFFFFFFF0, 0x10, True, None),
        (None, 5, True, None),
        (5, None, True, None),
        (7, 7, True, 0),
    ],
)
def test_differences_of_counters_that_wrap(
    before: int | None,
    after: int | None,
    wide: bool,  # noqa: FBT001  # a column of the table
    expected: int | None,
) -> None:
    assert difference(before, after, wide=wide) == expected


def test_time_between_polls_is_the_devices_own() -> None:
    assert elapsed(1000, 7000, 61.3) == 60
    assert elapsed(None, 7000, 61.3) == 61.3
    assert elapsed(7000, 100, 61.3) is None
    assert elapsed((1 << 32) - 3000, 3000, 60.0) == 60
    assert elapsed(500, 500, 1.5) == 1.5


def facts(index: int, name: str, mac: str = "") -> PortFacts:
    return PortFacts(index, name, name, "", 6, None, IfStatus.UP, IfStatus.UP, mac)


def test_ports_are_followed_by_name_and_mac_not_by_index() -> None:
    before = [facts(index, f"GE{index}", mac) for index, mac in enumerate("abcde", start=1)]
    swapped = [replace(before[0], index=2), replace(before[1], index=1)]
    after = [*swapped, facts(9, "GE3", "z"), facts(4, "renamed", "d"), facts(6, "new", "n")]
    same, gone, new = follow(before, after)
    assert {(left.name, right.name) for left, right in same} == {
        ("GE1", "GE1"),
        ("GE2", "GE2"),
        ("GE3", "GE3"),
        ("GE4", "renamed"),
    }
    assert [each.name for each in gone] == ["GE5"]
    assert [each.name for each in new] == ["new"]


def test_a_mac_that_all_ports_share_identifies_none() -> None:
    same, gone, new = follow([facts(1, "a", "m"), facts(2, "b", "m")], [facts(1, "c", "m"), facts(2, "d", "m")])
    assert (same, len(gone), len(new)) == ([], 2, 2)
