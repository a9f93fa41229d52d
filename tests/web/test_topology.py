"""The page of links, and who is hit, on the pages of devices, ports and lines."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.database import Database
from inventory.kinds import DeviceRole
from inventory.models import Device, Line, Port
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
