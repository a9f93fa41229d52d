from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from inventory import devices, lines, maintenance, units
from inventory.catalogue import catalogue
from inventory.dependents import dependents
from inventory.errors import MaintenanceEndError, NotFoundError, UnknownOrderError
from inventory.kinds import Carrier, DeviceRole, LifeCycle, LineKind, ObjectKind
from inventory.ledger.sheets import SHEET_OF
from inventory.listing import Page
from inventory.models import BusinessSystem, Device, Line, Port, Unit
from inventory.ports import ensure_ports, port_key
from inventory.scope import Scope
from security.audit import Actor, find

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
OPERATOR = Actor("wang", "person")
DEVICES, LINES = (catalogue(SHEET_OF[kind]) for kind in (ObjectKind.DEVICE, ObjectKind.LINE))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A county in small: two units, each with a switch and a line, and what runs over them."""
    with Session(database.write_engine, expire_on_commit=False) as session:
        civil, health = Unit(name="民政局", short_name="民政"), Unit(name="卫健局")
        core = Device(name="CORE-01", role=DeviceRole.CORE_SWITCH, address="10.0.0.1", serial="21023_5%")
        session.add(core)
        for number, unit in enumerate((civil, health), 1):
            switch = Device(
                name=f"SW-{number}", role=DeviceRole.ACCESS_SWITCH, unit=unit, address=f"10.0.{number}.1", model="S5735"
            )
            line = Line(
                name=f"{unit.name}专线",
                carrier=Carrier.TELECOM,
                kind=LineKind.MSTP,
                circuit_number=f"CN{number}",
                unit=unit,
                a_device=core,
                b_device=switch,
                monthly_fee_fen=None if number == 1 else 100_00,
            )
            session.add_all([unit, switch, line])
            session.add(BusinessSystem(name=f"系统{number}", lines=[line], units=[unit]))
        session.add(Device(name="UPS-01", role=DeviceRole.UPS, life_cycle=LifeCycle.STOCK))
        session.flush()
        yield session
        session.rollback()


def names(page: Page[Device]) -> list[str]:
    return [device.name for device in page.items]


def test_a_list_is_searched_ordered_and_cut_into_pages(session: Session) -> None:
    page = units.find_units(session, order="-name", size=1, number=2)
    assert ([unit.name for unit in page.items], page.total, page.pages) == (["卫健局"], 2, 2)
    assert [unit.name for unit in units.find_units(session, text="民政").items] == ["民政局"]
    for text in ("_", "%"):
        assert units.find_units(session, text=text).total == 0


def test_an_unknown_order_is_refused_with_the_known_ones(session: Session) -> None:
    with pytest.raises(UnknownOrderError, match=r"inventory\.unknown_order") as caught:
        units.find_units(session, order="colour")
    assert "short_name" in caught.value.render_hint()


def test_a_units_administrator_sees_that_unit_and_nothing_else(session: Session) -> None:
    civil = units.unit_named(session, "民政局")
    scope = Scope.units([civil.id])
    assert names(DEVICES.page(session, scope=scope)) == ["SW-1"]
    assert [line.name for line in LINES.page(session, scope=scope).items] == ["民政局专线"]
    assert [unit.name for unit in units.find_units(session, scope=scope).items] == ["民政局"]
    with pytest.raises(NotFoundError):
        devices.device_named(session, "CORE-01", scope)
    assert DEVICES.page(session, scope=Scope.units([])).total == 0


def test_maintenance_begins_moves_and_ends_and_each_step_is_recorded(session: Session) -> None:
    device = devices.device_named(session, "SW-1")
    maintenance.mark(session, device, until=NOW + timedelta(hours=2), note="割接", actor=OPERATOR, now=NOW)
    later = NOW + timedelta(hours=1)
    maintenance.mark(session, device, until=NOW + timedelta(hours=4), note="延长", actor=OPERATOR, now=later)
    session.flush()
    assert device.maintenance_since == NOW
    assert device.in_maintenance(NOW + timedelta(hours=3))
    assert not device.in_maintenance(NOW + timedelta(hours=4))
    taken_off = NOW + timedelta(hours=3)
    maintenance.unmark(session, device, actor=OPERATOR, now=taken_off)
    maintenance.unmark(session, device, actor=OPERATOR, now=taken_off)
    assert not device.in_maintenance(taken_off)
    events = [entry.event for entry in find(session).records]
    assert events == [Event.MAINTENANCE_UNMARKED, Event.MAINTENANCE_MARKED, Event.MAINTENANCE_MARKED]


def test_a_mark_that_was_moved_and_taken_off_leaves_one_record_of_when_it_was_on(session: Session) -> None:
    line, other = (lines.line_named(session, name) for name in ("民政局专线", "卫健局专线"))
    hour = timedelta(hours=1)
    maintenance.mark(session, line, until=NOW + 2 * hour, note="割接", actor=OPERATOR, now=NOW)
    maintenance.mark(session, line, until=NOW + 9 * hour, note="延长", actor=OPERATOR, now=NOW + hour)
    maintenance.unmark(session, line, actor=OPERATOR, now=NOW + 4 * hour)
    maintenance.mark(session, line, until=NOW + 8 * hour, note="又割接", actor=OPERATOR, now=NOW + 6 * hour)
    maintenance.mark(session, other, until=NOW + hour, note="", actor=OPERATOR, now=NOW)

    def between(begin: float, end: float) -> list[tuple[float, float, str]]:
        found = maintenance.marks_between(session, ObjectKind.LINE, NOW + begin * hour, NOW + end * hour, line.id)
        return [((one.since - NOW) / hour, (one.until - NOW) / hour, one.note) for one in found]

    assert between(0, 24) == [(0, 4, "延长"), (6, 8, "又割接")]
    assert between(4, 6) == []
    assert len(maintenance.marks_between(session, ObjectKind.LINE, NOW, NOW + hour)) == 2


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=31)])
def test_a_mark_that_would_not_end_soon_is_refused(session: Session, until: datetime) -> None:
    line = lines.line_named(session, "民政局专线")
    with pytest.raises(MaintenanceEndError):
        maintenance.mark(session, line, until=until, note="", actor=OPERATOR, now=NOW)


def test_what_hangs_on_a_device_are_its_lines_their_units_and_systems(session: Session) -> None:
    core = devices.device_named(session, "CORE-01")
    hit = dependents(session, devices=[core.id])
    assert [line.name for line in hit.lines] == ["卫健局专线", "民政局专线"]
    assert [unit.name for unit in hit.units] == ["卫健局", "民政局"]
    assert [system.name for system in hit.systems] == ["系统1", "系统2"]
    one = dependents(session, lines=[hit.lines[1].id])
    assert [system.name for system in one.systems] == ["系统1"]
    assert dependents(session).units == []


def test_ports_are_made_once_and_keep_their_first_name(session: Session) -> None:
    core = devices.device_named(session, "CORE-01")
    ledger = ensure_ports(session, core.id, ["GE0/0/1"])
    found = ensure_ports(session, core.id, ["GigabitEthernet0/0/1", "Vlanif10"], {"GigabitEthernet0/0/1": "to 民政局"})
    assert found["GigabitEthernet0/0/1"] == ledger["GE0/0/1"]
    port = session.get_one(Port, ledger["GE0/0/1"])
    assert (port.name, port.alias) == ("GE0/0/1", "to 民政局")
    ensure_ports(session, core.id, ["GE0/0/1"], {"GE0/0/1": "something else"})
    assert port.alias == "to 民政局"
    assert session.query(Port).count() == 2


@pytest.mark.parametrize(
    "same",
    [
        ("GE1/0/1", "GigabitEthernet1/0/1", "gi1/0/1", "GE 1/0/1"),
        ("XGE0/0/1", "XGigabitEthernet0/0/1", "Ten-GigabitEthernet0/0/1", "10GE0/0/1"),
        ("Eth-Trunk1", "eth-trunk 1"),
        ("eth0",),
    ],
)
def test_spellings_of_one_port_are_one_port(same: tuple[str, ...]) -> None:
    assert len({port_key(name) for name in same}) == 1


def test_different_ports_stay_different() -> None:
    others = ["GE1/0/1", "GE1/0/11", "XGE1/0/1", "25GE1/0/1", "GE1/0/1.100", "Vlanif1", "Eth-Trunk1", "mgmt", "电口1"]
    assert len({port_key(name) for name in others}) == len(others)
