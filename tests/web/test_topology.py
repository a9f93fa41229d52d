"""The page of links, and who is hit, on the pages of devices, ports and lines."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from core.database import Database
from inventory.kinds import DeviceRole
from inventory.models import Device, Line, Link, Port
from security.reach import Reach
from security.roles import Role
from tests.web import county
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]
ACCESS = "JR-县财政局"


@pytest.fixture
def numbers(database: Database, clock: StillClock) -> dict[str, int]:
    """Of the devices, by name."""
    with database.write() as session:
        county.fill(session, clock.now())
        county.wire(session, clock.now())
        return dict(session.execute(select(Device.name, Device.id)).all())


def main(browser: Browser, path: str) -> str:
    return browser.get(path).text.partition("<main")[2]


def test_links_are_listed_with_their_state_and_who_told(browse: Browse, numbers: dict[str, int]) -> None:
    shown = main(browse(person(Role.NETWORK_ADMIN)), "/topology")
    assert shown.count("<tr>") == 1 + 4
    for word in ("当前可见", "线缆已移动", "两端一致", "未纳管", "可能是 2 台设备之一", "carrier-olt"):
        assert word in shown


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("state=moved", 1),
        ("standing=agreed", 1),
        ("far=other", 2),
        ("q=carrier-olt", 1),
        ("device=x", 0),
        ("q=none", 0),
    ],
)
def test_links_are_narrowed(browse: Browse, numbers: dict[str, int], query: str, rows: int) -> None:
    shown = main(browse(person(Role.NETWORK_ADMIN)), f"/topology?{query}")
    assert shown.count("<tr>") == (1 + rows if rows else 0)


def test_the_neighbours_of_one_device_are_its_links_from_either_end(browse: Browse, numbers: dict[str, int]) -> None:
    shown = main(browse(person(Role.NETWORK_ADMIN)), f"/topology?device={numbers[ACCESS]}")
    assert shown.count("<tr>") == 1 + 1
    assert "HX-核心交换机-01" in shown


def test_the_far_end_outside_the_reach_is_named_without_a_link(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.read() as session:
        unit = session.get_one(Device, numbers[ACCESS]).unit_id
    limits = {Role.NETWORK_ADMIN: Reach.to(units=[unit])}
    shown = main(browse(person(Role.NETWORK_ADMIN, limits=limits)), "/topology")
    assert shown.count("<tr>") == 1 + 1
    assert "HX-核心交换机-01" in shown
    assert f"device={numbers['HX-核心交换机-01']}" not in shown
    assert f"device={numbers[ACCESS]}" in shown


def test_who_is_hit_stands_on_the_pages_of_device_port_and_line(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.read() as session:
        port = session.scalars(select(Port.id).where(Port.device_id == numbers[ACCESS])).first()
        line = session.scalars(select(Line.id).where(Line.b_device_id.is_not(None))).first()
    browser = browse(person(Role.NETWORK_ADMIN))
    for path in (f"/devices/{numbers[ACCESS]}", f"/lines/{line}"):
        shown = main(browser, path).partition("影响范围")[2]
        assert "中断" in shown.partition("</section>")[0], path
    assert "影响范围" in main(browser, f"/devices/{numbers[ACCESS]}/ports/{port}")


def test_where_the_station_hangs_is_asked_for_when_it_is_not_known(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.write() as session:
        session.add(Device(name="HX-核心交换机-02", role=DeviceRole.CORE_SWITCH))
    assert "site.station_device" in main(browse(person(Role.NETWORK_ADMIN)), f"/devices/{numbers[ACCESS]}")


def test_the_search_for_who_is_hit_ends_at_the_readers_reach(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.read() as session:
        core = session.get_one(Device, numbers["HX-核心交换机-01"])
        own = core.unit.name if core.unit else ""
        limits = {Role.NETWORK_ADMIN: Reach.to(units=[core.unit_id or 0])}
    shown = main(browse(person(Role.NETWORK_ADMIN, limits=limits)), f"/devices/{numbers['HX-核心交换机-01']}")
    card = shown.partition("影响范围")[2].partition("</section>")[0]
    assert own in card
    assert "财政局" not in card


# Links that a person states.

UPS, CORE = "UPS-中心机房", "HX-核心交换机-01"


def stating(**changes: str) -> dict[str, object]:
    return {"device": UPS, "port": "ge1/0/1", "far_device": CORE, "far_port": "GE1/0/2", "note": "现场核对"} | changes


def the_link(database: Database) -> tuple[int, str] | None:
    with database.read() as session:
        found = session.execute(select(Link.id, Link.evidence).where(Link.stated_by.is_not(None))).all()
    return (found[0][0], found[0][1]) if found else None


def test_a_stated_link_is_listed_and_withdrawn(browse: Browse, numbers: dict[str, int], database: Database) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    answer = browser.post("/topology/links/new", stating())
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/topology?device={numbers[UPS]}")
    row = next(row for row in main(browser, "/topology").split("<tr>")[1:] if UPS in row)
    for word in ("人工登记", "设备未印证", "现场核对", "GE1/0/1", "GE1/0/2"):
        assert word in row
    assert "当前可见" not in row
    found = the_link(database)
    assert found
    assert f"/topology/links/{found[0]}/withdraw" in row
    assert browser.post(f"/topology/links/{found[0]}/withdraw").status_code == 303
    assert the_link(database) is None
    assert browser.post(f"/topology/links/{found[0]}/withdraw").status_code == 404


def test_the_page_of_a_port_leads_to_the_form_with_its_end_filled_in(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.read() as session:
        port = session.scalars(select(Port).where(Port.device_id == numbers[UPS])).first()
    assert port
    browser = browse(person(Role.NETWORK_ADMIN))
    (form,) = re.findall(
        r'href="(/topology/links/new[^"]*)"', main(browser, f"/devices/{numbers[UPS]}/ports/{port.id}")
    )
    shown = main(browser, unescape(form))
    assert f'value="{UPS}"' in shown
    assert f'value="{port.name}"' in shown


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"port": "GE9/9/9"}, "inventory.port_not_found", 404),
        ({"far_device": UPS}, "inventory.link_loop", 409),
        ({"far_device": "nobody"}, "inventory.not_found", 404),
        ({"far_port": ""}, "web.field_missing", 400),
        ({"port": "x\u0085y"}, "inventory.link_end", 400),
    ],
)
def test_a_form_that_cannot_be_used_comes_back_with_what_was_typed(
    browse: Browse, numbers: dict[str, int], database: Database, changes: dict[str, str], code: str, status: int
) -> None:
    answer = browse(person(Role.NETWORK_ADMIN)).post("/topology/links/new", stating(**changes))
    assert (answer.status_code, code in answer.text) == (status, True)
    assert 'value="现场核对"' in answer.text
    assert the_link(database) is None


def test_both_ends_have_to_be_within_the_reach_of_who_states_or_withdraws(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.read() as session:
        unit = session.get_one(Device, numbers[ACCESS]).unit_id
    limited = browse(person(Role.NETWORK_ADMIN, limits={Role.NETWORK_ADMIN: Reach.to(units=[unit])}))
    assert CORE not in main(limited, "/topology/links/new")
    assert limited.post("/topology/links/new", stating(device=ACCESS, port="GE1/0/9")).status_code == 404
    assert the_link(database) is None
    browse(person(Role.NETWORK_ADMIN)).post("/topology/links/new", stating(device=ACCESS, port="GE1/0/9"))
    found = the_link(database)
    assert found
    row = next(row for row in main(limited, "/topology").split("<tr>") if "GE1/0/9" in row)
    assert "withdraw" not in row
    assert limited.post(f"/topology/links/{found[0]}/withdraw").status_code == 404
    assert the_link(database) == found


# The way up, on the page of a device.


def way_up(browser: Browser, number: int) -> str:
    return main(browser, f"/devices/{number}").partition("上行路径")[2].partition("</section>")[0]


def test_the_page_of_a_device_names_the_single_points_of_failure_on_its_way_up(
    browse: Browse, numbers: dict[str, int]
) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    shown = way_up(browser, numbers["JR-县教育局"])
    assert "单点故障" in shown
    assert "中心至县教育局专线" in shown
    assert "管理站就接在本设备上" in way_up(browser, numbers[CORE])
    assert "无法判断" in way_up(browser, numbers[UPS])


def test_what_cuts_a_device_off_outside_the_reach_is_counted_and_not_named(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.read() as session:
        unit = session.get_one(Device, numbers["JR-县教育局"]).unit_id
    limits = {Role.NETWORK_ADMIN: Reach.to(units=[unit])}
    shown = way_up(browse(person(Role.NETWORK_ADMIN, limits=limits)), numbers["JR-县教育局"])
    assert "在你负责的范围之外" in shown
    assert CORE not in shown
    assert "中心至县教育局专线" in shown


def test_a_station_that_is_not_set_is_said_and_not_guessed(
    browse: Browse, numbers: dict[str, int], database: Database
) -> None:
    with database.write() as session:
        session.add(Device(name="HX-核心交换机-02", role=DeviceRole.CORE_SWITCH))
    assert "site.station_device" in way_up(browse(person(Role.NETWORK_ADMIN)), numbers[ACCESS])
