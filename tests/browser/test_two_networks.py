"""Two networks, nine persons, one file: from the first set-up to the receipt, in a real browser.

    extranet: set-up, overview, device, configuration, transfer, two approvals, seal --+-- a folder stands for the disc
    intranet: read the medium, verify, release, collect, receipt code  <--------------+

On every page that is visited: axe finds nothing serious in light and in dark, nothing was asked from another host.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from demo.devices.fleet import Fleet
from tests.browser.walker import Walker, chromium
from tests.console import PASSWORD, THREE, add_account
from tests.demo import samples
from tests.demo.running import running
from tests.installation import Installation, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PIN = "718293"
NEW_PASSWORD = f"{PASSWORD}-of-my-own"
DEVICE = "QL-HUAWEI-VRP-1"
NOTICE = "关于调整办公时间的通知\n各乡镇、各部门：自下月起执行。\n".encode()
FAST = {"poll_s": 0.2, "lease_s": 5}


@dataclass
class World:
    browser: Browser
    extranet: Installation
    intranet: Installation
    fleet: Fleet

    def person(self, site: Installation, login: str, password: str = PASSWORD) -> Walker:
        walker = Walker(self.browser, site.url)
        walker.sign_in(login, password)
        assert walker.path != "/login", walker.text()
        return walker


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("networks")
    (folder / "disc").mkdir()
    ferry = {"media": str(folder / "disc")}
    polling = {"interval_s": 5}
    extranet = Installation(
        folder / "extranet", ferry=ferry, worker=FAST, polling=polling, site={"name": "甲县", "zone": "extranet"}
    )
    intranet = Installation(folder / "intranet", ferry=ferry, worker=FAST, site={"name": "甲县", "zone": "intranet"})
    devices = [samples.device("huawei_vrp", 1)]
    with running(devices, samples.StillClock()) as fleet, extranet, intranet, chromium() as browser:
        _bring_in(extranet, fleet)
        extranet.up()
        intranet.up()
        yield World(browser, extranet, intranet, fleet)


def _bring_in(site: Installation, fleet: Fleet) -> None:
    known, endpoint = fleet[DEVICE].device, fleet.endpoint(DEVICE)
    read, login = {"community": known.community}, {"username": known.username, "password": known.password}
    site.guanjin("credential", "set", "monitor", "read", "--kind", "snmp-v2c", "--stdin", stdin=json.dumps(read))
    site.guanjin("credential", "set", "change", "ssh", "--kind", "ssh-password", "--stdin", stdin=json.dumps(login))
    path = site.folder / "台账.csv"
    path.write_text(
        "名称,角色,厂商,平台,管理地址,SNMP端口,SNMP凭据,SSH端口,SSH凭据\n"
        f"{DEVICE},核心交换机,华为,huawei_vrp,{endpoint.address},{endpoint.snmp_port},read,{endpoint.ssh_port},ssh\n",
        encoding="utf-8",
    )
    site.guanjin("inventory", "import", str(path), "--kind", "device", "--apply")


def look_at(walker: Walker, path: str = "") -> None:
    """A page in both themes, without a serious fault and without a request to another host."""
    if path:
        walker.go(path)
    here = walker.path
    for theme in ("dark", "light"):
        walker.prefer(theme=theme)
        walker.go(here)
        assert walker.axe() == [], f"{here} in {theme}"
    assert walker.overflows() == 0, here
    walker.require_clean()


def _set_up(world: World, site: Installation) -> None:
    walker = Walker(world.browser, site.url)
    walker.go("/")
    assert walker.path == "/setup"
    look_at(walker)
    walker.page.fill("input[name=token]", site.token)
    for role in THREE:
        walker.page.fill(f"input[name={role}_login]", role)
        walker.page.fill(f"input[name={role}_name]", f"{role} 张三")
        walker.page.fill(f"input[name={role}_password]", PASSWORD)
        walker.page.fill(f"input[name={role}_repeat]", PASSWORD)
    walker.press("main button[type=submit]")
    assert walker.path == "/login", walker.text()
    look_at(walker)
    walker.sign_in("audit_admin", PASSWORD)
    assert walker.path == "/password"
    walker.page.fill("input[name=current]", PASSWORD)
    walker.page.fill("input[name=new]", NEW_PASSWORD)
    walker.page.fill("input[name=repeat]", NEW_PASSWORD)
    walker.press("main button[type=submit]")
    walker.close()


def _persons(world: World) -> None:
    for login, role in (
        ("netadmin", "network_admin"),
        ("submitter", "submitter"),
        ("approver", "department_approver"),
        ("officer", "security_officer"),
        ("media", "media_operator"),
    ):
        add_account(world.extranet, login, role)
    for login, role in (("officer", "security_officer"), ("media", "media_operator"), ("receiver", "receiver")):
        add_account(world.intranet, login, role)


def _exchange(world: World) -> None:
    """Keys and cards, carried by hand and compared."""
    sides = {"waiwang": world.extranet, "neiwang": world.intranet}
    cards: dict[str, Path] = {}
    fingerprints: dict[str, str] = {}
    for name, site in sides.items():
        site.guanjin("ferry", "init", name)
        if site is world.extranet:
            for person, role in (("approver", "department_approver"), ("officer", "security_officer")):
                site.guanjin("ferry", "key", "approver", person, "--role", role, "--pin-stdin", stdin=f"{PIN}\n")
        cards[name] = site.folder / f"{name}.card"
        site.guanjin("ferry", "key", "export", str(cards[name]))
        fingerprints[name] = site.json("ferry", "key", "show")["fingerprint"]
    for name, other, end in (("waiwang", "neiwang", "--to"), ("neiwang", "waiwang", "--from")):
        sides[name].guanjin("ferry", "peer", "pin", str(cards[other]), "--fingerprint", fingerprints[other])
        sides[name].guanjin(
            "ferry", "link", "add", "外网到内网", end, other, "--carrier", "medium", "--ceiling", "内部"
        )


def _monitoring(world: World) -> None:
    walker = world.person(world.extranet, "netadmin")
    assert walker.path == "/overview"
    look_at(walker)
    until(lambda: "正常" in walker.go("/devices").inner_text("main tbody"), "the device is up")
    look_at(walker)
    walker.press(f"main a:has-text('{DEVICE}')")
    until(lambda: "GigabitEthernet0/0/1" in walker.go(walker.path).inner_text("main"), "its ports are known")
    look_at(walker)
    look_at(walker, "/lines")
    walker.close()


def _configuration(world: World) -> None:
    site = world.extranet
    for number, text in enumerate(("before the change", "after the change"), 1):
        configuration, edit = world.fleet[DEVICE].configuration, world.fleet[DEVICE].device.edit
        assert configuration is not None
        assert edit is not None
        configuration.put((f"interface {edit.interface}",), f"description {text}")
        site.guanjin("config", "backup", DEVICE)
        until(lambda number=number: len(site.json("config", "list", DEVICE)) == number, f"version {number}")  # type: ignore[misc]
    walker = world.person(site, "netadmin")
    look_at(walker, "/configs")
    walker.press(f"main a:has-text('{DEVICE}')")
    shown = walker.text()
    assert "before the change" in shown
    assert "after the change" in shown
    assert world.fleet[DEVICE].device.community not in shown
    look_at(walker)
    walker.close()


def _submit(world: World) -> str:
    walker = world.person(world.extranet, "submitter")
    look_at(walker, "/transfers")
    look_at(walker, "/transfers/new")
    page = walker.page
    page.set_input_files("input[name=files]", [{"name": "通知.txt", "mimeType": "text/plain", "buffer": NOTICE}])
    page.fill("textarea[name=purpose]", "内网办公使用")
    page.fill("input[name=recipients]", "receiver")
    page.select_option("select[name=link]", index=page.locator("select[name=link] option").count() - 1)
    page.check("input[name=level] >> nth=0")
    walker.press("main button[type=submit]")
    path = walker.path
    assert re.fullmatch(r"/transfers/[\w-]+", path), walker.text()
    until(lambda: "通过" in walker.go(path).inner_text("main"), "the file is inspected")
    assert walker.page.locator("input[name=pin]").count() == 0
    look_at(walker, path)
    walker.close()
    return path


def _approve(world: World, path: str) -> None:
    for login in ("approver", "officer"):
        walker = world.person(world.extranet, login)
        assert walker.path == "/approvals"
        look_at(walker)
        look_at(walker, path)
        walker.page.fill("input[name=pin]", PIN)
        walker.press('form[action$="/approve"] button')
        assert walker.page.locator("input[name=pin]").count() == 0, walker.text()
        walker.close()


def _receive(world: World) -> str:
    """Released on the other instance; the receipt code that its media operator reads out."""
    media = world.person(world.intranet, "media")
    look_at(media, "/media")

    def arrived() -> bool:
        media.go("/media")
        media.press('form[action$="/look"] button')
        return media.page.locator('main a[href^="/incoming/"]').count() > 0

    until(arrived, "the bundle is on the medium")
    path = media.page.locator('main a[href^="/incoming/"]').first.get_attribute("href") or ""
    officer = world.person(world.intranet, "officer")
    release = 'form[action$="/release"] button'
    until(lambda: officer.go(path).locator(release).count() > 0, "the bundle is verified and can be released")
    look_at(officer)
    officer.press(release)
    receiver = world.person(world.intranet, "receiver")
    receiver.go(path)
    look_at(receiver)
    with receiver.page.expect_download() as download:
        receiver.page.click('form[action*="/files/"] button')
    assert Path(download.value.path()).read_bytes() == NOTICE
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", media.go(path).inner_text("main"))
    assert code, media.text()
    for walker in (media, officer, receiver):
        walker.require_clean()
        walker.close()
    return code[0]


def _receipt(world: World, path: str, code: str) -> None:
    walker = world.person(world.extranet, "media")
    look_at(walker, "/media")
    walker.page.fill("input[name=code]", code)
    walker.press('form[action$="/receipt"] button')
    assert "已签收" in walker.go(path).inner_text("main") or "已办结" in walker.text()
    look_at(walker, "/ledger")
    walker.close()


def _audit(world: World) -> None:
    for site, words in ((world.extranet, "ferry:transfer:"), (world.intranet, "ferry:bundle:")):
        walker = world.person(site, "audit_admin", NEW_PASSWORD)
        assert walker.path == "/audit"
        look_at(walker)
        events = {record["event"] for record in site.json("audit", "list", "--limit", "1000")["records"]}
        assert any(event.startswith(words) for event in events)
        assert "security:session:login" in events
        walker.close()
        site.guanjin("audit", "verify")


def test_a_file_crosses_from_the_extranet_to_the_intranet(world: World) -> None:
    for site in (world.extranet, world.intranet):
        _set_up(world, site)
    _persons(world)
    _exchange(world)
    _monitoring(world)
    _configuration(world)
    path = _submit(world)
    _approve(world, path)
    code = _receive(world)
    _receipt(world, path, code)
    _audit(world)
