"""Every page in a real browser: legible to everybody, inside the window, silent towards the rest of the world."""

import pytest
from playwright.sync_api import Browser, expect

from collectors.models import LineCondition, LineState
from tests.browser.conftest import County
from tests.browser.walker import Theme, Walker

pytestmark = pytest.mark.slow

PAGES = (
    ("network", "/overview"),
    ("network", "/devices"),
    ("network", "/devices/1"),
    ("network", "/devices/1/ports/1"),
    ("network", "/lines"),
    ("network", "/lines/1"),
    ("network", "/topology"),
    ("network", "/topology/links/new"),
    ("network", "/topology/map"),
    ("network", "/topology/map?at=site-1&others=1"),
    ("network", "/configs"),
    ("network", "/configs/1"),
    ("network", "/jobs"),
    ("network", "/jobs/1"),
    ("network", "/search?q=JR"),
    ("network", "/inventory"),
    ("network", "/inventory/devices?role=core_switch"),
    ("network", "/inventory/units/1"),
    ("network", "/inventory/regions/2"),
    ("network", "/inventory/sites/1/delete"),
    ("network", "/inventory/fields"),
    ("network", "/inventory/fields/new"),
    ("network", "/inventory/subnets/outside"),
    ("network", "/about"),
    ("network", "/nothing-here"),
    ("submitter", "/transfers"),
    ("submitter", "/transfers/new"),
    ("approver", "/approvals"),
    ("approver", "/transfers/{transfer}"),
    ("media", "/media"),
    ("network", "/rooms"),
    ("network", "/rooms/1"),
    ("network", "/rooms/1/visits"),
    ("network", "/rooms/1/rounds/1"),
    ("network", "/rooms/1/rounds/new?checklist=1"),
    ("network", "/sweeps"),
    ("network", "/sweeps/1"),
    ("network", "/checklists"),
    ("network", "/checklists/1"),
    ("network", "/groups"),
    ("network", "/inventory/ledger"),
    ("network", "/inventory/changes"),
    ("network", "/groups/1"),
    ("system", "/grants"),
    ("security", "/accounts/10"),
    ("security", "/emergency"),
    ("officer", "/ledger"),
    ("auditor", "/audit?verify=1"),
    ("auditor", "/audit/witnesses"),
    ("auditor", "/audit/archive"),
    ("system", "/accounts"),
    ("system", "/accounts/new"),
    ("system", "/credentials"),
    ("system", "/check"),
    ("network", "/tokens"),
    ("system", "/tokens/all"),
    ("approver", "/me/signing-key"),
    ("security", "/signing-keys"),
    ("security", "/password"),
    ("nobody", "/login"),
)


@pytest.mark.timeout(400)  # every page, one after the other
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_leaves_the_host(browser: Browser, sample: County, theme: Theme) -> None:
    found: dict[str, object] = {}
    for who, path in PAGES:
        walker = sample.walker(browser, who, theme=theme, language="zh" if theme == "light" else "en")
        walker.go(path.format(transfer=sample.transfer))
        walker.page.wait_for_load_state("networkidle")
        faults = [fault for fault in walker.faults if path != "/nothing-here" or "404" not in fault]
        wrong = [*walker.axe(), *faults, *([f"{walker.overflows()} px too wide"] if walker.overflows() else [])]
        if wrong:
            found[f"{who} {path}"] = wrong
        walker.close()
    assert found == {}


def test_a_line_that_fails_shows_without_a_reload(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/overview")
    walker.page.evaluate("window.stayed = true")
    with sample.database.write() as session:
        state = session.get_one(LineState, 5)
        state.state, state.cause = LineCondition.DOWN, "port_down"
    walker.page.wait_for_selector("#attention tbody tr:nth-child(5)", timeout=15_000)
    assert walker.page.evaluate("window.stayed")
    assert walker.page.title().startswith("[外网] (2) ")
    walker.require_clean()
    walker.close()


def test_the_keyboard_is_enough(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/devices")
    walker.page.keyboard.press("?")
    assert walker.page.locator("dialog#keys[open]").count() == 1
    assert walker.axe() == []
    walker.page.keyboard.press("Escape")
    walker.page.keyboard.press("j")
    walker.page.keyboard.press("j")
    second = walker.page.locator("main tbody tr").nth(1).locator("a").first
    assert walker.page.evaluate("document.activeElement.getAttribute('href')") == second.get_attribute("href")
    walker.page.keyboard.press("/")
    walker.page.keyboard.type("10.30.0.1/24")
    with walker.page.expect_navigation():
        walker.page.keyboard.press("Enter")
    assert walker.path == "/devices/1"
    walker.close()


def test_a_chart_draws_the_history(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/devices/1")
    walker.page.wait_for_selector(".chart .u-legend")
    walker.page.click("[data-hours='1']")
    assert walker.page.locator("[data-hours='1']").get_attribute("aria-pressed") == "true"
    walker.page.wait_for_selector(".chart canvas")
    walker.require_clean()
    walker.close()


STEPS = {1: 60, 6: 60, 24: 240, 168: 1800, 8760: 79200}
# Whether the first chart has a drawing.
DRAWN = """() => {
  const canvas = document.querySelector(".chart canvas");
  const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return dots.filter((value, at) => at % 4 === 3 && value).length > 2000;
}"""


@pytest.mark.parametrize("hours", STEPS)
def test_every_period_draws_lines_and_from_a_day_on_their_peaks(browser: Browser, sample: County, hours: int) -> None:
    walker = sample.walker(browser, "network")
    walker.go("/devices/1")
    with walker.page.expect_response(lambda response: f"hours={hours}" in response.url) as answer:
        walker.page.click(f"[data-hours='{hours}']")
    assert answer.value.json()["step"] == STEPS[hours]
    chart = walker.page.locator(".chart").first
    chart.locator("canvas").wait_for()
    # It is drawn anew some moments after the answer has come.
    expect(chart.locator(".u-series.peak")).to_have_count(2 if hours >= 24 else 0)
    walker.page.wait_for_function(DRAWN)
    walker.require_clean()
    walker.close()


def test_forms_work_without_javascript(browser: Browser, sample: County) -> None:
    walker: Walker = sample.walker(browser, "network", script=False)
    walker.go("/lines/3")
    walker.page.fill("input[name=note]", "割接")
    walker.press("form[action$='/mark'] button")
    assert "已为" in walker.text()
    walker.press("form[action$='/unmark'] button")
    walker.press(".switch button[name=language]")
    assert walker.page.locator("html").get_attribute("lang") == "en"
    walker.press(".switch button[value=dark]")
    assert walker.page.locator("link[href$='dark.css']").count() == 1
    walker.close()


def test_paper_names_the_network_and_leaves_the_menu_out(browser: Browser, sample: County) -> None:
    walker = sample.walker(browser, "officer", theme="dark")
    walker.go("/ledger")
    walker.page.emulate_media(media="print")
    assert walker.page.locator(".zone").is_visible()
    assert not walker.page.locator(".nav").is_visible()
    assert walker.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    walker.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_token_is_made_shown_once_and_ended(browser: Browser, sample: County, *, script: bool) -> None:
    walker = sample.walker(browser, "network", script=script)
    name = f"夜间巡检 {script}"
    walker.go("/tokens")
    walker.page.fill("main [name=name]", name)
    walker.page.check("main [name=permission][value='monitoring:view']")
    walker.press("form[action='/tokens'] button")
    shown = walker.page.input_value("input[readonly]")
    assert shown.startswith("gj_")
    walker.go("/tokens")
    assert walker.page.locator("input[readonly]").count() == 0
    assert shown not in walker.page.content()
    row = f"tr:has-text('{name}')"
    assert "有效" in walker.page.inner_text(row)
    walker.press(f"{row} form button")
    assert "已吊销" in walker.page.inner_text(row)
    assert walker.page.locator(f"{row} form").count() == 0
    everybodys = sample.walker(browser, "system")
    everybodys.go("/tokens/all")
    assert name in everybodys.page.inner_text("main")
    for one in (walker, everybodys):
        one.require_clean()
        one.close()
