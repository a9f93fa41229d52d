"""Links, ways up and who is hit, for programs."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.database import Database
from inventory.kinds import DeviceRole
from inventory.models import Device, Line
from security.roles import Role
from tests.web import county
from tests.web.api.conftest import Program
from tests.web.api.test_paging import pages
from tests.web.conftest import StillClock

CORE, ACCESS, UPS = "HX-核心交换机-01", "JR-县财政局", "UPS-中心机房"


@pytest.fixture
def numbers(sample: Database, clock: StillClock) -> dict[str, int]:
    """Of devices and lines, by name."""
    with sample.write() as session:
        county.wire(session, clock.now())
        devices = dict(session.execute(select(Device.name, Device.id)).all())
        return devices | dict(session.execute(select(Line.name, Line.id)).all())


def test_links_come_page_by_page_and_are_narrowed_in_the_database(
    program: Callable[..., Program], numbers: dict[str, int]
) -> None:
    asking = program(Role.OPERATOR)
    whole = asking.items("/topology/links")
    assert len(whole) == 4
    assert pages(asking, "/topology/links?limit=1") == whole
    assert len(asking.items("/topology/links?state=moved")) == 1
    assert len(asking.items("/topology/links?standing=agreed")) == 1
    assert len(asking.items(f"/topology/links?device_id={numbers[ACCESS]}")) == 1


def test_a_link_is_stated_once_and_withdrawn(program: Callable[..., Program], numbers: dict[str, int]) -> None:
    asking = program(Role.NETWORK_ADMIN)
    body = {"device_id": numbers[UPS], "port": "GE1/0/1", "far_device_id": numbers[CORE], "far_port": "GE1/0/2"}
    made = asking.ask("/topology/links", "POST", json=body)
    assert made.status_code == 201
    assert made.json
    assert (made.json["evidence"], made.json["standing"]) == (["stated"], "unconfirmed")
    again = asking.ask("/topology/links", "POST", json=body)
    assert (again.status_code, (again.json or {})["code"]) == (409, "inventory.link_taken")
    assert asking.ask(f"/topology/links/{made.json['id']}", "DELETE").status_code == 204
    assert asking.ask(f"/topology/links/{made.json['id']}", "DELETE").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("device_id", 9999), ("port", "GE9/9/9"), ("far_device_id", 9999), ("far_port", " ")]
)
def test_an_end_that_is_none_is_named_by_its_field(
    program: Callable[..., Program], numbers: dict[str, int], field: str, value: object
) -> None:
    body = {"device_id": numbers[UPS], "port": "GE1/0/1", "far_device_id": numbers[CORE], "far_port": "GE1/0/2"}
    answer = program(Role.NETWORK_ADMIN).ask("/topology/links", "POST", json=body | {field: value})
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["code"] == "api.fields"
    assert field in answer.json["facts"]["fields"]


def test_a_link_that_devices_tell_of_cannot_be_withdrawn(
    program: Callable[..., Program], numbers: dict[str, int]
) -> None:
    asking = program(Role.NETWORK_ADMIN)
    number = asking.items("/topology/links")[0]["id"]
    assert asking.ask(f"/topology/links/{number}", "DELETE").status_code == 404


def test_a_limited_token_names_the_other_end_without_its_number(
    program: Callable[..., Program], numbers: dict[str, int], sample: Database
) -> None:
    with sample.read() as session:
        unit = session.get_one(Device, numbers[ACCESS]).unit_id
    asking = program(Role.UNIT_ADMIN, unit_id=unit)
    (link,) = asking.items("/topology/links")
    ends: list[dict[str, object]] = link["ends"]  # type: ignore[assignment]
    by_name = {end["name"]: end["device_id"] for end in ends}
    assert by_name == {CORE: None, ACCESS: numbers[ACCESS]}
    assert asking.get(f"/inventory/devices/{numbers[CORE]}/impact").status_code == 404
    assert asking.get(f"/inventory/devices/{numbers[CORE]}/uplink").status_code == 404
    way = asking.get(f"/inventory/devices/{numbers[ACCESS]}/uplink").json
    assert way
    assert way["station"]["name"] is None
    assert {"kind": "line", "id": numbers["中心至县财政局专线"], "name": "中心至县财政局专线"} in way["points"]


def test_who_is_hit_by_a_device_a_port_and_a_line(program: Callable[..., Program], numbers: dict[str, int]) -> None:
    asking = program(Role.OPERATOR)
    device, line = numbers["JR-县教育局"], numbers["中心至县教育局专线"]
    port = asking.items(f"/devices/{device}/ports")[0]["id"]
    for path in (f"devices/{device}", f"devices/{device}/ports/{port}", f"lines/{line}"):
        found = asking.items(f"/inventory/{path}/impact")
        assert ("县教育局", "cut_off") in {(one["name"], one["effect"]) for one in found}, path
    assert asking.get(f"/inventory/devices/{device}/ports/999/impact").status_code == 404


def test_the_way_up_names_its_single_points_of_failure(
    program: Callable[..., Program], numbers: dict[str, int]
) -> None:
    asking = program(Role.OPERATOR)
    way = asking.get(f"/inventory/devices/{numbers['JR-县教育局']}/uplink").json
    assert way
    assert (way["reaches"], way["station"]["name"]) == (True, CORE)
    assert [point["kind"] for point in way["points"]] == ["port", "line", "port"]
    island = asking.get(f"/inventory/devices/{numbers[UPS]}/uplink").json
    assert island
    assert (island["reaches"], island["points"]) == (False, [])


def test_where_the_station_is_not_known_the_answer_is_refused_with_what_to_set(
    program: Callable[..., Program], numbers: dict[str, int], sample: Database
) -> None:
    with sample.write() as session:
        session.add(Device(name="HX-核心交换机-02", role=DeviceRole.CORE_SWITCH))
    for what in ("impact", "uplink"):
        answer = program(Role.OPERATOR).get(f"/inventory/devices/{numbers[ACCESS]}/{what}")
        assert (answer.status_code, (answer.json or {})["code"]) == (400, "inventory.station_unknown")
        assert "site.station_device" in (answer.json or {})["hint"]
