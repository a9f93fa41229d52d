"""The page of one device, held against the real snmp_exporter's of the same agent."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collectors.metrics.devices import device_chunks, port_columns
from collectors.metrics.exposition import Exposition
from collectors.metrics.if_mib import COLUMNS, EXACT, WALK_S, IfMib, render
from collectors.metrics.if_types import IF_TYPES, if_type_name
from collectors.snmp import Engine, PollPlan, Session, Target, discover
from collectors.snmp.errors import NoAnswerError
from collectors.snmp.wire import PduType, Tag, VarBind, parse_oid
from collectors.targets import DeviceTarget
from inventory.kinds import SnmpVersion
from tests.collectors.running import oid, switch
from tests.collectors.snmp.agent import Agent, silent
from tests.snmp_exporter import SnmpExporter
from tests.snmpd import snmpd

IF_TABLE, IF_X_TABLE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
PORTS = {1: "GE1/0/1", 2: "GE1/0/2", 30: 'Vlan "30" \\ up'}
# What each counts of its own work.
OWN = "snmp_scrape_"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(page: str) -> tuple[Samples, dict[str, str]]:
    """Samples by name and labels, and the type of each family."""
    samples: Samples = {}
    types = {}
    for family in text_string_to_metric_families(page):
        if family.name.startswith(OWN):
            continue
        types[family.name] = family.type
        for one in family.samples:
            samples[one.name, tuple(sorted(one.labels.items()))] = one.value
    return samples, types


def whole_row(index: int) -> list[VarBind]:
    """Every column that `switch` does not have, with numbers that tell one from the other."""
    scalars = [(15, Tag.COUNTER32), (12, Tag.COUNTER32), (18, Tag.COUNTER32), (21, Tag.GAUGE32), (9, Tag.TIME_TICKS)]
    table = [VarBind(oid(f"{IF_TABLE}.{column}", index), tag, 1000 * index + column) for column, tag in scalars]
    table += [VarBind(oid(f"{IF_TABLE}.{column}", index), Tag.COUNTER32, 2**32 - column) for column in (10, 11, 16, 17)]
    table.append(VarBind(oid(f"{IF_TABLE}.1", index), Tag.INTEGER, index))
    table.append(VarBind(oid(f"{IF_TABLE}.4", index), Tag.INTEGER, 9216))
    table.append(VarBind(oid(f"{IF_TABLE}.22", index), Tag.OBJECT_IDENTIFIER, (0, 0)))
    wide = [VarBind(oid(f"{IF_X_TABLE}.{column}", index), Tag.COUNTER32, 7 * column) for column in (2, 3, 4, 5)]
    wide += [VarBind(oid(f"{IF_X_TABLE}.{column}", index), Tag.COUNTER64, 2**60 + column) for column in (8, 9, 12, 13)]
    wide += [VarBind(oid(f"{IF_X_TABLE}.{column}", index), Tag.INTEGER, 1 + column % 2) for column in (14, 16, 17)]
    wide.append(VarBind(oid(f"{IF_X_TABLE}.19", index), Tag.TIME_TICKS, 77))
    return [*table, *wide]


def odd_rows() -> list[VarBind]:
    """A tunnel that is in one table only, without address and name, and an interface of a kind that nobody named."""
    return [
        VarBind(oid(f"{IF_TABLE}.1", 77), Tag.INTEGER, 77),
        VarBind(oid(f"{IF_TABLE}.2", 77), Tag.OCTET_STRING, b"Tunnel 77"),
        VarBind(oid(f"{IF_TABLE}.3", 77), Tag.INTEGER, 131),
        VarBind(oid(f"{IF_TABLE}.6", 77), Tag.OCTET_STRING, b""),
        VarBind(oid(f"{IF_TABLE}.3", 78), Tag.INTEGER, 9999),
        VarBind(oid(f"{IF_TABLE}.6", 78), Tag.OCTET_STRING, bytes(range(8))),
    ]


def full_switch(uptime: int = 12_345) -> list[VarBind]:
    mib = {varbind.oid: varbind for varbind in switch("core", PORTS, octets=2**64 - 5, uptime=uptime)}
    for extra in (*(row for index in PORTS for row in whole_row(index)), *odd_rows()):
        mib[extra.oid] = extra
    return list(mib.values())


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnmpExporter]:
    with SnmpExporter(tmp_path_factory.mktemp("exporter")) as found:
        yield found


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as found:
        yield found


async def page(mib: IfMib, session: Session) -> str:
    return b"".join(render(await mib.read(session))).decode()


@pytest.mark.slow
async def test_the_page_is_snmp_exporters_to_the_last_label(exporter: SnmpExporter, engine: Engine) -> None:
    async with Agent(full_switch()) as agent:
        theirs = await asyncio.to_thread(exporter.scrape, f"127.0.0.1:{agent.port}")
        mib = IfMib()
        walked = await page(mib, engine.session(agent.target()))
        asked = await page(mib, engine.session(agent.target()))
    assert parsed(walked) == parsed(theirs)
    assert parsed(asked) == parsed(theirs)
    assert {name.removesuffix("_total") for name, _ in parsed(theirs)[0]} == {*COLUMNS, "sysUpTime", "ifNumber"}


@pytest.mark.slow
async def test_of_a_real_agent_both_see_the_same(exporter: SnmpExporter, engine: Engine) -> None:
    """Its counters move between the scrapes: theirs lie between ours before and ours after."""
    mib = IfMib()
    with snmpd() as agent:
        session = engine.session(Target(agent.address, agent.port))
        before, types = parsed(await page(mib, session))
        theirs, their_types = parsed(await asyncio.to_thread(exporter.scrape, f"{agent.address}:{agent.port}"))
        after, _ = parsed(await page(mib, session))
    assert types == their_types
    assert before.keys() == theirs.keys() == after.keys()
    assert "ifHCInOctets" in {name.removesuffix("_total") for name, _ in theirs}
    for key, value in theirs.items():
        assert before[key] <= value <= after[key], key


@pytest.mark.slow
async def test_the_whole_pages_ports_are_snmp_exporters_too(exporter: SnmpExporter, engine: Engine) -> None:
    """A poll asks less, but what it shows has the same names, labels and values, with the device's two beside them."""
    target = DeviceTarget(7, "core", "127.0.0.1", 161, SnmpVersion.V2C, b"public", 22, None)
    async with Agent(full_switch()) as agent:
        theirs, types = parsed(await asyncio.to_thread(exporter.scrape, f"127.0.0.1:{agent.port}"))
        session = engine.session(agent.target())
        poll = await PollPlan(await discover(session)).read(session)
    exposition = Exposition()
    exposition.put(7, device_chunks(target, poll, port_columns(target, poll.ports), 0.1))
    ours, our_types = parsed(b"".join(exposition.pages()).decode())
    compared = 0
    for (name, labels), value in ours.items():
        own = dict(labels)
        assert (own.pop("device"), own.pop("instance")) == ("core", "127.0.0.1")
        if name.startswith("if") and own["ifIndex"] not in {"77", "78"}:
            assert value % EXACT == theirs[name, tuple(sorted(own.items()))], (name, own)
            compared += 1
    assert compared >= 3 * 12
    assert all(types[name] == kind for name, kind in our_types.items() if name.startswith("if"))


async def test_a_known_device_is_asked_by_name_and_walked_again_when_it_changes(engine: Engine) -> None:
    async with Agent(full_switch()) as agent:
        mib, session = IfMib(), engine.session(agent.target())
        await mib.read(session)
        agent.log.clear()
        first = await page(mib, session)
        assert {pdu.kind for pdu in agent.log} == {PduType.GET}
        agent.set(switch("core", {5: "GE9/0/5"}, uptime=99))
        restarted = await page(mib, session)
        assert 'ifName="GE9/0/5"' in restarted
        assert "GE1/0/1" in first
        assert "GE1/0/1" not in restarted
        agent.change(VarBind(parse_oid(f"{IF_X_TABLE}.18.5"), Tag.OCTET_STRING, "至中心".encode("gb18030")))
        assert 'ifAlias="至中心"' in await page(mib, session)


async def test_a_new_port_is_seen_by_the_number_of_ports_or_after_an_hour(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Agent(switch("core", {1: "one"})) as agent:
        mib, session = IfMib(), engine.session(agent.target())
        await mib.read(session)
        agent.set(switch("core", {1: "one", 2: "two"}))
        assert 'ifName="two"' in await page(mib, session)
        agent.change(*switch("core", {1: "one", 2: "two", 3: "three"})[5:])
        assert 'ifName="three"' not in await page(mib, session)
        mib._walked_at -= WALK_S
        assert 'ifName="three"' in await page(mib, session)


async def test_silence_is_an_error_and_no_empty_page(engine: Engine) -> None:
    async with Agent(full_switch()) as agent:
        mib, session = IfMib(), engine.session(agent.target(timeout_s=0.05, retries=0))
        agent.behave = silent
        with pytest.raises(NoAnswerError):
            await mib.read(session)


def test_the_kinds_of_interfaces_stand_at_their_numbers() -> None:
    known = {1: "other", 6: "ethernetCsmacd", 24: "softwareLoopback", 53: "propVirtual", 131: "tunnel", 135: "l2vlan"}
    later = {161: "ieee8023adLag", 250: "gpon", 272: "vmwareNicTeam", 277: "docsOfdmDownstream", 303: "p2pOverLan"}
    assert {number: if_type_name(number) for number in known | later} == known | later
    assert if_type_name(275) == "275"
    assert len(set(IF_TYPES.values())) == len(IF_TYPES)
