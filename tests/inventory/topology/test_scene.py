"""What a view of the map holds: places, a place opened, and no more than a reader's reach."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from inventory.kinds import AdministrativeLevel, Carrier, DeviceRole, LifeCycle, LineKind, LinkStanding, LinkState
from inventory.models import Device, Line, Link, Region, Room, Site, Unit
from inventory.topology.arranging import arrange, kept
from inventory.topology.cuts import Element
from inventory.topology.layout import Place
from inventory.topology.scene import (
    NOWHERE,
    OTHERS,
    NodeKey,
    NodeKind,
    Scene,
    Strand,
    Wiring,
    first,
    inside,
    opened,
    overview,
    reached,
)
from inventory.topology.wiring import wiring_of
from security import audit

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
CENTRE, TOWN, VILLAGE = (NodeKey(NodeKind.SITE, number) for number in (1, 2, 3))
CARRIER = NodeKey(NodeKind.NEIGHBOUR, 14)
CORE, SWITCH, TOWN_SWITCH, VILLAGE_SWITCH = 1, 2, 3, 4


def dev(number: int) -> NodeKey:
    return NodeKey(NodeKind.DEVICE, number)


WIRING = Wiring(
    {CORE: CENTRE, SWITCH: CENTRE, TOWN_SWITCH: TOWN, VILLAGE_SWITCH: VILLAGE},
    {CENTRE: "县中心", TOWN: "石塘镇", VILLAGE: "新华村", CARRIER: "carrier-olt"},
    [
        Strand(Element.LINK, 11, CORE, SWITCH),
        Strand(Element.LINE, 12, CORE, TOWN_SWITCH),
        Strand(Element.LINK, 13, TOWN_SWITCH, CORE),
        Strand(Element.LINK, 14, TOWN_SWITCH, CARRIER),
        Strand(Element.LINE, 15, TOWN_SWITCH, VILLAGE_SWITCH),
    ],
)


def numbers(scene: Scene) -> dict[tuple[NodeKey, NodeKey], list[int]]:
    return {ends: [strand.id for strand in found] for ends, found in scene.edges.items()}


def test_the_overview_joins_places_and_hides_what_runs_inside_one() -> None:
    found = overview(WIRING, CORE)
    assert found.root == CENTRE
    assert found.devices == {CENTRE: [CORE, SWITCH], TOWN: [TOWN_SWITCH], VILLAGE: [VILLAGE_SWITCH], CARRIER: []}
    assert numbers(found) == {(CENTRE, TOWN): [12, 13], (TOWN, CARRIER): [14], (TOWN, VILLAGE): [15]}


def test_a_place_opens_to_its_devices_and_the_places_next_to_it() -> None:
    found = inside(WIRING, TOWN, CORE)
    assert set(found.devices) == {dev(TOWN_SWITCH), CENTRE, VILLAGE, CARRIER}
    assert found.root == CENTRE, "the place on the way to the management station"
    assert numbers(found) == {
        (CENTRE, dev(TOWN_SWITCH)): [12, 13],
        (dev(TOWN_SWITCH), CARRIER): [14],
        (VILLAGE, dev(TOWN_SWITCH)): [15],
    }
    assert inside(WIRING, CENTRE, CORE).root == dev(CORE)
    assert inside(WIRING, CENTRE, None).root is None


def test_places_in_a_township_stand_together_until_it_is_opened() -> None:
    township = NodeKey(NodeKind.REGION, 9)
    wiring = replace(WIRING, townships={TOWN: township, VILLAGE: township})
    assert set(overview(wiring, CORE).devices) == {CENTRE, township, CARRIER}
    found = inside(wiring, township, CORE)
    assert (set(found.devices), found.root) == ({CENTRE, TOWN, VILLAGE, CARRIER}, CENTRE)
    found = inside(wiring, VILLAGE, CORE)
    assert (set(found.devices), found.root) == ({TOWN, dev(VILLAGE_SWITCH)}, TOWN)
    assert inside(wiring, township, VILLAGE_SWITCH).root == VILLAGE
    assert opened(wiring, township) == township
    assert opened(replace(wiring, townships={TOWN: township}), township) == TOWN


def test_the_first_view_is_the_only_place_that_is_known_or_the_overview() -> None:
    township = NodeKey(NodeKind.REGION, 9)
    wiring = replace(WIRING, townships={TOWN: township, VILLAGE: township})
    assert first(wiring, {TOWN_SWITCH}) == township, "with the places in it"
    assert first(replace(wiring, townships={TOWN: township}), {TOWN_SWITCH}) == TOWN
    assert first(WIRING, {CORE, SWITCH}) == CENTRE
    assert first(WIRING, {CORE, TOWN_SWITCH}) is None
    assert first(WIRING, ()) is None


def test_what_is_outside_the_reach_is_not_there_and_what_nobody_manages_only_where_asked_for() -> None:
    whole = overview(WIRING, CORE)
    mine = {TOWN_SWITCH, VILLAGE_SWITCH}
    found = reached(whole, mine, WIRING.strands, others=False)
    assert (set(found.devices), numbers(found)) == ({TOWN, VILLAGE}, {(TOWN, VILLAGE): [15]})
    found = reached(whole, mine, WIRING.strands, others=True)
    assert set(found.devices) == {TOWN, VILLAGE, CARRIER}
    found = reached(whole, mine, [one for one in WIRING.strands if one.id != 15], others=False)
    assert numbers(found) == {}


@given(st.sets(st.integers(1, 4)), st.sets(st.sampled_from([11, 12, 13, 14, 15])), st.sampled_from([True, False]))
def test_no_reach_shows_a_device_or_strand_of_another(devices: set[int], allowed: set[int], others: object) -> None:
    strands = [one for one in WIRING.strands if one.id in allowed]
    for scene in (overview(WIRING, CORE), inside(WIRING, TOWN, CORE)):
        found = reached(scene, devices, strands, others=bool(others))
        assert {one for held in found.devices.values() for one in held} <= devices
        for ends, shown in found.edges.items():
            assert set(ends) <= set(found.devices)
            for strand in shown:
                assert strand.id in allowed
                assert set(strand.devices) <= devices
        assert others or not any(node.kind in OTHERS for node in found.devices)


@pytest.mark.parametrize("key", [CENTRE, NOWHERE, dev(7), CARRIER, NodeKey(NodeKind.FAR_END, 3)])
def test_a_node_is_known_again_by_its_text(key: NodeKey) -> None:
    assert NodeKey.parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "site", "site-", "site-x", "planet-3", "site--1", "site-²", f"site-{'9' * 11}"])
def test_another_text_is_no_node(text: str) -> None:
    assert NodeKey.parse(text) is None


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.write_engine) as session:
        yield session
        session.rollback()


def test_where_a_device_stands_is_its_own_site_its_rooms_its_units_or_the_units_region(session: Session) -> None:
    town = Region(name="石塘镇", level=AdministrativeLevel.TOWNSHIP)
    sites = [Site(name=name) for name in ("甲", "乙", "丙")]
    at_site, in_region = Unit(name="甲局", site=sites[2]), Unit(name="乙局", region=town)
    room = Room(name="机房", site=sites[1])
    wanted = {
        "own": Device(site=sites[0], room=room, unit=at_site),
        "room": Device(room=room, unit=at_site),
        "unit": Device(unit=at_site),
        "region": Device(unit=in_region),
        "nowhere": Device(),
        "retired": Device(site=sites[0], life_cycle=LifeCycle.RETIRED),
    }
    for name, device in wanted.items():
        device.name, device.role = name, DeviceRole.ACCESS_SWITCH
    session.add_all(wanted.values())
    session.flush()
    at = wiring_of(session).at
    assert {name: at.get(device.id) for name, device in wanted.items()} == {
        **{name: NodeKey(NodeKind.SITE, site.id) for name, site in zip(("own", "room", "unit"), sites, strict=True)},
        "region": NodeKey(NodeKind.REGION, town.id),
        "nowhere": NOWHERE,
        "retired": None,
    }


def test_the_township_of_a_place_is_found_through_villages_and_loops_of_parents(session: Session) -> None:
    county = Region(name="县", level=AdministrativeLevel.COUNTY)
    town = Region(name="石塘镇", level=AdministrativeLevel.TOWNSHIP, parent=county)
    village = Region(name="新华村", level=AdministrativeLevel.VILLAGE, parent=town)
    one, other = (Region(name=name, level=AdministrativeLevel.VILLAGE) for name in "甲乙")
    sites = [Site(name=region.name, region=region) for region in (county, town, village, one)]
    session.add_all([*sites, other])
    session.flush()
    session.execute(update(Region).where(Region.id == one.id).values(parent_id=other.id))
    session.execute(update(Region).where(Region.id == other.id).values(parent_id=one.id))
    key = NodeKey(NodeKind.REGION, town.id)
    places = [NodeKey(NodeKind.REGION, town.id), NodeKey(NodeKind.REGION, village.id)]
    places += [NodeKey(NodeKind.SITE, site.id) for site in sites[1:3]]
    assert wiring_of(session).townships == dict.fromkeys(places, key)


def test_what_nobody_manages_is_one_node_a_name_and_a_link_that_is_gone_is_none(session: Session) -> None:
    core = Device(name="CORE", role=DeviceRole.CORE_SWITCH)
    session.add(core)
    session.flush()
    common = {"a_device_id": core.id, "a_port": "GE1", "b_port": "1", "evidence": "lldp", "since": NOW, "seen": NOW}
    session.add_all(
        Link(key=str(number), b_name=name, state=state, standing=LinkStanding.ONE_END, **common)
        for number, (name, state) in enumerate(
            [("olt", LinkState.PRESENT), ("OLT", LinkState.PRESENT), ("gone", LinkState.GONE)]
        )
    )
    session.add(Line(name="税务专线", carrier=Carrier.TELECOM, kind=LineKind.PON, a_device=core))
    session.flush()
    found = wiring_of(session)
    assert [(strand.kind, str(strand.b).partition("-")[0]) for strand in found.strands] == [
        (Element.LINK, "neighbour"),
        (Element.LINK, "neighbour"),
        (Element.LINE, "far_end"),
    ]
    named = {found.names[strand.b] for strand in found.strands if isinstance(strand.b, NodeKey)}
    assert named == {"olt", "税务专线"}


def test_where_nodes_were_put_is_kept_scene_by_scene_and_recorded_once(session: Session) -> None:
    actor = audit.Actor("zhangwei", "person")
    arrange(session, None, {CENTRE: Place(3, -4), TOWN: Place(5, 6)}, actor=actor)
    arrange(session, TOWN, {CENTRE: Place(7, 8)}, actor=actor)
    arrange(session, None, {TOWN: Place(50, 60)}, actor=actor)
    assert kept(session, None) == {CENTRE: Place(3, -4), TOWN: Place(50, 60)}
    assert kept(session, TOWN) == {CENTRE: Place(7, 8)}
    arrange(session, None, {}, actor=actor)
    assert (kept(session, None), kept(session, TOWN)) == ({}, {CENTRE: Place(7, 8)})
    records = audit.find(session, audit.Filter(event=Event.MAP_ARRANGED)).records
    assert [(one.subject, one.detail) for one in records] == [
        ("map:all", {"nodes": 0}),
        ("map:all", {"nodes": 1}),
        (f"map:{TOWN}", {"nodes": 1}),
        ("map:all", {"nodes": 2}),
    ]
