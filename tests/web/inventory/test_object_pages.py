"""The page of each object: its facts, what hangs on it, its history; and where its links lead."""

from collections.abc import Callable

import pytest

from core.database import Database
from inventory.kinds import ObjectKind
from inventory.ledger.state import MODELS
from security.roles import Role
from tests.web.conftest import Browser, person
from tests.web.inventory.conftest import links_in, main_of, number_of
from web.objects.kinds import SLUGS


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_link_of_every_page_leads_somewhere(admin: Browser, county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        numbers = [row.id for row in session.query(MODELS[kind]).all()]
    assert numbers
    for number in numbers:
        page = admin.get(f"/inventory/{SLUGS[kind]}/{number}")
        assert page.status_code == 200
        for link in links_in(page):
            assert admin.get(link).status_code == 200, link


def test_what_hangs_on_a_unit_is_on_its_page(admin: Browser, county: Database) -> None:
    text = main_of(admin.get(f"/inventory/units/{number_of(county, ObjectKind.UNIT, '城关镇人民政府')}"))
    for name in ("SW-02", "城关专线", "城关备线", "行政审批"):
        assert f">{name}</a>" in text
    office = main_of(admin.get(f"/inventory/units/{number_of(county, ObjectKind.UNIT, '电子政务办')}"))
    assert ">王伟</a>" in office
    assert ">政务办公</a>" in office


def test_a_region_leads_up_and_down(admin: Browser, county: Database) -> None:
    text = main_of(admin.get(f"/inventory/regions/{number_of(county, ObjectKind.REGION, '城关镇')}"))
    crumbs = text.partition('class="crumbs"')[2].partition("</p>")[0]
    assert ">青岚县</a>" in crumbs
    assert ">新华村</a>" in text.partition("</header>")[2]


def test_a_site_shows_its_rooms_and_a_vlan_its_subnets(admin: Browser, county: Database) -> None:
    assert ">中心机房</a>" in main_of(admin.get(f"/inventory/sites/{number_of(county, ObjectKind.SITE, '行政中心')}"))
    vlan = main_of(admin.get(f"/inventory/vlans/{number_of(county, ObjectKind.VLAN, '政务办公')}"))
    assert ">10.0.0.0/24</a>" in vlan


def test_devices_and_lines_lead_to_their_monitoring_and_back(admin: Browser, county: Database) -> None:
    for kind, name in ((ObjectKind.DEVICE, "CORE-01"), (ObjectKind.LINE, "城关专线")):
        number, slug = number_of(county, kind, name), SLUGS[kind]
        assert f'href="/{slug}/{number}"' in main_of(admin.get(f"/inventory/{slug}/{number}"))
        assert f'href="/inventory/{slug}/{number}"' in main_of(admin.get(f"/{slug}/{number}"))


def test_the_history_says_who_changed_what_from_what_by_which_way(admin: Browser, county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "SW-02")
    admin.post(f"/inventory/devices/{number}/edit", {"role": "router", "seen": ""})
    for path in (f"/inventory/devices/{number}", f"/inventory/devices/{number}/history"):
        text = main_of(admin.get(path))
        assert "<del>接入交换机</del>" in text
        assert "<ins>路由器</ins>" in text
        assert "台账 · 台账.xlsx" in text
        assert 'href="/inventory/changes/2"' in text
    admin.client.set_cookie("guanjin_language", "en")
    assert "<ins>router</ins>" in main_of(admin.get(f"/inventory/devices/{number}/history"))


def test_who_only_looks_gets_no_way_to_change_and_no_change_set(
    county: Database, browse: Callable[..., Browser]
) -> None:
    text = main_of(browse(person(Role.OPERATOR)).get("/inventory/devices/1"))
    assert "<form" not in text
    for way in ("/edit", "/delete", "/new", "/inventory/changes/"):
        assert way not in text


def test_a_subnet_shows_what_is_taken_free_and_contradictory(admin: Browser, county: Database) -> None:
    """Two devices, an address kept free, the gateway; 10.0.0.1 is given to the device that has it."""
    text = main_of(admin.get(f"/inventory/subnets/{number_of(county, ObjectKind.SUBNET, '10.0.0.0/24')}"))
    assert "<strong>254</strong>" in text
    assert "<strong>4</strong>" in text
    assert "<strong>250</strong>" in text
    assert 'class="address reserved"' in text
    assert 'class="address gateway"' in text
    assert text.count('class="address free"') == 251  # and one in the legend
    assert 'href="/inventory/addresses/new?name=10.0.0.3"' in text
    device = number_of(county, ObjectKind.DEVICE, "SW-02")
    admin.post(f"/inventory/devices/{device}/edit", {"address": "10.0.0.9"})
    text = main_of(admin.get(f"/inventory/subnets/{number_of(county, ObjectKind.SUBNET, '10.0.0.0/24')}"))
    assert "登记为预留，却有人使用" in text


def test_addresses_in_no_subnet_are_listed(admin: Browser, county: Database) -> None:
    assert "所有地址都在" in main_of(admin.get("/inventory/subnets/outside"))
    device = number_of(county, ObjectKind.DEVICE, "SW-02")
    admin.post(f"/inventory/devices/{device}/edit", {"address": "10.9.9.9"})
    admin.post("/inventory/addresses/new", {"name": "10.0.1.1", "purpose": "临时", "use": "assigned"})
    text = main_of(admin.get("/inventory/subnets/outside"))
    assert "10.9.9.9" in text
    assert "10.0.1.1" in text
    assert "10.0.0.1<" not in text
