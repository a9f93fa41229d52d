"""An approver at a real browser: makes a signing key, approves with it, changes the PIN, revokes it, and looks back."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from core import schema
from core.database import Database, sqlite_url
from core.settings import Settings
from security.ferry import services
from security.ferry.levels import Level, Zone
from security.roles import Role
from security.sessions import SignedIn
from tests.browser.conftest import serving
from tests.browser.walker import Theme, Walker
from tests.security.ferry import world
from tests.security.ferry.inspection import samples
from tests.web.conftest import person
from web.app import create_app

pytestmark = pytest.mark.slow
PIN, NEW = "石板桥-2468", "竹篮-97531"
PEOPLE = {"officer": (Role.SECURITY_OFFICER,), "security": (Role.SECURITY_ADMIN,)}


@dataclass(frozen=True)
class Office:
    address: str
    cookie: str
    transfer: str

    def walker(self, browser: Browser, who: str, **options: Any) -> Walker:
        found = Walker(browser, self.address, **options)
        found.context.add_cookies([{"name": self.cookie, "value": who, "url": self.address}])
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A site whose approvers have no keys yet, with a transfer in review."""
    database, far_database = (Database(sqlite_url(tmp_path / f"{name}.db")) for name in ("guanjin", "far"))
    for one in (database, far_database):
        schema.upgrade(one)
    medium = tmp_path / "disc"
    medium.mkdir()
    near = world.make_site("青岚县电子政务外网", Zone.UNCLASSIFIED, tmp_path, database, medium)
    far = world.make_site("青岚县电子政务内网", Zone.CLASSIFIED, tmp_path / "far", far_database, medium)
    world.introduce(near, far)
    near.clock.at = datetime.now(UTC)
    transfer = _submitted(near)
    settings = Settings.model_validate(
        {
            "site": {"name": "青岚县电子政务办公室"},
            "storage": {"data": tmp_path},
            "web": {"listen_port": 0},
            "ferry": {"media": medium},
        }
    )

    def by_name(token: str, active: bool) -> SignedIn | None:  # noqa: FBT001  # the shape of Identify
        del active
        return person(*PEOPLE[token], login=token) if token in PEOPLE else None

    app = create_app(settings, database, identify=by_name, is_set_up=lambda: True)
    with serving(app) as address:
        yield Office(address, app.extensions["guanjin"].session_cookie, transfer)
    database.close()
    far_database.close()


def _submitted(near: world.Site) -> str:
    staged = [services.stage(near.ferry, "季度专线台账.docx", io.BytesIO(samples.docx()))]
    with near.database.write() as session:
        uid = services.submit(
            session,
            near.ferry,
            link="外网到内网",
            level=Level.INTERNAL,
            purpose="第四季度专线台账报送",
            recipients=["谢知秋"],
            files=staged,
            actor=world.Actor("submitter", "person"),
        ).uid
    near.work()
    return uid


def fill(walker: Walker, **fields: str) -> None:
    for name, value in fields.items():
        walker.page.fill(f"main [name={name}]", value)


@pytest.mark.parametrize("script", [True, False])
def test_a_key_is_made_used_given_another_pin_and_revoked(browser: Browser, office: Office, *, script: bool) -> None:
    walker = office.walker(browser, "officer", script=script)
    walker.go("/approvals")
    walker.press("main a[href='/me/signing-key']")
    fill(walker, new_pin=PIN, repeat_pin=PIN)
    walker.press("form[action='/me/signing-key'] button")
    assert "签名密钥已生成" in walker.page.inner_text("body")
    walker.go(f"/transfers/{office.transfer}")
    fill(walker, pin=PIN)
    walker.press("form[action$='/approve'] button")
    assert "您的批准已签名并记录" in walker.page.inner_text("body")
    walker.go("/me/signing-key")
    fill(walker, pin=PIN, new_pin=NEW, repeat_pin=NEW)
    walker.press("form[action$='/pin'] button")
    assert "PIN 码已修改" in walker.page.inner_text("body")
    fill(walker, reason="人员离岗")
    walker.press("form[action$='/revoke'] button")
    assert "人员离岗" in walker.page.inner_text("#former")
    walker.go(f"/transfers/{office.transfer}")
    text = walker.page.inner_text("main")
    assert "签名有效" in text
    assert "该密钥其后于" in text
    walker.require_clean()
    walker.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_legible(browser: Browser, office: Office, theme: Theme) -> None:
    language = "zh" if theme == "light" else "en"
    walker = office.walker(browser, "officer", theme=theme, language=language)
    keeper = office.walker(browser, "security", theme=theme, language=language)
    found: dict[str, object] = {}

    def look(name: str, who: Walker) -> None:
        who.page.wait_for_load_state("networkidle")
        if wrong := [*who.axe(), *([f"{who.overflows()} px too wide"] if who.overflows() else [])]:
            found[name] = wrong

    keeper.go("/signing-keys")
    look("no key at all", keeper)
    for path in ("/approvals", f"/transfers/{office.transfer}", "/me/signing-key"):
        walker.go(path)
        look(f"{path} without a key", walker)
    fill(walker, new_pin=PIN, repeat_pin=PIN)
    walker.press("form[action='/me/signing-key'] button")
    look("a key", walker)
    keeper.go("/signing-keys")
    look("keys", keeper)
    fill(walker, reason="x")
    walker.press("form[action$='/revoke'] button")
    look("a former key", walker)
    keeper.go("/signing-keys")
    look("revoked keys", keeper)
    assert found == {}
    for one in (walker, keeper):
        one.require_clean()
        one.close()
