from collections.abc import AsyncIterator, Iterable

import pytest

from collectors.snmp import Engine
from collectors.snmp.addresses import OwnAddress, own_addresses
from collectors.snmp.wire import Oid, Tag, Value, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent, failing_below

OLD, NEW = "1.3.6.1.2.1.4.20.1", "1.3.6.1.2.1.4.34.1"
PREFIXES = parse_oid("1.3.6.1.2.1.4.32.1.5")
V6 = tuple(bytes.fromhex("20010db8000000000000000000000001"))
UNICAST, ANYCAST = 1, 2


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as engine:
        yield engine


def cell(column: str, index: Iterable[int], value: Value, tag: Tag = Tag.INTEGER) -> VarBind:
    return VarBind((*parse_oid(column), *index), tag, value)


def old(address: Oid, if_index: int, *mask: int) -> list[VarBind]:
    return [cell(f"{OLD}.2", address, if_index), cell(f"{OLD}.3", address, bytes(mask), Tag.IP_ADDRESS)]


def new(index: Oid, if_index: int, *prefix: int, kind: int = UNICAST) -> list[VarBind]:
    pointer = (*PREFIXES, if_index, *prefix) if prefix else (0, 0)
    return [
        cell(f"{NEW}.3", index, if_index),
        cell(f"{NEW}.4", index, kind),
        cell(f"{NEW}.5", index, pointer, Tag.OBJECT_IDENTIFIER),
    ]


async def found(engine: Engine, *mib: VarBind) -> list[OwnAddress] | None:
    async with Agent([UPTIME, *mib]) as agent:
        return await own_addresses(engine.session(agent.target()))


async def test_the_table_of_1990_tells_address_mask_and_interface(engine: Engine) -> None:
    mib = [*old((10, 1, 0, 1), 7, 255, 255, 255, 252), *old((10, 2, 0, 1), 8, 255, 255, 255, 255)]
    assert await found(engine, *mib) == [OwnAddress("10.1.0.1", 30, 7), OwnAddress("10.2.0.1", 32, 8)]


@pytest.mark.parametrize("mask", [(0, 0, 0, 0), (255, 0, 255, 0), (0, 0, 0, 3)])
async def test_a_mask_that_is_none_tells_no_length(engine: Engine, mask: tuple[int, ...]) -> None:
    assert await found(engine, *old((10, 1, 0, 1), 7, *mask)) == [OwnAddress("10.1.0.1", None, 7)]


async def test_the_newer_table_points_at_the_prefix_and_knows_ipv6(engine: Engine) -> None:
    mib = [
        *new((1, 4, 10, 1, 0, 1), 7, 1, 4, 10, 1, 0, 0, 30),
        *new((2, 16, *V6), 7, 2, 16, *V6, 127),
        *new((4, 20, *V6[:-1], 9, 0, 0, 0, 5), 9),
    ]
    assert await found(engine, *mib) == [
        OwnAddress("10.1.0.1", 30, 7),
        OwnAddress("2001:db8::1", 127, 7),
        OwnAddress("2001:db8::9", None, 9),
    ]


async def test_what_the_older_table_says_of_a_length_stands(engine: Engine) -> None:
    """net-snmp gives a host route's address the length of its class in the newer one."""
    host = (198, 19, 255, 5)
    told = [*old(host, 1, 255, 255, 255, 255), *new((1, 4, *host), 1, 1, 4, 198, 0, 0, 0, 8)]
    assert await found(engine, *told) == [OwnAddress("198.19.255.5", 32, 1)]
    untold = [*old(host, 1, 0, 0, 0, 0), *new((1, 4, *host), 1, 1, 4, 198, 19, 255, 4, 31)]
    assert await found(engine, *untold) == [OwnAddress("198.19.255.5", 31, 1)]


@pytest.mark.parametrize("table", [OLD, NEW])
async def test_of_a_table_that_breaks_off_nothing_is_concluded(engine: Engine, table: str) -> None:
    mib = [*old((10, 1, 0, 1), 7, 255, 255, 255, 252), *new((2, 16, *V6), 7, 2, 16, *V6, 127)]
    async with Agent([UPTIME, *mib]) as agent:
        agent.behave = failing_below(parse_oid(table))
        assert await own_addresses(engine.session(agent.target())) is None


@pytest.mark.parametrize(
    "index",
    [(), (1,), (1, 4), (1, 4, 10, 1, 0), (1, 5, 10, 1, 0, 1), (9, 4, 10, 1, 0, 1), (1, 4, 10, 1, 0, 300), (0, 0)],
)
async def test_an_index_that_is_no_address_is_nobody(engine: Engine, index: Oid) -> None:
    assert await found(engine, cell(f"{NEW}.3", index, 7)) == []


async def test_what_every_device_has_is_left_out(engine: Engine) -> None:
    own = [
        *old((127, 0, 0, 1), 1, 255, 0, 0, 0),
        *old((169, 254, 1, 1), 7, 255, 255, 0, 0),
        *old((10, 1, 0, 9), 7, 255, 255, 255, 252),
    ]
    nowhere = old((10, 1, 0, 1), 0, 255, 255, 255, 252)
    local = (0xFE, 0x80, *[0] * 13, 1)
    odd = [*new((2, 16, *local), 7), *new((1, 4, 10, 1, 0, 3), 7, kind=ANYCAST), *new((1, 4, 224, 0, 0, 5), 7)]
    assert await found(engine, *own, *nowhere, *odd) == [OwnAddress("10.1.0.9", 30, 7)]
