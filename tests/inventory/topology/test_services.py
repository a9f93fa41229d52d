"""A county in small: a switch on a line and its backup, one on an island, an office at a line without a device."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from inventory.errors import StationUnknownError
from inventory.kinds import Carrier, DeviceRole, Effect, LifeCycle, LineKind, LinkState, ObjectKind
from inventory.models import BusinessSystem, Device, Line, Link, Port, Unit
from inventory.scope import Scope
from inventory.topology import stored
from inventory.topology.cuts import Element, Vertex
from inventory.topology.derivation import derive
from inventory.topology.listing import links_of
from inventory.topology.observed import KnownDevice, KnownPort, Neighbour, Observed
from inventory.topology.record import record_links
from inventory.topology.services import impact_of, root_of, uplinks_of, vertex_of
from security import audit

Thing = TypeVar("Thing", Device, Line, Unit)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.write_engine, expire_on_commit=False) as session:
        civil, health, tax = Unit(name="民政局"), Unit(name="卫健局"), Unit(name="税务局")
        core = Device(name="CORE", role=DeviceRole.CORE_SWITCH, ports=[Port(name=f"GE{n}") for n in range(1, 5)])
        one = Device(name="SW-1", role=DeviceRole.ACCESS_SWITCH, unit=civil, ports=[Port(name="GE1"), Port(name="GE2")])
        two = Device(name="SW-2", role=DeviceRole.ACCESS_SWITCH, unit=health, ports=[Port(name="GE1")])
        session.add_all([civil, health, tax, core, one, two])
        session.flush()
        line = {"carrier": Carrier.TELECOM, "kind": LineKind.MSTP, "a_device": core}
        ge = core.ports
        main = Line(name="民政主", a_port=ge[0], b_device=one, b_port=one.ports[0], unit=civil, **line)
        spare = Line(name="民政备", a_port=ge[1], b_device=one, b_port=one.ports[1], backup_of=main, unit=civil, **line)
        lone = Line(name="税务", a_port=ge[2], unit=tax, b_address="10.9.0.1", **line)
        session.add_all([main, spare, lone])
        session.add(BusinessSystem(name="低保", lines=[main], devices=[]))
        session.add(BusinessSystem(name="税收", units=[tax]))
        session.flush()
        yield session
        session.rollback()


def thing(session: Session, kind: type[Thing], name: str) -> Thing:
    return session.scalars(select(kind).where(kind.name == name)).one()


def hits(session: Session, failing: Vertex, scope: Scope | None = None) -> dict[str, Effect]:
    return {hit.name: hit.effect for hit in impact_of(session, failing, scope=scope or Scope())}


def see(session: Session, *neighbours: tuple[str, str, str, str], at: datetime = NOW) -> dict[str, int]:
    """What the devices say of each other: device, port, far device, far port."""
    devices = session.scalars(select(Device)).all()
    known = [
        KnownDevice(one.id, one.name, "", one.address, [KnownPort(port.id, port.name) for port in one.ports])
        for one in devices
    ]
    ids = {one.name: one.id for one in devices}
    said = [Neighbour(ids[who], port, far, far_port, "lldp", at) for who, port, far, far_port in neighbours]
    changed = record_links(session, derive(Observed(known, said)), at, audit.SYSTEM)
    return {"new": len(changed.new), "gone": len(changed.gone), "moved": len(changed.moved)}


def told(session: Session) -> list[dict[str, Any]]:
    """What the audit log has of changed links, newest first."""
    found = audit.find(session, audit.Filter(event=Event.LINKS_CHANGED)).records
    return [record.detail for record in found]


def test_a_line_with_a_backup_loses_redundancy_and_one_without_is_cut_off(session: Session) -> None:
    assert hits(session, vertex_of(thing(session, Line, "民政主"))) == {
        "民政局": Effect.LESS_REDUNDANT,
        "低保": Effect.LESS_REDUNDANT,
    }
    assert hits(session, vertex_of(thing(session, Line, "税务"))) == {"税务局": Effect.CUT_OFF, "税收": Effect.CUT_OFF}


def test_a_port_is_as_bad_as_what_hangs_on_it(session: Session) -> None:
    ports = thing(session, Device, "CORE").ports
    assert hits(session, vertex_of(ports[0]))["民政局"] is Effect.LESS_REDUNDANT
    assert hits(session, vertex_of(ports[2]))["税务局"] is Effect.CUT_OFF
    assert hits(session, vertex_of(ports[3])) == {}


def test_the_failure_of_the_core_cuts_off_whoever_was_reached(session: Session) -> None:
    found = hits(session, vertex_of(thing(session, Device, "CORE")))
    assert found == dict.fromkeys(("民政局", "税务局", "低保", "税收"), Effect.CUT_OFF)


def test_of_what_stands_on_an_island_nothing_is_claimed(session: Session) -> None:
    lonely = thing(session, Device, "SW-2")
    assert hits(session, vertex_of(lonely)) == {"卫健局": Effect.UNKNOWN}
    assert not uplinks_of(session, [lonely.id])[lonely.id].reaches


def test_a_link_that_is_seen_joins_the_island(session: Session) -> None:
    see(session, ("CORE", "GE4", "SW-2", "GE1"))
    lonely = thing(session, Device, "SW-2")
    assert hits(session, vertex_of(lonely)) == {"卫健局": Effect.CUT_OFF}
    kinds = [point.kind for point in uplinks_of(session, [lonely.id])[lonely.id].points]
    assert kinds == [Element.PORT, Element.LINK, Element.PORT]


def test_a_reader_sees_the_units_of_his_scope_and_the_systems_that_need_them(session: Session) -> None:
    scope = Scope.units([thing(session, Unit, "税务局").id])
    found = hits(session, vertex_of(thing(session, Device, "CORE")), scope)
    assert found == {"税务局": Effect.CUT_OFF, "税收": Effect.CUT_OFF}
    assert hits(session, vertex_of(thing(session, Device, "CORE")), Scope.units([])) == {}


def test_the_worst_comes_first(session: Session) -> None:
    see(session, ("SW-1", "GE3", "SW-2", "GE1"))
    found = impact_of(session, vertex_of(thing(session, Device, "SW-1")))
    assert [hit.effect for hit in found] == sorted((hit.effect for hit in found), key=list(Effect).index)
    assert {hit.kind for hit in found} == {ObjectKind.UNIT, ObjectKind.SYSTEM}


def test_between_two_core_switches_the_station_has_to_be_named(session: Session) -> None:
    session.add(Device(name="CORE-2", role=DeviceRole.CORE_SWITCH))
    session.flush()
    with pytest.raises(StationUnknownError):
        root_of(session)
    assert root_of(session, "CORE-2").id == thing(session, Device, "CORE-2").id
    with pytest.raises(StationUnknownError):
        root_of(session, "CORE-9")


def test_a_moved_cable_is_noticed_and_recorded(session: Session) -> None:
    assert see(session, ("CORE", "GE4", "SW-2", "GE1")) == {"new": 1, "gone": 0, "moved": 0}
    later = NOW + timedelta(hours=1)
    assert see(session, ("CORE", "GE3", "SW-2", "GE1"), at=later) == {"new": 1, "gone": 0, "moved": 1}
    states = {link.a_port: link.state for link in session.scalars(select(Link))}
    assert states == {"GE4": LinkState.MOVED, "GE3": LinkState.PRESENT}
    assert told(session)[0]["moved"] == ["CORE GE4 = SW-2 GE1"]


def test_what_is_the_same_is_not_recorded_again(session: Session) -> None:
    see(session, ("CORE", "GE4", "SW-2", "GE1"))
    assert see(session, ("CORE", "GE4", "SW-2", "GE1")) == {"new": 0, "gone": 0, "moved": 0}
    assert told(session) == [{"new": 1, "gone": 0, "moved": []}]


def test_a_link_that_comes_back_is_the_same_link(session: Session) -> None:
    see(session, ("CORE", "GE4", "SW-2", "GE1"))
    assert see(session) == {"new": 0, "gone": 1, "moved": 0}
    assert see(session, ("CORE", "GE4", "SW-2", "GE1"), at=NOW + timedelta(days=1)) == {"new": 1, "gone": 0, "moved": 0}
    [link] = session.scalars(select(Link)).all()
    assert (link.since, link.seen, link.gone) == (NOW, NOW + timedelta(days=1), None)


def test_a_reader_sees_links_with_an_end_in_his_scope(session: Session) -> None:
    see(session, ("CORE", "GE4", "SW-2", "GE1"), ("CORE", "GE3", "carrier-olt", "0/1"))
    scope = Scope.units([thing(session, Unit, "卫健局").id])
    assert [link.b_name for link in links_of(session, scope=scope)] == ["SW-2"]
    assert len(links_of(session)) == 2


def cable_up(session: Session) -> None:
    see(session, ("CORE", "GE4", "SW-2", "GE1"))


def retire(session: Session) -> None:
    thing(session, Device, "SW-2").life_cycle = LifeCycle.RETIRED


def part_from_its_backup(session: Session) -> None:
    thing(session, Line, "民政备").backup_of = None
    thing(session, Line, "民政备").b_device = thing(session, Device, "SW-2")


def hand_over(session: Session) -> None:
    thing(session, Line, "税务").unit = thing(session, Unit, "卫健局")
    thing(session, Device, "SW-2").unit = None


def need_more(session: Session) -> None:
    session.scalars(select(BusinessSystem).where(BusinessSystem.name == "低保")).one().units = [
        thing(session, Unit, "税务局")
    ]


@pytest.mark.parametrize("change", [cable_up, retire, part_from_its_backup, hand_over, need_more])
def test_what_is_kept_of_the_network_is_never_older_than_the_question(
    session: Session, change: Callable[[Session], None]
) -> None:
    devices = [vertex_of(thing(session, Device, name)) for name in ("CORE", "SW-2")]
    failing = [*devices, *(vertex_of(thing(session, Line, name)) for name in ("民政主", "税务"))]
    before = [hits(session, one) for one in failing]
    change(session)
    session.flush()
    kept = [hits(session, one) for one in failing]
    stored.worked_out.cache_clear()
    assert kept == [hits(session, one) for one in failing]
    assert kept != before


def test_a_network_that_stayed_the_same_is_not_worked_out_again(session: Session) -> None:
    core = vertex_of(thing(session, Device, "CORE"))
    first = stored.known(session, core)
    thing(session, Device, "SW-1").notes = "换过电源"
    session.flush()
    assert stored.known(session, core) is first
