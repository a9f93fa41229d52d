"""What is in a subnet: taken, free, contradictory; around it and within it; and what lies outside of all."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.database import Database
from inventory.addresses import sort_key
from inventory.kinds import AddressUse, DeviceRole
from inventory.models import Address, Device, Subnet, Unit
from inventory.scope import Scope
from inventory.strays import covers, joined, strays
from inventory.subnets import Plan, Use, neighbours, plan


def device(name: str, address: str, port: int = 161, unit: Unit | None = None) -> Device:
    return Device(name=name, role=DeviceRole.ROUTER, address=address, snmp_port=port, unit=unit)


@pytest.fixture
def planned(database: Database) -> Database:
    with database.write() as session:
        core = device("CORE", "10.1.0.1")
        session.add_all([core, device("A", "10.1.0.2"), device("B", "10.1.0.2", 1161), device("FAR", "10.9.0.1")])
        session.add_all(
            [
                Subnet(name="10.1.0.0/28", gateway="10.1.0.14"),
                Subnet(name="10.0.0.0/8"),
                Subnet(name="10.1.0.0/16"),
                Subnet(name="10.1.0.8/29"),
                Subnet(name="10.2.0.0/16"),
                Subnet(name="2001:db8::/64"),
                Address(name="10.1.0.1", device=core),
                Address(name="10.1.0.2", device=core),
                Address(name="10.1.0.3", use=AddressUse.RESERVED),
                Address(name="10.1.0.4", use=AddressUse.DYNAMIC),
                Address(name="10.1.0.15"),
                Address(name="192.168.0.1"),
            ]
        )
    return database


def subnet(session: Session, name: str) -> Subnet:
    return session.query(Subnet).filter_by(name=name).one()


def test_each_address_is_what_most_speaks_for(planned: Database) -> None:
    with planned.read() as session:
        seen = {"10.1.0.5": frozenset({"a"}), "10.1.0.3": frozenset({"b"}), "10.3.0.1": frozenset({"c"})}
        found = plan(session, subnet(session, "10.1.0.0/28"), seen)
        uses = {str(one.address).rpartition(".")[2]: one.use for one in found.each()}
        assert uses == {
            "0": Use.NETWORK,
            "1": Use.DEVICE,
            "2": Use.DEVICE,
            "3": Use.RESERVED,
            "4": Use.DYNAMIC,
            "5": Use.SEEN,
            **{str(free): Use.FREE for free in range(6, 14)},
            "14": Use.GATEWAY,
            "15": Use.NETWORK,
        }
        assert (found.usable, found.used, found.free) == (14, 6, 8)
        assert [str(one) for one in found.first_free(2)] == ["10.1.0.6", "10.1.0.7"]


def test_what_contradicts_itself_is_named(planned: Database) -> None:
    with planned.read() as session:
        macs = frozenset({"00:00:00:00:00:01", "00:00:00:00:00:02"})
        found = plan(session, subnet(session, "10.1.0.0/28"), {"10.1.0.3": macs})
        told = {(str(one.address), one.reason % one.facts) for one in found.contradictions()}
    assert told == {
        ("10.1.0.2", "several devices have it: A、B"),
        ("10.1.0.2", "it was given to CORE, but A、B has it"),
        ("10.1.0.3", "it is kept free, but somebody uses it"),
        ("10.1.0.3", "several stations were seen under it: 00:00:00:00:00:01、00:00:00:00:00:02"),
        ("10.1.0.15", "it is the network's own or its broadcast address"),
    }


def test_subnets_lie_around_and_within(planned: Database) -> None:
    with planned.read() as session:
        around, within = neighbours(session, subnet(session, "10.1.0.0/28"))
        assert [one.name for one in around] == ["10.1.0.0/16", "10.0.0.0/8"]
        assert [one.name for one in within] == ["10.1.0.8/29"]


def test_what_lies_in_no_subnet_is_found(planned: Database) -> None:
    with planned.write() as session:
        session.delete(subnet(session, "10.0.0.0/8"))
    with planned.read() as session:
        assert [(one.kind, one.address) for one in strays(session)] == [
            ("device", "10.9.0.1"),
            ("address", "192.168.0.1"),
        ]


def test_of_others_devices_nothing_is_known(planned: Database) -> None:
    with planned.write() as session:
        unit = Unit(name="镇")
        session.add_all([unit, device("OWN", "10.1.0.9", unit=unit)])
        session.flush()
        found = plan(session, subnet(session, "10.1.0.0/28"), scope=Scope.units([unit.id]))
        assert [one.devices[0].name for one in found.known if one.devices] == ["OWN"]
        assert not any(one.row for one in found.known)


def test_a_huge_subnet_is_counted_and_not_drawn(planned: Database) -> None:
    with planned.read() as session:
        found = plan(session, subnet(session, "2001:db8::/64"))
        assert (found.drawn, found.usable) == (False, 2**64)
        assert found.first_free(2) == [ip_address("2001:db8::"), ip_address("2001:db8::1")]


@pytest.mark.parametrize(("name", "usable"), [("10.0.0.0/31", 2), ("10.0.0.0/32", 1), ("10.0.0.0/30", 2)])
def test_a_point_to_point_link_wastes_no_address(name: str, usable: int, database: Database) -> None:
    """RFC 3021."""
    with database.write() as session:
        session.add(Subnet(name=name))
        session.flush()
        found: Plan = plan(session, subnet(session, name))
        assert (found.usable, found.free) == (usable, usable)


prefixes = st.builds(
    lambda number, length: ip_network((number >> (32 - length) << (32 - length), length)),
    st.integers(10 << 24, (10 << 24) + 4095),
    st.integers(24, 32),
)


@given(st.lists(prefixes, max_size=12), st.integers(10 << 24, (10 << 24) + 4095))
def test_an_address_is_covered_when_a_subnet_holds_it(subnets: list[object], number: int) -> None:
    networks = [ip_network(str(one)) for one in subnets]
    keys = sorted(
        ((sort_key(one.network_address), sort_key(one.broadcast_address)) for one in networks),
        key=lambda pair: (pair[0], [-ord(character) for character in pair[1]]),
    )
    address = ip_address(number)
    assert covers(sort_key(address), joined(keys)) == any(address in one for one in networks)
