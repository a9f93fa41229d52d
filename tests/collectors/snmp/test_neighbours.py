"""Who is at the other end, as LLDP and CDP tell it."""

from collectors.snmp import IfStatus, Neighbour, PortFacts, Table
from collectors.snmp.neighbours import (
    CDP_DEVICE,
    CDP_PORT,
    CHASSIS,
    LOCAL_ID,
    PORT,
    PORT_DESCR,
    PORT_SUBTYPE,
    SYS_NAME,
    cdp,
    lldp,
)
from collectors.snmp.wire import Oid, Tag, Value, VarBind

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
        Neighbour("lldp", "GE0/0/2", "HW-CORE-01", "XGE1/0/42")
    ]


def test_the_local_port_number_may_be_an_ifindex() -> None:
    remote = table((77, 10, 1), chassis=MAC, subtype=5, port=b"1", name=b"far")
    assert lldp(remote, Table({}), PORTS)[0].local_port == "GE0/0/1"


def test_a_port_named_by_its_mac_shows_its_description() -> None:
    described = table((0, 10, 1), chassis=MAC, subtype=3, port=MAC, descr=b"eth0", name=b"host")
    assert lldp(described, Table({}), PORTS)[0].remote_port == "eth0"
    bare = table((0, 10, 1), chassis=MAC, subtype=3, port=MAC)
    assert lldp(bare, Table({}), PORTS) == [Neighbour("lldp", "GE0/0/1", "14:a0:f8:cf:af:39", "14:a0:f8:cf:af:39")]


def test_a_neighbour_on_an_unknown_port_is_kept() -> None:
    remote = table((0, 99, 1), chassis=MAC, subtype=5, port=b"1", name=b"far")
    assert lldp(remote, Table({}), PORTS)[0].local_port == "99"


def test_cdp_names_the_port_by_ifindex() -> None:
    cache = table((11, 4), device=b"acme-ap-011", far=b"GigabitEthernet0")
    assert cdp(cache, PORTS) == [Neighbour("cdp", "GE0/0/2", "acme-ap-011", "GigabitEthernet0")]
