"""Lists of every kind: searched, narrowed, sorted and paged in the database, each one an address."""

import re
from collections.abc import Callable

import pytest

from core.database import Database
from inventory.changes.importing import import_ledger
from inventory.kinds import ObjectKind
from security.reach import Reach
from security.roles import Role
from tests.inventory.sheets import workbook
from tests.web.conftest import Browser, StillClock, person
from tests.web.inventory.conftest import IMPORTER, links_in, main_of, number_of
from web.objects.kinds import SLUGS


def rows(text: str) -> list[str]:
    """The first cell of each row."""
    return re.findall(r"<tr>\s*<td><span class=\"cut wide\">.*?<a href=\"[^\"]*\">([^<]*)</a>", text, re.DOTALL)


def test_the_entry_counts_every_kind(admin: Browser) -> None:
    text = main_of(admin.get("/inventory"))
    for slug in SLUGS.values():
        assert f'href="/inventory/{slug}"' in text
    assert re.search(r"设备</span><strong>2<", text)
    assert re.search(r"行政区划</span><strong>5<", text)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_link_of_a_list_leads_somewhere(admin: Browser, kind: ObjectKind) -> None:
    answer = admin.get(f"/inventory/{SLUGS[kind]}")
    assert rows(answer.text)
    for link in links_in(answer):
        assert admin.get(link).status_code == 200, link


def test_words_are_in_the_readers_language(admin: Browser) -> None:
    assert "核心交换机" in admin.get("/inventory/devices").text
    admin.client.set_cookie("guanjin_language", "en")
    text = admin.get("/inventory/devices").text
    assert "core switch" in text
    assert "核心交换机" not in text
    assert "Life cycle" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("units?q=政务", ["电子政务办"]),
        ("units?q=dzzw", ["电子政务办"]),
        ("devices?q=10.0.0.2", ["SW-02"]),
        ("devices?role=core_switch", ["CORE-01"]),
        ("devices?role=nonsense", []),
        ("devices?tag=双电源", ["CORE-01"]),
        ("devices?tag=双", []),
        ("devices?sort=-name", ["SW-02", "CORE-01"]),
        ("devices?sort=site", ["SW-02", "CORE-01"]),
        ("devices?unit=99999999999999999999", []),
        ("devices?sort=nonsense", ["CORE-01", "SW-02"]),
        ("lines?sort=-bandwidth_bps", ["城关专线", "城关备线"]),
        ("addresses?use=reserved", ["10.0.0.9"]),
    ],
)
def test_a_list_is_what_its_address_asks_for(admin: Browser, asked: str, found: list[str]) -> None:
    assert rows(admin.get(f"/inventory/{asked}").text) == found


def test_a_reference_narrows_a_list(admin: Browser, county: Database) -> None:
    number = number_of(county, ObjectKind.UNIT, "城关镇人民政府")
    assert rows(admin.get(f"/inventory/devices?unit={number}").text) == ["SW-02"]
    assert rows(admin.get(f"/inventory/systems?units={number}").text) == ["行政审批"]
    rack = number_of(county, ObjectKind.RACK, "A01")
    assert rows(admin.get(f"/inventory/devices?rack={rack}").text) == ["CORE-01"]
    assert "取消筛选" in main_of(admin.get(f"/inventory/devices?rack={rack}"))


def test_addresses_stand_in_the_order_of_their_numbers(admin: Browser, county: Database, clock: StillClock) -> None:
    cells = [["IP地址"], ["10.0.0.100"], ["10.0.0.20"], ["9.0.0.1"]]
    with county.write() as session:
        import_ledger(session, workbook({"IP地址": cells}), IMPORTER, now=clock.now())
    expected = ["9.0.0.1", "10.0.0.1", "10.0.0.9", "10.0.0.20", "10.0.0.100"]
    assert rows(admin.get("/inventory/addresses").text) == expected


def test_a_long_list_has_pages_that_keep_what_was_asked(admin: Browser, county: Database, clock: StillClock) -> None:
    cells = [["名称", "角色"], *([f"AP-{number:03}", "接入交换机"] for number in range(120))]
    with county.write() as session:
        import_ledger(session, workbook({"设备": cells}), IMPORTER, now=clock.now())
    second = admin.get("/inventory/devices?q=AP&sort=-name&page=2")
    assert rows(second.text)[0] == "AP-069"
    assert "第 51" in main_of(second)
    assert 'rel="next" href="/inventory/devices?q=AP&sort=-name&page=3"' in main_of(second)
    assert "没有符合条件" in main_of(admin.get("/inventory/devices?q=nobody"))


def test_a_limited_reader_sees_lists_and_counts_of_the_own_reach(
    county: Database, browse: Callable[..., Browser]
) -> None:
    unit = number_of(county, ObjectKind.UNIT, "城关镇人民政府")
    browser = browse(person(Role.UNIT_ADMIN, unit_id=unit))
    text = main_of(browser.get("/inventory"))
    assert re.search(r"设备</span><strong>1<", text)
    assert re.search(r"地点</span><strong>0<", text)
    assert "/new" not in text
    assert rows(browser.get("/inventory/devices").text) == ["SW-02"]
    assert rows(browser.get("/inventory/contacts").text) == []
    own = browse(person(Role.UNIT_ADMIN, unit_id=number_of(county, ObjectKind.UNIT, "电子政务办")))
    assert rows(own.get("/inventory/contacts").text) == ["王伟"]
    assert rows(own.get("/inventory/vlans").text) == ["政务办公"]


def test_what_may_not_be_opened_is_no_link(county: Database, browse: Callable[..., Browser]) -> None:
    """The name of the own device's site is part of the device; the site's page is not the reader's."""
    unit = number_of(county, ObjectKind.UNIT, "城关镇人民政府")
    for limits in ({}, {Role.NETWORK_ADMIN: Reach.to(units=[unit])}):
        role = Role.NETWORK_ADMIN if limits else Role.UNIT_ADMIN
        browser = browse(person(role, unit_id=unit, limits=limits))
        switch = browser.get(f"/inventory/devices/{number_of(county, ObjectKind.DEVICE, 'SW-02')}")
        assert "新华村部" in main_of(switch)
        assert "/inventory/sites/" not in main_of(switch)
        for link in links_in(switch):
            assert browser.get(link).status_code == 200, link
