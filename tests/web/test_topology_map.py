"""The map: what it shows to whom, with which states, and who arranges it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from core.database import Database
from inventory.kinds import AdministrativeLevel, Carrier, DeviceRole, LineKind, LinkStanding
from inventory.models import Device, Line, Link, Region, Site, Unit
from security.reach import Reach
from security.roles import Role
from tests.web import county
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]
Found = dict[str, Any]
TOWN = "石塘镇人民政府"
CORE = "HX-核心交换机-01"
CENTRE, SHITANG, CUT, YARD = "县政务中心", "石塘镇", "白沙镇", "石塘镇政府大院"


@pytest.fixture
def places(database: Database, clock: StillClock) -> dict[str, str]:
    """What the overview shows, by name: the centre's site and the townships, each of which has one site."""
    with database.write() as session:
        county.fill(session, clock.now())
        county.wire(session, clock.now())
        county.settle(session)
        session.flush()
        sites = session.execute(select(Site.name, Site.id).where(Site.name == CENTRE))
        towns = session.execute(select(Region.name, Region.id).where(Region.level == AdministrativeLevel.TOWNSHIP))
        found = {name: f"site-{number}" for name, number in sites}
        return found | {name: f"region-{number}" for name, number in towns}


def scene(browser: Browser, query: str = "") -> tuple[dict[str, Found], dict[frozenset[str], Found]]:
    """Nodes by name, edges by the names of their ends."""
    answer = browser.get(f"/topology/map/scene{query}")
    assert answer.status_code == 200, answer.text
    found: Found = answer.json
    nodes = {one["id"]: one for one in found["nodes"]}
    edges = {frozenset({nodes[one["source"]]["name"], nodes[one["target"]]["name"]}): one for one in found["edges"]}
    return {one["name"]: one for one in nodes.values()}, edges


def limited(browse: Browse, database: Database, *units: str) -> Browser:
    with database.read() as session:
        numbers = session.scalars(select(Unit.id).where(Unit.name.in_(units or {TOWN}))).all()
    return browse(person(Role.NETWORK_ADMIN, limits={Role.NETWORK_ADMIN: Reach.to(units=numbers)}))


def main(browser: Browser) -> str:
    return browser.get("/topology/map").text.partition("<main")[2]


def test_it_opens_place_by_place_with_the_worst_of_each(browse: Browse, places: dict[str, str]) -> None:
    nodes, edges = scene(browse(person(Role.NETWORK_ADMIN)))
    assert set(nodes) == set(places)
    assert (nodes[CUT]["state"], nodes[CUT]["word"]) == ("crit", "不可达")
    assert (nodes[SHITANG]["state"], nodes[SHITANG]["devices"]) == ("ok", 2)
    assert (nodes[CENTRE]["state"], nodes[CENTRE]["failing"]) == ("crit", 1)
    assert edges[frozenset({CENTRE, CUT})]["state"] == "crit"
    assert edges[frozenset({CENTRE, SHITANG})]["lines"] == 2
    assert nodes[CENTRE]["y"] < min(one["y"] for name, one in nodes.items() if name != CENTRE)


def test_a_place_opens_to_its_devices_and_its_neighbours(browse: Browse, places: dict[str, str]) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    nodes, edges = scene(browser, f"?at={places[SHITANG]}")
    devices = {name for name, one in nodes.items() if one["kind"] == "device"}
    assert devices == {"JR-石塘镇人民政府", "JR-石塘镇便民服务中心"}
    assert nodes[CENTRE]["opens"] == f"/topology/map?at={places[CENTRE]}"
    assert edges[frozenset({CENTRE, "JR-石塘镇人民政府"})]["lines"] == 1
    centre, _ = scene(browser, f"?at={places[CENTRE]}")
    assert centre[CORE]["page"].startswith("/devices/")


def test_a_township_with_several_places_opens_to_them_first(
    browse: Browse, places: dict[str, str], database: Database
) -> None:
    with database.write() as session:
        town = session.scalars(select(Region).where(Region.name == SHITANG)).one()
        village = Region(name="新华村", level=AdministrativeLevel.VILLAGE, parent=town)
        switch = Device(name="VJ-新华村", role=DeviceRole.ACCESS_SWITCH, site=Site(name="新华村委会", region=village))
        up = session.scalars(select(Device).where(Device.name == "JR-石塘镇人民政府")).one()
        line = {"carrier": Carrier.TELECOM, "kind": LineKind.PON}
        session.add_all([switch, Line(name="新华村专线", a_device=up, b_device=switch, **line)])
    browser = browse(person(Role.NETWORK_ADMIN))
    overview, _ = scene(browser)
    assert "新华村委会" not in overview
    assert overview[SHITANG]["devices"] == 3
    township, edges = scene(browser, f"?at={places[SHITANG]}")
    assert {YARD, "新华村委会", CENTRE} == set(township)
    assert edges[frozenset({YARD, "新华村委会"})]["lines"] == 1
    assert township[CENTRE]["y"] < township[YARD]["y"] < township["新华村委会"]["y"]
    village_map, _ = scene(browser, township["新华村委会"]["opens"].removeprefix("/topology/map"))
    assert set(village_map) == {"VJ-新华村", YARD}


def test_what_nobody_manages_is_shown_where_it_is_asked_for(browse: Browse, places: dict[str, str]) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    assert "carrier-olt" not in scene(browser)[0]
    nodes, edges = scene(browser, "?others=1")
    assert (nodes["carrier-olt"]["word"], nodes["carrier-olt"]["page"]) == ("未纳管", None)
    assert edges[frozenset({CENTRE, "carrier-olt"})]["links"] == 1


def test_a_node_stands_where_it_stands_whoever_looks_and_whatever_is_switched_on(
    browse: Browse, places: dict[str, str], database: Database
) -> None:
    whole, _ = scene(browse(person(Role.NETWORK_ADMIN)))
    more, _ = scene(browse(person(Role.NETWORK_ADMIN)), "?others=1")
    mine, _ = scene(limited(browse, database, TOWN, "白沙镇人民政府"))
    for found in (more, mine):
        both = whole.keys() & found.keys()
        assert both
        for name in both:
            assert [found[name][axis] for axis in "xy"] == [whole[name][axis] for axis in "xy"], name


def test_what_is_outside_the_reach_is_not_on_the_map(
    browse: Browse, places: dict[str, str], database: Database
) -> None:
    browser = limited(browse, database, TOWN, "白沙镇人民政府")
    nodes, edges = scene(browser)
    assert set(nodes) == {SHITANG, CUT}
    assert nodes[SHITANG]["page"] is None, "a site belongs to nobody"
    assert not edges
    assert CENTRE not in main(browser)
    assert browser.get(f"/topology/map/scene?at={places[CENTRE]}").status_code == 404
    assert CENTRE not in scene(browser, f"?at={places[SHITANG]}")[0]


def test_the_only_place_that_somebody_knows_is_open_at_once(
    browse: Browse, places: dict[str, str], database: Database
) -> None:
    browser = limited(browse, database)
    nodes, _ = scene(browser)
    assert set(nodes) == {"JR-石塘镇人民政府", "JR-石塘镇便民服务中心"}
    assert nodes == scene(browser, f"?at={places[SHITANG]}")[0]
    assert SHITANG not in scene(browser, "?others=1")[0]


@pytest.mark.parametrize("at", ["site-9999", "site-x", "device-1", "far_end-1", "x"])
def test_a_place_that_is_none_is_not_there(browse: Browse, places: dict[str, str], at: str) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    for path in ("/topology/map", "/topology/map/scene"):
        assert browser.get(f"{path}?at={at}").status_code == 404


def test_without_javascript_the_page_lists_the_same(browse: Browse, places: dict[str, str]) -> None:
    page = main(browse(person(Role.NETWORK_ADMIN)))
    for name in places:
        assert name in page
    assert page.count("data-node=") == len(places)
    assert page.count("data-edge=") == len(places) - 1
    assert "中心至石塘镇人民政府专线" in page


def test_where_the_station_is_not_known_the_map_says_so(
    browse: Browse, places: dict[str, str], database: Database
) -> None:
    with database.write() as session:
        session.add(Device(name="HX-核心交换机-02", role=DeviceRole.CORE_SWITCH))
    assert "site.station_device" in main(browse(person(Role.NETWORK_ADMIN)))


def test_a_link_in_dispute_shows_on_the_connection(browse: Browse, places: dict[str, str], database: Database) -> None:
    with database.write() as session:
        session.execute(update(Link).where(Link.b_name == "JR-县财政局").values(standing=LinkStanding.CONFLICTING))
    _, edges = scene(browse(person(Role.NETWORK_ADMIN)), f"?at={places[CENTRE]}")
    assert edges[frozenset({CORE, "JR-县财政局"})]["state"] == "warn"


def test_what_is_arranged_stays_and_can_be_arranged_anew(browse: Browse, places: dict[str, str]) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    before, _ = scene(browser)
    node = places[SHITANG]
    answer = browser.post("/topology/map/arrange", {"at": "", "places": json.dumps({node: [777, -55]})})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/topology/map")
    after, _ = scene(browser)
    assert (after[SHITANG]["x"], after[SHITANG]["y"]) == (777, -55)
    inside, _ = scene(browser, f"?at={places[CENTRE]}")
    assert (inside[SHITANG]["x"], inside[SHITANG]["y"]) != (777, -55)
    again = json.dumps({node: [778, -55], "site-9999": [1, 1]})
    assert browser.post("/topology/map/arrange", {"at": "", "places": again}).status_code == 303
    assert scene(browser)[0][SHITANG]["x"] == 778
    browser.post("/topology/map/arrange", {"at": "", "places": "{}"})
    assert scene(browser)[0] == before


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "[]",
        "7",
        '{"site-1": [1]}',
        '{"site-1": [1, 2, 3]}',
        '{"site-1": [1.5, 2]}',
        '{"site-1": [true, 2]}',
        '{"site-1": ["1", 2]}',
        '{"site-1": [10000001, 2]}',
        '{"planet-1": [1, 2]}',
        '{"site-9999": [1, 2]}',
        '{"site-1": null}',
        "[" * 3000,
    ],
)
def test_places_that_cannot_be_used_are_refused(browse: Browse, places: dict[str, str], sent: str) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    assert browser.post("/topology/map/arrange", {"at": "", "places": sent}).status_code == 400
    assert browser.post("/topology/map/arrange", {"at": "x", "places": "{}"}).status_code == 404


def test_only_whose_permission_reaches_everything_arranges_the_map(
    browse: Browse, places: dict[str, str], database: Database
) -> None:
    arranged = {"at": "", "places": '{"site-1": [1, 2]}'}
    for browser, status in ((limited(browse, database), 404), (browse(person(Role.OPERATOR)), 403)):
        assert browser.post("/topology/map/arrange", arranged).status_code == status
        assert "data-movable" not in main(browser)
        assert "/topology/map/arrange" not in main(browser)
