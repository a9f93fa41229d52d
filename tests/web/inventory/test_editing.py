"""New, changed, deleted and brought back, for every kind through the same form."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from core.database import Database
from inventory.kinds import ObjectKind
from inventory.ledger.state import MODELS
from inventory.models import ChangeSet, Device
from security.audit import AuditRecord
from security.reach import Reach
from security.roles import Role
from tests.web.conftest import Browser, person
from tests.web.inventory.conftest import form_of, links_in, main_of, number_of
from web.objects.kinds import SLUGS

# Of each kind: a new one, what two people change in it, and where the first one's change shows.
NEW: dict[ObjectKind, dict[str, str]] = {
    ObjectKind.REGION: {"name": "东坪镇", "level": "township", "parent": "青岚县"},
    ObjectKind.SITE: {"name": "东坪镇政府大院", "region": "城关镇"},
    ObjectKind.UNIT: {"name": "东坪镇人民政府", "site": "行政中心"},
    ObjectKind.CONTACT: {"name": "李娜", "unit": "电子政务办"},
    ObjectKind.ROOM: {"name": "配线间", "site": "行政中心"},
    ObjectKind.RACK: {"name": "B02", "room": "行政中心/中心机房"},
    ObjectKind.DEVICE: {"name": "SW-09", "role": "access_switch", "unit": "电子政务办"},
    ObjectKind.LINE: {"name": "东坪专线", "carrier": "telecom", "kind": "mstp", "bandwidth_bps": "100M"},
    ObjectKind.VLAN: {"name": "视频会议", "vid": "20", "site": "行政中心"},
    ObjectKind.SUBNET: {"name": "10.2.0.0/16", "purpose": "办公"},
    ObjectKind.ADDRESS: {"name": "10.0.0.77", "use": "reserved"},
    ObjectKind.SYSTEM: {"name": "协同办公", "owner": "电子政务办", "units": "电子政务办、城关镇人民政府"},
}


def records(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(AuditRecord)) or 0


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_a_form_sent_back_unchanged_changes_nothing(admin: Browser, county: Database, kind: ObjectKind) -> None:
    with county.read() as session:
        numbers = [row.id for row in session.query(MODELS[kind]).all()]
    before = records(county)
    for number in numbers:
        path = f"/inventory/{SLUGS[kind]}/{number}/edit"
        answer = admin.post(path, form_of(admin.get(path)))
        assert answer.status_code == 303
        assert "没有变化" in admin.get(answer.headers["Location"]).text
    assert records(county) == before


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_from_new_to_deleted_and_back(admin: Browser, other: Browser, county: Database, kind: ObjectKind) -> None:
    where = f"/inventory/{SLUGS[kind]}"
    fresh = form_of(admin.get(f"{where}/new"))
    made = admin.post(f"{where}/new", {**fresh, **NEW[kind]})
    assert made.status_code == 303
    page = made.headers["Location"]
    assert NEW[kind]["name"] in main_of(admin.get(page))

    mine, theirs = form_of(admin.get(f"{page}/edit")), form_of(other.get(f"{page}/edit"))
    assert {name: mine[name] for name in NEW[kind]} == NEW[kind] | shown_again(kind)
    assert other.post(f"{page}/edit", {**theirs, "notes": "他的", "tags": "急"}).status_code == 303
    refused = admin.post(f"{page}/edit", {**mine, "notes": "我的"})
    assert refused.status_code == 409
    told = main_of(refused)
    assert "已被 li 修改" in told
    assert "<ins>他的</ins>" in told
    assert "对方填写：他的" in told
    merged = form_of(refused)
    assert (merged["notes"], merged["tags"]) == ("我的", "急"), "mine where I wrote, theirs where I did not"
    assert admin.post(f"{page}/edit", merged).status_code == 303
    history = main_of(admin.get(f"{page}/history"))
    assert "<del>他的</del>" in history
    assert "<ins>我的</ins>" in history

    asked = admin.get(f"{page}/delete")
    assert "可以撤销" in main_of(asked)
    seen = re.search(r'name="seen" value="(\d+)"', asked.text)
    assert seen
    assert admin.post(f"{page}/delete", {"seen": seen[1]}).headers["Location"] == where
    assert admin.get(page).status_code == 404
    with county.read() as session:
        last = session.scalar(select(func.max(ChangeSet.id)))
    undone = admin.post(f"/inventory/changes/{last}/undo")
    assert undone.status_code == 303
    assert "本页是执行撤销的变更集" in admin.get(undone.headers["Location"]).text
    assert "我的" in main_of(admin.get(page))


def shown_again(kind: ObjectKind) -> dict[str, str]:
    """References come back in full, lists sorted."""
    return {
        ObjectKind.SITE: {"region": "青岚县/城关镇"},
        ObjectKind.SYSTEM: {"units": "城关镇人民政府、电子政务办"},
    }.get(kind, {})


def test_a_wrong_field_says_what_the_import_says_and_keeps_what_was_typed(admin: Browser, county: Database) -> None:
    form = {"name": "SW-9", "role": "router", "address": "10.0.0.999", "rack_units": "99", "vendor": "甲<b>"}
    refused = admin.post("/inventory/devices/new", form)
    assert refused.status_code == 400
    text = main_of(refused)
    assert "应为：IP 地址，例如 10.1.2.3" in text
    assert "应为：1 至 60 之间的整数" in text
    sent = form_of(refused)
    assert {name: sent[name] for name in form} == form
    assert "甲&lt;b&gt;" in refused.text
    with county.read() as session:
        assert session.query(Device).filter_by(name="SW-9").count() == 0


def test_a_rack_lowered_below_its_devices_is_refused_with_the_device(admin: Browser, county: Database) -> None:
    path = f"/inventory/racks/{number_of(county, ObjectKind.RACK, 'A01')}/edit"
    refused = admin.post(path, {**form_of(admin.get(path)), "height": "20"})
    assert refused.status_code == 400
    assert "CORE-01 占到了这个高度" in main_of(refused)


def test_a_reference_is_found_without_javascript(admin: Browser, county: Database) -> None:
    """The button beside the field looks names up; choosing one of them is enough."""
    form = {"name": "SW-9", "role": "router", "unit": "政务", "site": ""}
    found = admin.post("/inventory/devices/new", {**form, "look": "unit"})
    assert found.status_code == 200
    assert 'type="radio" name="more.unit" value="电子政务办"' in found.text
    assert form_of(found)["name"] == "SW-9"
    made = admin.post("/inventory/devices/new", {**form, "more.unit": "电子政务办"})
    assert made.status_code == 303
    assert "电子政务办" in main_of(admin.get(made.headers["Location"]))
    several = {"name": "新系统", "lines": "城关专线", "more.lines": ["城关备线"], "units": "", "devices": ""}
    made = admin.post("/inventory/systems/new", several)
    text = main_of(admin.get(made.headers["Location"]))
    assert ">城关备线</a>" in text
    assert ">城关专线</a>" in text


def test_a_name_that_means_nothing_brings_names_like_it(admin: Browser) -> None:
    refused = admin.post("/inventory/devices/new", {"name": "SW-9", "role": "router", "unit": "政务办"})
    assert refused.status_code == 400
    assert 'name="more.unit" value="电子政务办"' in refused.text


def test_names_come_while_somebody_types(admin: Browser) -> None:
    assert 'value="电子政务办"' in admin.get("/inventory/units/choices?field=unit&unit=dzzw").text
    assert "option" not in admin.get("/inventory/units/choices?field=unit&unit=nobody").text
    assert 'value="新华村部/中心机房"' in admin.get("/inventory/rooms/choices?field=room&room=中心").text


def test_a_form_is_prefilled_by_the_page_it_was_opened_from(admin: Browser, county: Database) -> None:
    rack = admin.get(f"/inventory/racks/{number_of(county, ObjectKind.RACK, 'A01')}")
    (link,) = [link for link in links_in(rack) if link.startswith("/inventory/devices/new")]
    form = form_of(admin.get(link.replace("&amp;", "&")))
    assert (form["site"], form["room"], form["rack"]) == ("行政中心", "行政中心/中心机房", "A01")


def test_what_others_hang_on_is_not_deleted_and_each_of_them_is_a_link(admin: Browser, county: Database) -> None:
    number = number_of(county, ObjectKind.SITE, "行政中心")
    asked = admin.get(f"/inventory/sites/{number}/delete")
    assert 'method="post"' not in main_of(asked)
    for name in ("电子政务办", "中心机房", "CORE-01", "政务办公"):
        assert f">{name}</a>" in main_of(asked)
    refused = admin.post(f"/inventory/sites/{number}/delete")
    assert refused.status_code == 409
    assert "inventory.in_use" in refused.text
    assert admin.get(f"/inventory/sites/{number}").status_code == 200


def test_an_object_that_was_changed_after_the_question_is_not_deleted(
    admin: Browser, other: Browser, county: Database
) -> None:
    number = number_of(county, ObjectKind.SYSTEM, "行政审批")
    seen = re.search(r'name="seen" value="(\d+)"', admin.get(f"/inventory/systems/{number}/delete").text)
    assert seen
    other.post(f"/inventory/systems/{number}/edit", {"notes": "在用"})
    assert admin.post(f"/inventory/systems/{number}/delete", {"seen": seen[1]}).status_code == 409
    assert admin.get(f"/inventory/systems/{number}").status_code == 200


def test_an_undoing_that_is_refused_says_what_stands_in_the_way(admin: Browser, county: Database) -> None:
    number = number_of(county, ObjectKind.DEVICE, "SW-02")
    admin.post(f"/inventory/devices/{number}/edit", {"model": "S1"})
    admin.post(f"/inventory/devices/{number}/edit", {"model": "S2"})
    refused = admin.post("/inventory/changes/2/undo")
    assert refused.status_code == 409
    assert "妨碍撤销的内容" in refused.text
    assert "SW-02" in main_of(refused)


def limited(browse: Callable[..., Browser], unit: int) -> Browser:
    return browse(person(Role.NETWORK_ADMIN, login="zhen", limits={Role.NETWORK_ADMIN: Reach.to(units=[unit])}))


def test_a_limited_administrator_changes_only_what_is_in_reach(
    county: Database, browse: Callable[..., Browser]
) -> None:
    browser = limited(browse, number_of(county, ObjectKind.UNIT, "城关镇人民政府"))
    core, switch = (number_of(county, ObjectKind.DEVICE, name) for name in ("CORE-01", "SW-02"))
    contact = number_of(county, ObjectKind.CONTACT, "王伟")
    before = records(county)
    for path in (f"devices/{core}", f"contacts/{contact}", f"sites/{number_of(county, ObjectKind.SITE, '行政中心')}"):
        for act in ("edit", "delete"):
            assert browser.get(f"/inventory/{path}/{act}").status_code == 404
            assert browser.post(f"/inventory/{path}/{act}", {"notes": "x"}).status_code == 404
    assert browser.get("/inventory/sites/new").status_code == 404
    assert browser.post("/inventory/sites/new", {"name": "新址"}).status_code == 404
    assert records(county) == before
    path = f"/inventory/devices/{switch}/edit"
    moved = browser.post(path, {**form_of(browser.get(path)), "unit": "电子政务办"})
    assert moved.status_code == 403
    assert "inventory.out_of_reach" in moved.text
    assert browser.post(path, {**form_of(browser.get(path)), "model": "S1"}).status_code == 303
    own = {"name": "镇信息员", "unit": "城关镇人民政府"}
    assert browser.post("/inventory/contacts/new", own).status_code == 303
    assert browser.post("/inventory/contacts/new", {**own, "unit": "电子政务办"}).status_code == 403


def test_a_limited_administrator_is_offered_the_own_names_only(
    county: Database, browse: Callable[..., Browser]
) -> None:
    browser = limited(browse, number_of(county, ObjectKind.UNIT, "城关镇人民政府"))
    assert "电子政务办" not in browser.get("/inventory/units/choices").text
    assert "城关镇人民政府" in browser.get("/inventory/units/choices").text
    assert "CORE-01" not in browser.get("/inventory/devices/choices").text
    unit = number_of(county, ObjectKind.UNIT, "城关镇人民政府")
    for path in ("/inventory/lines/new", f"/inventory/units/{unit}/delete"):
        text = main_of(browser.get(path))
        assert "CORE-01" not in text
        assert "电子政务办" not in text
