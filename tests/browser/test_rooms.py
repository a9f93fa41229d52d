"""A machine room kept by clicks: a round that finds something, what was done about it, a visitor, a rack."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import County
from tests.browser.walker import Language, Walker

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ITEMS = "机房门锁完好\n冷通道温度 [18-27 ℃]\n其他情况："
ROOM = "/rooms/1"


def looked_at(walker: Walker, found: dict[str, object], at: str) -> None:
    wrong = [*(walker.axe() if at[-1] != "-" else []), *([f"{walker.overflows()} px"] if walker.overflows() else [])]
    if wrong:
        found[at] = wrong


def fill(walker: Walker, **fields: str) -> None:
    for name, text in fields.items():
        walker.page.locator(f"main form.form [name={name}]").fill(text)


def last_round(walker: Walker) -> str:
    """The address of the round that was recorded last."""
    return walker.page.locator("main td a[href*='/rounds/']:not(.btn)").first.get_attribute("href") or ""


def refused(walker: Walker) -> bool:
    """Whether the page says why, above the form that was sent."""
    return walker.page.locator("main .notice.crit").count() == 1


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_round_finds_something_that_is_put_right(
    browser: Browser, sample: County, language: Language, *, script: bool
) -> None:
    found: dict[str, object] = {}
    mark = "" if script else "-"  # axe is a script
    walker = sample.walker(browser, "network", language=language, script=script)
    name = f"日检 {language} {script}"
    walker.go("/checklists")
    looked_at(walker, found, f"checklists{mark}")
    walker.press("a[href*='purpose=round']")
    fill(walker, name=name, items=ITEMS, every_days="1")
    walker.page.check("main input[name=room][value='1']")
    looked_at(walker, found, f"checklist{mark}")
    walker.press("main form .btn.p")
    walker.go(ROOM)
    looked_at(walker, found, f"room{mark}")
    walker.press(f"tr:has-text('{name}') a.btn")
    form = walker.path
    walker.page.fill("[name='value-1']", "31.5")
    walker.press("main form .btn.p")
    assert refused(walker)  # the lock was not looked at
    assert walker.page.input_value("[name='value-1']") == "31.5"
    assert walker.path == form
    looked_at(walker, found, f"round, refused{mark}")
    walker.page.check("[name='verdict-0'][value=good]")
    walker.page.fill("[name='note-1']", "空调停机")
    walker.press("main form .btn.p")
    assert walker.path == ROOM
    waiting = walker.page.locator(f"main .pad:has(a[href='{last_round(walker)}'])")
    assert "31.5" in waiting.inner_text()
    walker.go("/rooms")
    looked_at(walker, found, f"rooms{mark}")
    walker.go(ROOM)
    done = last_round(walker)
    walker.page.locator(f"main .pad:has(a[href='{done}']) [name=remedy]").fill("空调已修复")
    walker.press(f"main .pad:has(a[href='{done}']) button")
    assert walker.path == ROOM
    assert walker.page.locator(f"main .pad a[href='{done}']").count() == 0
    walker.press(f"main td a[href='{done}']")
    looked_at(walker, found, f"round{mark}")
    assert "空调已修复" in walker.page.inner_text("main")
    assert found == {}
    assert [fault for fault in walker.faults if "400" not in fault] == []
    walker.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_visitor_is_written_in_and_out(browser: Browser, sample: County, language: Language) -> None:
    walker = sample.walker(browser, "network", language=language)
    walker.go(ROOM)
    walker.press(f"a[href='{ROOM}/visits']")
    register = walker.path
    person = f"赵工 {language}"
    fill(walker, name=person, organisation="维保公司", purpose="更换空调压缩机")
    walker.page.fill("[name=entered_at]", "2099-01-01T08:00")
    walker.press("main form.form .btn.p")
    assert refused(walker)  # nobody comes tomorrow
    assert walker.page.input_value("[name=name]") == person
    assert walker.page.input_value("[name=purpose]") == "更换空调压缩机"
    walker.go(register)
    fill(walker, name=person, organisation="维保公司", purpose="更换空调压缩机", brought="压缩机一台")
    walker.press("main form.form .btn.p")
    assert walker.axe() == []
    assert walker.overflows() == 0
    assert person in walker.go(ROOM).inner_text("main")
    walker.go(register)
    out = f"main tr:has-text('{person}') + tr form"
    walker.page.locator(f"{out} [name=left_at]").fill("2020-01-01T08:00")
    walker.page.locator(f"{out} [name=taken]").fill("旧压缩机")
    walker.press(f"{out} button")
    assert refused(walker)  # nobody leaves before coming
    assert walker.page.input_value(f"{out} [name=taken]") == "旧压缩机"
    walker.page.locator(f"{out} [name=left_at]").fill(walker.page.input_value("main form.form [name=entered_at]"))
    walker.press(f"{out} button")
    assert walker.path == register
    assert "压缩机一台 / 旧压缩机" in walker.page.inner_text(f"main tr:has-text('{person}')")
    assert walker.page.locator(out).count() == 0
    assert person not in walker.go(ROOM).inner_text("main")
    assert [fault for fault in walker.faults if "400" not in fault] == []
    walker.close()


def tab_to(walker: Walker, selector: str) -> None:
    """As somebody without a mouse gets there; fails where the keyboard does not lead."""
    for _ in range(120):
        walker.page.keyboard.press("Tab")
        if walker.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


def enter_on(walker: Walker, selector: str) -> None:
    tab_to(walker, selector)
    with walker.page.expect_navigation():
        walker.page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_acceptance_is_recorded_by_the_keyboard_alone(browser: Browser, sample: County, language: Language) -> None:
    walker = sample.walker(browser, "network", language=language, theme="dark")
    keys, name = walker.page.keyboard, f"竣工验收 {language}"
    walker.go("/rooms")
    enter_on(walker, "main a[href='/checklists']")
    enter_on(walker, "a[href*='purpose=acceptance']")
    tab_to(walker, "[name=name]")
    keys.type(name)
    tab_to(walker, "[name=room][value='1']")
    keys.press("Space")
    tab_to(walker, "[name=items]")
    keys.press("Control+a")
    keys.type("接地电阻 [-1 Ω]\n竣工图纸已移交\n验收意见：")
    enter_on(walker, "main form .btn.p")
    enter_on(walker, "main .crumbs a[href='/rooms']")
    enter_on(walker, f"main a[href='{ROOM}']")
    list_of = walker.page.locator(f"tr:has-text('{name}') a.btn").get_attribute("href")
    enter_on(walker, f"a[href='{list_of}']")
    assert walker.axe() == []
    assert walker.overflows() == 0
    tab_to(walker, "[name='value-0']")
    keys.type("0.8")
    tab_to(walker, "[name='verdict-1']")
    keys.press("Space")  # the first of the three: as it should be
    tab_to(walker, "[name='value-2']")
    keys.type("同意验收")
    enter_on(walker, "main form .btn.p")
    assert walker.path == ROOM
    assert walker.page.locator(f"main .pad a[href='{last_round(walker)}']").count() == 0  # nothing to put right
    enter_on(walker, f"main td a[href='{last_round(walker)}']")
    record = walker.page.inner_text("main")
    assert all(words in record for words in (name, "≤ 1 Ω", "0.8", "同意验收"))
    assert walker.axe() == []
    assert walker.overflows() == 0
    walker.require_clean()
    walker.close()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_register_that_refused_something_goes_on(browser: Browser, sample: County, *, script: bool) -> None:
    walker = sample.walker(browser, "network", script=script)
    register, people = f"{ROOM}/visits", (f"孙工 {script}", f"周工 {script}")
    walker.go(register)
    fill(walker, name=" ", organisation="维保公司", purpose="巡检空调")  # a blank passes what a browser checks
    walker.press("main form.form .btn.p")
    assert refused(walker)
    assert walker.page.input_value("[name=organisation]") == "维保公司"
    fill(walker, name=people[0])
    walker.press("main form.form .btn.p")
    out = f"main tr:has-text('{people[0]}') + tr form"
    walker.page.locator(f"{out} [name=left_at]").fill("2020-01-01T08:00")
    walker.press(f"{out} button")
    assert refused(walker)
    fill(walker, name=people[1], organisation="维保公司", purpose="巡检空调")  # comes while the first is still inside
    walker.press("main form.form .btn.p")
    assert walker.path == register
    for person in people:
        out = f"main tr:has-text('{person}') + tr form"
        now = walker.page.input_value("main form.form [name=entered_at]")
        walker.page.locator(f"{out} [name=left_at]").fill("2020-01-01T08:00")
        walker.press(f"{out} button")
        walker.press("form.switch [name=language]")
        assert walker.path == register  # and not at an address that only a form may send to
        walker.page.locator(f"{out} [name=left_at]").fill(now)
        walker.press(f"{out} button")
        assert walker.page.locator(out).count() == 0
    assert [fault for fault in walker.faults if "400" not in fault] == []
    walker.close()


def test_a_rack_leads_to_what_stands_in_it(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/rooms")
    walker.press("main tbody a[href^='/rooms/']")
    walker.press(".racks a[href^='/devices/']")
    assert walker.path.startswith("/devices/")
    walker.require_clean()
    walker.close()
