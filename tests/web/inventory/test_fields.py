"""Fields of the office's own: in forms and pages at once, renamed with their values, ended with what would be lost."""

import re

from core.database import Database
from inventory.kinds import ObjectKind
from tests.web.conftest import Browser
from tests.web.inventory.conftest import form_of, main_of, number_of

CHOICE = {"kind": "devices", "name": "网络属性", "format": "choice", "choices": "外网\n内网", "help": "按接入网络填写"}


def test_a_field_is_in_the_form_on_the_page_and_in_the_history(admin: Browser, county: Database) -> None:
    assert admin.post("/inventory/fields/new", CHOICE).status_code == 303
    page = f"/inventory/devices/{number_of(county, ObjectKind.DEVICE, 'SW-02')}"
    form = form_of(admin.get(f"{page}/edit"))
    assert form["custom.网络属性"] == ""
    assert "按接入网络填写" in admin.get(f"{page}/edit").text
    assert admin.post(f"{page}/edit", {**form, "custom.网络属性": "专网"}).status_code == 400
    assert admin.post(f"{page}/edit", {**form, "custom.网络属性": "外网"}).status_code == 303
    text = main_of(admin.get(page))
    assert "<dt>网络属性</dt>" in text
    assert "<ins>外网</ins>" in text


def test_a_field_stands_in_the_list_sorts_it_and_narrows_it_unless_that_is_not_wanted(
    admin: Browser, county: Database
) -> None:
    admin.post("/inventory/fields/new", {**CHOICE, "listed": "yes"})
    number = number_of(county, ObjectKind.DEVICE, "SW-02")
    admin.post(f"/inventory/devices/{number}/edit", {"custom.网络属性": "外网"})
    every = main_of(admin.get("/inventory/devices"))
    assert '<select name="custom.网络属性"' in every
    link = re.search(r'href="([^"]*sort=custom[^"]*)"', every)
    assert link
    first = re.search(r"<tbody>.*?</tr>", main_of(admin.get(link[1].replace("&amp;", "&"))), re.DOTALL)
    assert first
    assert ">SW-02</a>" in first[0]
    narrowed = main_of(admin.get("/inventory/devices?custom.网络属性=外网"))
    assert ">SW-02</a>" in narrowed
    assert ">CORE-01</a>" not in narrowed
    assert ">SW-02</a>" in main_of(admin.get("/inventory/devices?q=外网"))
    admin.post("/inventory/fields/1", CHOICE)
    assert "sort=custom" not in main_of(admin.get("/inventory/devices"))


def test_a_word_that_was_taken_away_stays_until_somebody_changes_it(admin: Browser, county: Database) -> None:
    admin.post("/inventory/fields/new", CHOICE)
    page = f"/inventory/devices/{number_of(county, ObjectKind.DEVICE, 'SW-02')}/edit"
    admin.post(page, {"custom.网络属性": "外网"})
    changed = {**CHOICE, "name": "网络归属", "choices": "互联网\n内网"}
    assert admin.post("/inventory/fields/1", changed).status_code == 303
    form = form_of(admin.get(page))
    assert form["custom.网络归属"] == "外网", "the value moved with the name"
    assert admin.post(page, {**form, "model": "S1"}).status_code == 303, "and does not hinder another change"


def test_what_would_be_lost_is_shown_and_has_to_be_what_was_seen(admin: Browser, county: Database) -> None:
    admin.post("/inventory/fields/new", CHOICE)
    first, second = (number_of(county, ObjectKind.DEVICE, name) for name in ("CORE-01", "SW-02"))
    admin.post(f"/inventory/devices/{first}/edit", {"custom.网络属性": "内网"})
    shown = main_of(admin.get("/inventory/fields/1/end"))
    assert ">CORE-01</a>" in shown
    assert "内网" in shown
    admin.post(f"/inventory/devices/{second}/edit", {"custom.网络属性": "外网"})
    assert admin.post("/inventory/fields/1/end", {"losing": "1"}).status_code == 409
    assert admin.post("/inventory/fields/1/end", {"losing": "2"}).status_code == 303
    assert "custom.网络属性" not in form_of(admin.get(f"/inventory/devices/{first}/edit"))
    admin.post("/inventory/fields/new", CHOICE)
    again = form_of(admin.get(f"/inventory/devices/{first}/edit"))
    assert again["custom.网络属性"] == "", "a field of the same name begins empty"


def test_a_field_that_cannot_be_is_refused_with_what_was_typed(admin: Browser) -> None:
    for form, code in (
        ({**CHOICE, "name": "型 号"}, "inventory.field_taken"),
        ({**CHOICE, "name": "规格型号"}, "inventory.field_taken"),
        ({**CHOICE, "name": 'a"b'}, "inventory.field_name"),
        ({**CHOICE, "choices": "外网\n外 网"}, "inventory.field_choices"),
        ({**CHOICE, "choices": ""}, "inventory.field_choices"),
    ):
        refused = admin.post("/inventory/fields/new", form)
        assert refused.status_code in {400, 409}
        assert code in refused.text
        assert "按接入网络填写" in refused.text
