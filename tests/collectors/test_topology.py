"""From what polls and surveys keep to what links are derived from."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from collectors.models import PortState, PortStatus
from collectors.survey.models import BindingState, InterfaceAddress
from collectors.topology import observed
from core.database import Database
from inventory.topology.derivation import derive
from inventory.topology.observed import Answered, Interface
from tests.collectors.county import NOW, County, build

ETHERNET, VLAN, BUNDLE = 6, 136, 161
CORE_MAC, ACCESS_MAC = "00:e0:fc:00:00:01", "00:e0:fc:00:00:02"
TIMES: dict[str, datetime] = {"since": NOW, "seen": NOW}


@pytest.fixture
def county(database: Database) -> County:
    with database.write() as session:
        return build(session)


def port(session: Session, number: int, device: int, name: str, mac: str, if_type: int = ETHERNET) -> None:
    up = PortStatus.UP
    session.add(
        PortState(
            port_id=number, device_id=device, name=name, ifindex=number, mac=mac, if_type=if_type, admin=up, oper=up,
            updated=NOW,
        )
    )  # fmt: skip


def address(session: Session, device: int, port_id: int | None, name: str, text: str, length: int | None = 30) -> None:
    facts = {"device_id": device, "port_id": port_id, "port": name, "address": text, "prefix_length": length}
    session.add(InterfaceAddress(**facts, **TIMES))


def test_ports_that_share_a_network_for_two_and_hear_of_each_other_are_a_link(
    database: Database, county: County
) -> None:
    with database.write() as session:
        port(session, county.core_port, county.core, "GE1/0/1", CORE_MAC)
        port(session, county.access_port, county.access, "GE0/0/24", ACCESS_MAC)
        address(session, county.core, county.core_port, "GE1/0/1", "10.8.0.1")
        address(session, county.access, county.access_port, "GE0/0/24", "10.8.0.2")
        heard = {"device_id": county.core, "port": "GE1/0/1", "address": "10.8.0.2", "mac": ACCESS_MAC}
        session.add(BindingState(**heard, **TIMES))
    with database.read() as session:
        seen = observed(session, NOW)
    assert seen.answered == [Answered(county.core, "GE1/0/1", "10.8.0.2", ACCESS_MAC)]
    [link] = derive(seen)
    assert {link.a.port_id, link.b.port_id} == {county.core_port, county.access_port}


def test_only_ports_that_take_a_cable_count(database: Database, county: County) -> None:
    with database.write() as session:
        for number, (if_type, name) in enumerate(
            [(ETHERNET, "GE1/0/1"), (VLAN, "Vlanif8"), (BUNDLE, "Eth-Trunk1"), (ETHERNET, "GE1/0/2.100")], 101
        ):
            port(session, number, county.core, name, CORE_MAC, if_type)
            address(session, county.core, number, name, f"10.8.{number}.1")
        address(session, county.core, 101, "GE1/0/1", "10.9.0.1", 24)
        address(session, county.core, 101, "GE1/0/1", "10.9.0.2", None)
        address(session, county.core, None, "GE9/0/1", "10.9.0.5")
    with database.read() as session:
        assert observed(session, NOW).interfaces == [Interface(county.core, "GE1/0/1", "10.8.101.1", 30, NOW)]
