from collections.abc import AsyncIterator

import pytest

from collectors.snmp import Engine
from collectors.snmp.components import PartKind, components
from collectors.snmp.errors import SnmpError
from collectors.snmp.wire import Tag, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent, failing

ENTITY = parse_oid("1.3.6.1.2.1.47.1.1.1.1")


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine() as engine:
        yield engine


def part(number: int, kind: int, parent: int, name: str, serial: str = "", model: str = "") -> list[VarBind]:
    texts = {2: f"{name} described", 7: name, 11: serial, 13: model}
    return [
        VarBind((*ENTITY, 5, number), Tag.INTEGER, kind),
        VarBind((*ENTITY, 4, number), Tag.INTEGER, parent),
        *(VarBind((*ENTITY, column, number), Tag.OCTET_STRING, text.encode()) for column, text in texts.items()),
    ]


SWITCH = [
    UPTIME,
    *part(1, 3, 0, "S5720", "2102350ABC", "S5720-28X"),
    *part(2, 5, 1, "slot 1"),
    *part(3, 6, 2, "电源 1", "PS-1"),
    *part(4, 10, 1, "GE0/0/1"),
    *part(5, 10, 1, "XGE0/0/1 optics", "SFP-77", "LE2MXSC80FF0"),
    *part(6, 8, 1, "temperature"),
]


async def test_what_can_be_replaced_is_told_with_its_numbers(engine: Engine) -> None:
    async with Agent(SWITCH) as agent:
        found = await components(engine.session(agent.target()))
    told = [(one.number, one.kind, one.parent, one.name, one.serial) for one in found]
    assert told == [
        (1, PartKind.CHASSIS, 0, "S5720", "2102350ABC"),
        (3, PartKind.POWER_SUPPLY, 1, "电源 1", "PS-1"),
        (5, PartKind.PORT, 1, "XGE0/0/1 optics", "SFP-77"),
    ]
    assert found[0].model == "S5720-28X"


async def test_whoever_contains_himself_is_held_by_nobody(engine: Engine) -> None:
    async with Agent(
        [UPTIME, *part(1, 3, 1, "a"), *part(2, 5, 3, "b"), *part(3, 5, 2, "c"), *part(4, 9, 2, "d")]
    ) as agent:
        found = await components(engine.session(agent.target()))
    assert [(one.number, one.parent) for one in found] == [(1, 0), (4, 0)]


async def test_a_table_that_cannot_be_read_whole_is_an_error(engine: Engine) -> None:
    async with Agent(SWITCH) as agent:
        agent.behave = failing(5, 1)
        with pytest.raises(SnmpError):
            await components(engine.session(agent.target()))
