from collections.abc import AsyncIterator, Iterable

import pytest

from collectors.snmp import Engine
from collectors.snmp.stations import Binding, Station, bindings, stations
from collectors.snmp.wire import Oid, Tag, Value, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent

BRIDGE = "1.3.6.1.2.1.17"
PORTS = f"{BRIDGE}.1.4.1.2"
FDB, Q_FDB = f"{BRIDGE}.4.3.1", f"{BRIDGE}.7.1.2.2.1"
VLANS = f"{BRIDGE}.7.1.4.2.1.3"
PHYSICAL, MEDIA = "1.3.6.1.2.1.4.35.1.4", "1.3.6.1.2.1.4.22.1.2"
ONE, TWO = (0, 224, 252, 18, 52, 1), (0, 224, 252, 18, 52, 2)
LEARNT, SELF = 3, 4


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as engine:
        yield engine


def cell(column: str, index: Iterable[int], value: Value, tag: Tag = Tag.INTEGER) -> VarBind:
    return VarBind((*parse_oid(column), *index), tag, value)


def entry(table: str, index: Oid, port: int, status: int = LEARNT) -> list[VarBind]:
    return [cell(f"{table}.2", index, port), cell(f"{table}.3", index, status)]


BASE = [UPTIME, cell(PORTS, (1,), 101), cell(PORTS, (2,), 102)]


async def found(engine: Engine, mib: list[VarBind]) -> list[Station]:
    async with Agent(mib) as agent:
        return await stations(engine.session(agent.target()))


async def test_a_bridge_tells_address_vlan_and_interface(engine: Engine) -> None:
    """Its own port numbers and filtering databases are not the interfaces' and VLANs' numbers."""
    mib = [*BASE, *entry(Q_FDB, (7, *ONE), 1), *entry(Q_FDB, (8, *TWO), 2)]
    mib += [cell(VLANS, (0, 100), 7, Tag.GAUGE32)]
    assert await found(engine, mib) == [Station("00:e0:fc:12:34:01", 100, 101), Station("00:e0:fc:12:34:02", 8, 102)]


async def test_a_bridge_without_vlans_tells_what_it_has(engine: Engine) -> None:
    assert await found(engine, [*BASE, *entry(FDB, ONE, 2)]) == [Station("00:e0:fc:12:34:01", None, 102)]


async def test_a_bridges_own_and_unplaced_addresses_are_nobody(engine: Engine) -> None:
    mib = [*BASE, *entry(FDB, ONE, 1, SELF), *entry(FDB, TWO, 0), *entry(FDB, (0, 0, 0, 0, 0, 300), 1)]
    assert await found(engine, mib) == []


async def test_what_is_no_bridge_is_asked_one_question(engine: Engine) -> None:
    async with Agent([UPTIME]) as agent:
        assert await stations(engine.session(agent.target())) == []
        assert len(agent.log) == 1


async def test_both_kinds_of_address_tables_are_read(engine: Engine) -> None:
    mac = bytes(ONE)
    v6 = bytes.fromhex("20010db8000000000000000000000007")
    newer = [
        cell(PHYSICAL, (3, 1, 4, 10, 1, 2, 3), mac, Tag.OCTET_STRING),
        cell(PHYSICAL, (3, 2, 16, *v6), mac, Tag.OCTET_STRING),
        cell(PHYSICAL, (3, 1, 4, 224, 0, 0, 5), mac, Tag.OCTET_STRING),
        cell(PHYSICAL, (3, 1, 4, 10, 1, 2, 4), b"", Tag.OCTET_STRING),
        cell(PHYSICAL, (3, 1, 4, 10, 1, 2), mac, Tag.OCTET_STRING),
        cell(PHYSICAL, (3, 9), mac, Tag.OCTET_STRING),
    ]
    wanted = [Binding("10.1.2.3", "00:e0:fc:12:34:01", 3), Binding("2001:db8::7", "00:e0:fc:12:34:01", 3)]
    async with Agent([UPTIME, *newer]) as agent:
        assert await bindings(engine.session(agent.target())) == wanted
    older = [cell(MEDIA, (3, 10, 1, 2, 3), mac, Tag.OCTET_STRING)]
    async with Agent([UPTIME, *older]) as agent:
        assert await bindings(engine.session(agent.target())) == wanted[:1]
