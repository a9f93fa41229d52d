"""Five real routers are found by clicks, taken into the ledger as one change, watched, and taken out again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.walker import Language, Walker
from tests.console import PASSWORD, add_account, set_up
from tests.installation import Installation, until
from tests.lab.frr import FrrLab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COUNT = 5
ANSWERED, MUTE = "tr:has(input[name=find][checked])", "tr:has(input[name=find]:not([checked]))"


@dataclass
class Place:
    site: Installation
    range: str  # of the laboratory's management addresses, of which the host has one

    def devices(self) -> list[str]:
        return [found["name"] for found in self.site.json("inventory", "list", "devices")["items"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sweep")
    polling = {"interval_s": 5, "icmp_interval_s": 5}
    with FrrLab(COUNT) as lab, Installation(folder / "site", polling=polling) as site:
        secret = json.dumps({"community": lab.routers[0].community})
        site.guanjin("credential", "set", "monitor", "lab", "--kind", "snmp-v2c", "--stdin", stdin=secret)
        site.up()
        set_up(site)
        add_account(site, "wang", "network_admin")
        yield Place(site, f"{lab.routers[0].address.rpartition('.')[0]}.0/29")


def walker_of(browser: Browser, place: Place, language: Language) -> Walker:
    walker = Walker(browser, place.site.url, language=language)
    walker.sign_in("wang", PASSWORD)
    return walker


def sound(walker: Walker) -> bool:
    return walker.axe() == [] and walker.overflows() == 0


def allow(walker: Walker, prefix: str) -> None:
    walker.page.fill("[name=prefix]", prefix)
    walker.page.check("[name=credential][value=lab]")
    walker.press("main form.form .btn.p")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_found_becomes_the_ledgers_as_one_change(browser: Browser, place: Place, language: Language) -> None:
    walker = walker_of(browser, place, language)
    walker.go("/sweeps")
    assert sound(walker)
    allow(walker, "10.0.0.0/8")
    assert walker.page.locator("main .notice.crit").count() == 1  # more than anybody means to sweep
    assert walker.page.input_value("[name=prefix]") == "10.0.0.0/8"
    allow(walker, place.range)
    assert walker.page.locator("main .notice.crit").count() == 0, walker.text()
    row = f"tr:has-text('{place.range}')"
    walker.press(f"{row} form[action$='/sweep'] button")
    walker.press(f"{row} a[href^='/sweeps/']") if walker.path == "/sweeps" else None
    sweep = walker.path
    until(lambda: walker.go(sweep).locator(ANSWERED).count() == COUNT, "five routers are found", 60)
    assert sound(walker)
    assert walker.page.input_value(f"{ANSWERED} [name^=name-] >> nth=0") == "r1"
    walker.page.locator(f"{ANSWERED} [name^=name-]").last.fill("r1")
    walker.press("main form .btn.p")
    assert walker.page.locator("main .notice.crit").count() == 1  # two of one name
    walker.page.locator(f"{ANSWERED} [name^=name-]").last.fill("R-出口")
    walker.press("main form .btn.p")
    assert sorted(place.devices()) == ["R-出口", "r1", "r2", "r3", "r4"]
    assert walker.go(sweep).locator(ANSWERED).count() == 0
    assert walker.page.locator("main td a[href^='/devices/']").count() == COUNT
    walker.press("main td a[href^='/devices/']")
    until(lambda: walker.page.reload() and walker.page.locator("h1 ~ * .tag.ok, .sub .tag.ok").count(), "it is watched")
    walker.go("/inventory/changes")
    walker.press("main tbody tr:first-child a")
    assert sound(walker)
    walker.press(".head form .btn.d")
    assert place.devices() == []
    walker.go("/sweeps")
    walker.press(f"{row} form[action$='/withdraw'] button")
    assert walker.page.locator(row).count() == 0
    assert [fault for fault in walker.faults if "400" not in fault] == []
    walker.close()
