from datetime import timedelta

import pytest
from sqlalchemy import func, select

from collectors.snmp.addresses import OwnAddress
from collectors.snmp.components import Component, PartKind
from collectors.snmp.stations import Binding, Station
from collectors.store import Store
from collectors.survey.merge import KEPT, Row
from collectors.survey.models import BindingState, ComponentState, InterfaceAddress, StationState
from collectors.survey.rows import address_rows, binding_rows, component_rows, station_rows
from collectors.survey.store import Findings, record
from collectors.survey.whereabouts import Whereabouts, address_of, behind_port, locate
from core.database import Database
from inventory.scope import Scope
from tests.collectors.county import NOW, County, build

PC, PRINTER = "00:e0:fc:12:34:01", "00:e0:fc:12:34:02"


@pytest.fixture
def county(database: Database) -> County:
    with database.write() as session:
        return build(session)


def learnt(county: County, *stations: Station) -> list[Row]:
    names = {1: "GE0/0/24", 2: "GE0/0/2"}
    return station_rows(county.access, stations, names, {1: county.access_port})


def held(database: Database, model: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def found(database: Database, **wanted: object) -> list[Whereabouts]:
    with database.read() as session:
        return locate(session, **wanted)  # type: ignore[arg-type]


def test_a_station_is_found_where_it_is_plugged_in(database: Database, county: County) -> None:
    """The core has learnt it as well, at the port towards the access switch, together with all others."""
    core = station_rows(
        county.core, [Station(PC, 10, 1), Station(PRINTER, 10, 1)], {1: "GE1/0/1"}, {1: county.core_port}
    )
    record(database, Findings(county.core, core), NOW)
    record(database, Findings(county.access, learnt(county, Station(PC, 10, 1), Station(PRINTER, 10, 2))), NOW)
    record(database, Findings(county.core, core, binding_rows(county.core, [Binding("10.9.0.7", PC, 9)], {})), NOW)
    first, second = found(database, mac=PC)
    assert (first.device, first.port, first.port_id, first.others) == ("KJ-ACC-01", "GE0/0/24", county.access_port, 0)
    assert (first.addresses, first.vlan, first.learnt) == (("10.9.0.7",), 10, True)
    assert (second.device, second.others) == ("HX-CORE-01", 1)
    assert found(database, address="10.9.0.7") == [first, second]
    assert found(database, mac=PC, scope=Scope.units([county.unit])) == [first]
    with database.read() as session:
        assert [one.mac for one in behind_port(session, county.access_port)] == [PC]


def test_an_address_that_no_switch_has_learnt_is_found_at_its_router(database: Database, county: County) -> None:
    record(
        database,
        Findings(county.core, (), binding_rows(county.core, [Binding("10.9.0.7", PC, 9)], {9: "Vlanif9"})),
        NOW,
    )
    (only,) = found(database, address="10.9.0.7")
    assert (only.device, only.port, only.learnt) == ("HX-CORE-01", "Vlanif9", False)
    assert found(database, address="10.9.0.7", scope=Scope.units([county.unit])) == []
    assert found(database, address="10.9.0.8") == []


def test_whoever_moved_is_at_one_place_only(database: Database, county: County) -> None:
    record(database, Findings(county.access, learnt(county, Station(PC, 10, 1))), NOW)
    later = NOW + timedelta(minutes=30)
    record(database, Findings(county.access, learnt(county, Station(PC, 10, 2))), later)
    (only,) = found(database, mac=PC)
    assert (only.port, only.port_id, only.since) == ("GE0/0/2", None, later)


def test_an_interfaces_address_is_kept_as_long_as_its_device_has_it(database: Database, county: County) -> None:
    for found in ([OwnAddress("10.8.0.1", 30, 1), OwnAddress("10.8.0.5", None, 9)], [OwnAddress("10.8.0.1", 31, 1)]):
        rows = address_rows(county.access, found, {1: "GE0/0/24"}, {1: county.access_port})
        record(database, Findings(county.access, addresses=rows), NOW)
        with database.read() as session:
            held = session.scalars(select(InterfaceAddress).order_by(InterfaceAddress.address)).all()
            assert [(one.address, one.prefix_length) for one in held] == [
                (one.address, one.prefix_length) for one in found
            ]
            assert (held[0].port, held[0].port_id) == ("GE0/0/24", county.access_port)


def test_stations_stay_for_a_while_and_parts_do_not(database: Database, county: County) -> None:
    part = Component(1, 0, PartKind.CHASSIS, "S\0" + "x" * 300, "", "", "SN", "", "", "", "")
    stations, parts = learnt(county, Station(PC, 10, 1)), component_rows(county.access, [part])
    whole = Findings(county.access, stations, components=parts)
    record(database, whole, NOW)
    with database.read() as session:
        assert len(session.scalars(select(ComponentState.name)).one()) == 255
    record(database, Findings(county.access), NOW + timedelta(days=1))
    assert (held(database, StationState), held(database, ComponentState)) == (1, 1)
    record(database, Findings(county.access, components=()), NOW + timedelta(days=1))
    assert (held(database, StationState), held(database, ComponentState)) == (1, 0)
    record(database, Findings(county.access), NOW + KEPT)
    assert held(database, StationState) == 0


def test_five_thousand_stations_are_written_and_forgotten_in_pieces(database: Database, county: County) -> None:
    many = [Station(f"00:00:00:00:{number >> 8:02x}:{number & 255:02x}", 1, 1) for number in range(5000)]
    record(database, Findings(county.access, learnt(county, *many)), NOW)
    assert held(database, StationState) == 5000
    record(database, Findings(county.access), NOW + KEPT)
    assert held(database, StationState) == 0


def test_what_leaves_the_inventory_is_forgotten(database: Database, county: County) -> None:
    bound = binding_rows(county.access, [Binding("10.9.0.7", PC, 9)], {})
    record(database, Findings(county.access, learnt(county, Station(PC, 10, 1)), bound), NOW)
    Store(database).forget([county.access], [], NOW)
    assert (held(database, StationState), held(database, BindingState)) == (0, 0)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3/24", "10.1.2.3"),
        ("2001:DB8::7", "2001:db8::7"),
        ("GE0/0/1", None),
        ("", None),
    ],
)
def test_an_address_is_understood_as_people_paste_it(text: str, address: str | None) -> None:
    assert address_of(text) == address
