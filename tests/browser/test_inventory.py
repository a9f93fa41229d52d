"""The inventory in a real browser: for each kind new, changed by two, looked back on, deleted, brought back."""

import pytest
from playwright.sync_api import Browser

from inventory.kinds import ObjectKind
from tests.browser.conftest import County
from tests.browser.walker import Language, Walker
from web.objects.kinds import SLUGS

pytestmark = pytest.mark.slow

# What each kind needs at least; the county of the browser's tests has these regions, sites, units and rooms.
NEW: dict[ObjectKind, dict[str, str]] = {
    ObjectKind.REGION: {"name": "东坪镇", "level": "township"},
    ObjectKind.SITE: {"name": "东坪镇政府大院"},
    ObjectKind.UNIT: {"name": "东坪镇人民政府"},
    ObjectKind.CONTACT: {"unit": "县财政局", "name": "李娜"},
    ObjectKind.ROOM: {"site": "县政务中心", "name": "配线间"},
    ObjectKind.RACK: {"room": "县政务中心/中心机房", "name": "B-02"},
    ObjectKind.DEVICE: {"name": "SW-09", "role": "access_switch", "unit": "县财政局"},
    ObjectKind.LINE: {"name": "东坪专线", "carrier": "telecom", "kind": "mstp"},
    ObjectKind.VLAN: {"name": "视频会议", "vid": "20"},
    ObjectKind.SUBNET: {"name": "10.30.0.0/24"},
    ObjectKind.ADDRESS: {"name": "10.30.0.77"},
    ObjectKind.SYSTEM: {"name": "档案系统", "owner": "县财政局"},
}
SAVE = "form.object .btn.p"


def fill(walker: Walker, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        control = walker.page.locator(f"form.object [name='{name}']").first
        if control.evaluate("node => node.tagName") == "SELECT":
            control.select_option(text)
        else:
            control.fill(text)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(ObjectKind))
def test_every_kind_is_made_changed_by_two_deleted_and_brought_back(
    browser: Browser, sample: County, kind: ObjectKind, language: Language
) -> None:
    """One of the two has no JavaScript."""
    mine = sample.walker(browser, "network", language=language)
    other = sample.walker(browser, "planner", language=language, script=False, theme="dark")
    named = {**NEW[kind], "name": NEW[kind]["name"]}
    where = f"/inventory/{SLUGS[kind]}"
    found: dict[str, object] = {}

    def look(at: str) -> None:
        if wrong := [*mine.axe(), *([f"{mine.overflows()} px too wide"] if mine.overflows() else [])]:
            found[at] = wrong

    mine.go(f"{where}/new")
    look("new")
    fill(mine, named)
    mine.press(SAVE)
    page = mine.path
    assert page.startswith(f"{where}/")
    look("page")
    mine.go(f"{page}/edit")
    look("edit")
    other.go(f"{page}/edit")
    fill(other, {"tags": "他人", "notes": "他人的备注"})
    other.press(SAVE)
    assert other.path == page
    fill(mine, {"notes": "我的备注"})
    mine.press(SAVE)
    assert "planner" in mine.page.inner_text("#theirs")
    look("conflict")
    assert mine.page.input_value("[name=tags]") == "他人"
    mine.press(SAVE)
    assert mine.path == page
    mine.go(f"{page}/history")
    look("history")
    assert "我的备注" in mine.page.inner_text("main")
    mine.go(f"{page}/delete")
    look("delete")
    mine.press("form.acts .btn.d")
    look("list")
    mine.go("/inventory/changes")
    look("changes")
    mine.press("main tbody tr:first-child a")
    look("change set")
    mine.press(".head form .btn.d")
    mine.go(page)
    assert "我的备注" in mine.page.inner_text("main")
    mine.go(f"{page}/delete")
    mine.press("form.acts .btn.d")
    assert [fault for fault in mine.faults + other.faults if "409" not in fault] == []
    assert found == {}
    mine.close()
    other.close()


def test_a_reference_is_found_with_and_without_javascript(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/inventory/devices/1/edit")
    walker.page.locator("[name=unit]").fill("")
    walker.page.locator("[name=unit]").press_sequentially("xczj")
    walker.page.wait_for_selector("#names-unit option[value='县财政局']", state="attached")
    walker.require_clean()
    walker.close()
    plain = sample.walker(browser, "network", script=False)
    plain.go("/inventory/devices/2/edit")
    plain.page.fill("[name=unit]", "财政")
    plain.press("button[name=look][value=unit]")
    plain.page.check("input[name='more.unit'][value='县财政局']")
    plain.press(SAVE)
    assert "县财政局" in plain.text()
    plain.close()


def test_a_free_address_is_given_out_from_the_picture_of_its_subnet(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/inventory/subnets/new")
    fill(walker, {"name": "10.30.1.0/24", "purpose": "办公"})
    walker.press(SAVE)
    subnet = walker.path
    walker.press(".addresses a[title^='10.30.1.200 ']")
    assert walker.page.input_value("[name=name]") == "10.30.1.200"
    walker.press(SAVE)
    walker.go(subnet)
    assert walker.page.locator(".address.assigned[title^='10.30.1.200 ']").count() == 1
    assert walker.axe() == []
    walker.require_clean()
    walker.close()


def test_a_document_is_attached_and_comes_back_as_a_file(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/inventory/lines/2")
    content = b"%PDF-1.7" + bytes(2 * 1024 * 1024)  # more than any other form may send
    walker.page.set_input_files("input[name=document]", {"name": "合同.pdf", "mimeType": "x/y", "buffer": content})
    walker.press("#documents form.form button")
    with walker.page.expect_download() as download:
        walker.page.click("#documents a[download]")
    assert download.value.suggested_filename == "合同.pdf"
    walker.press("#documents form.inline button")
    assert "合同.pdf" not in walker.page.inner_text("#documents")
    walker.require_clean()
    walker.close()
