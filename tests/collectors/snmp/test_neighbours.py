"""Who is at the other end, as LLDP and CDP tell it."""

import pytest

from collectors.snmp import Engine, IfStatus, Neighbour, PortFacts, Table
from collectors.snmp.neighbours import (
    CDP_DEVICE,
    CDP_PORT,
    CHASSIS,
    LLDP_REMOTE,
    LOCAL_ID,
    PORT,
    PORT_DESCR,
    PORT_SUBTYPE,
    SYS_NAME,
    Heard,
    by_if_index,
    lldp,
    neighbours,
)
from collectors.snmp.wire import Oid, Tag, Value, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent, failing_below

MAC = bytes.fromhex("14a0f8cfaf39")


def port(index: int, name: str) -> PortFacts:
    return PortFacts(index, name, name, "", 6, None, IfStatus.UP, IfStatus.UP, "")


PORTS = (port(10, "GE0/0/1"), port(11, "GE0/0/2"))


def table(index: Oid, **cells: Value) -> Table:
    columns = {"chassis": CHASSIS, "subtype": PORT_SUBTYPE, "port": PORT, "descr": PORT_DESCR, "name": SYS_NAME}
    columns |= {"local": LOCAL_ID, "device": CDP_DEVICE, "far": CDP_PORT}
    return Table({columns[key]: {index: VarBind((*columns[key], *index), Tag.NULL, cells[key])} for key in cells})


def test_the_local_port_is_found_by_its_name_where_its_number_is_no_ifindex() -> None:
    remote = table((0, 2, 1), chassis=MAC, subtype=5, port=b"XGE1/0/42", name=b"HW-CORE-01")
    assert lldp(remote, table((2,), local=b"GE0/0/2"), PORTS) == [
        Neighbour("lldp", "GE0/0/2", "HW-CORE-01", "XGE1/0/42", MAC.hex())
    ]


def test_the_local_port_number_may_be_an_ifindex() -> None:
    remote = table((77, 10, 1), chassis=MAC, subtype=5, port=b"1", name=b"far")
    assert lldp(remote, Table({}), PORTS)[0].local_port == "GE0/0/1"


def test_a_port_named_by_its_mac_shows_its_description() -> None:
    described = table((0, 10, 1), chassis=MAC, subtype=3, port=MAC, descr=b"eth0", name=b"host")
    assert lldp(described, Table({}), PORTS)[0].remote_port == "eth0"
    bare = table((0, 10, 1), chassis=MAC, subtype=3, port=MAC)
    (found,) = lldp(bare, Table({}), PORTS)
    assert (found.remote_name, found.remote_port) == ("14:a0:f8:cf:af:39", "14:a0:f8:cf:af:39")


def test_a_neighbour_on_an_unknown_port_is_kept() -> None:
    remote = table((0, 99, 1), chassis=MAC, subtype=5, port=b"1", name=b"far")
    assert lldp(remote, Table({}), PORTS)[0].local_port == "99"


@pytest.mark.parametrize(
    ("table", "protocols", "expected"),
    [
        (
            {
                "1.3.111.2.802.1.1.13.1.4.1.1.6.0.11.1.1": MAC,
                "1.3.111.2.802.1.1.13.1.4.1.1.7.0.11.1.1": 5,
                "1.3.111.2.802.1.1.13.1.4.1.1.8.0.11.1.1": b"10GE1/0/1",
                "1.3.111.2.802.1.1.13.1.4.1.1.10.0.11.1.1": b"county-core",
            },
            ["lldp", "lldp_v2"],
            Neighbour("lldp", "GE0/0/2", "county-core", "10GE1/0/1", MAC.hex()),
        ),
        (
            {
                "1.3.6.1.4.1.11863.6.35.1.2.2.1.6.10.1": b"gi1/0/6",
                "1.3.6.1.4.1.11863.6.35.1.2.2.1.9.10.1": b"sw22",
            },
            ["lldp", "tplink"],
            Neighbour("lldp", "GE0/0/1", "sw22", "gi1/0/6"),
        ),
    ],
    ids=["LLDP-V2-MIB", "TP-Link"],
)
async def test_lldp_is_found_where_it_stands(
    table: dict[str, bytes | int], protocols: list[str], expected: Neighbour
) -> None:
    mib = [
        VarBind(parse_oid(oid), Tag.OCTET_STRING if isinstance(value, bytes) else Tag.INTEGER, value)
        for oid, value in table.items()
    ]
    async with Agent([UPTIME, *mib]) as agent, Engine() as engine:
        heard = await neighbours(engine.session(agent.target()), protocols, PORTS)
    assert heard == Heard((expected,), whole=True)


async def test_a_table_that_breaks_off_does_not_name_all() -> None:
    seen = [
        VarBind(parse_oid(f"1.3.6.1.4.1.9.9.23.1.2.1.1.{column}.10.1"), Tag.OCTET_STRING, value)
        for column, value in ((6, b"sw22"), (7, b"gi1/0/6"))
    ]
    async with Agent([UPTIME, *seen]) as agent, Engine() as engine:
        agent.behave = failing_below(LLDP_REMOTE)
        heard = await neighbours(engine.session(agent.target()), ["lldp", "cdp"], PORTS)
    assert heard == Heard((Neighbour("cdp", "GE0/0/1", "sw22", "gi1/0/6"),), whole=False)


def test_cdp_names_the_port_by_ifindex() -> None:
    cache = table((11, 4), device=b"acme-ap-011", far=b"GigabitEthernet0")
    assert by_if_index("cdp", cache, PORTS) == [Neighbour("cdp", "GE0/0/2", "acme-ap-011", "GigabitEthernet0")]
