"""Signing in with a second factor at a real browser: codes without JavaScript, a security key that Chromium plays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core import schema
from core.database import Database, sqlite_url
from core.settings import Settings
from security import setup
from security.factors import totp
from security.passwords import PasswordPolicy
from security.roles import THREE_ADMINISTRATORS
from security.setup import Administrator
from security.vault import Keyring, Realm
from security.vault.keyfiles import create_keys
from tests.browser.conftest import serving
from tests.browser.walker import Theme, Walker
from web.app import create_app

pytestmark = pytest.mark.slow

PASSWORD = "marble-otter-lantern"


@dataclass
class StepClock:
    """The true time, moved on by whole steps, so that no test has to wait for the next code."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return self.now().timestamp()

    def next_step(self) -> None:
        self.ahead += timedelta(seconds=totp.STEP_S)


@dataclass(frozen=True)
class Place:
    address: str
    clock: StepClock

    def code(self, key: str) -> str:
        secret = totp.read(key)
        assert secret
        return totp.code_of(secret, totp.step_of(self.clock.now()))

    def log_in(self, browser: Browser, login: str, **options: bool | Theme) -> Walker:
        walker = Walker(browser, self.address, **options)  # type: ignore[arg-type]
        walker.go("/login")
        walker.page.fill("[name=login]", login)
        walker.page.fill("[name=password]", PASSWORD)
        walker.page.click("main button[type=submit]")
        return walker


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A console under the name localhost, because a security key knows no IP address."""
    database = Database(sqlite_url(tmp_path / "guanjin.db"))
    schema.upgrade(database)
    create_keys(tmp_path)
    policy = PasswordPolicy(12)
    hashed = policy.accept(PASSWORD, login="nobody")
    persons = {role: Administrator(role.value, f"甲乙丙{role}", hashed, False) for role in THREE_ADMINISTRATORS}
    with database.write() as session:
        setup.complete_setup(session, setup.issue_token(session), persons)
    settings = Settings.model_validate(
        {
            "site": {"name": "青岚县电子政务办公室"},
            "storage": {"data": tmp_path},
            "web": {"listen_port": 0},
            "security": {"second_factor": "privileged"},
        }
    )
    clock = StepClock()
    app = create_app(settings, database, clock=clock, keyring=Keyring.load(tmp_path, [Realm.IDENTITY]))
    with serving(app) as address:
        yield Place(address.replace("127.0.0.1", "localhost"), clock)
    database.close()


def plug_in(walker: Walker) -> None:
    """A key with a fingerprint reader whose owner touches it at once (Chromium's virtual authenticator)."""
    devtools = walker.context.new_cdp_session(walker.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def set_up_codes(place: Place, walker: Walker) -> str:
    """Through the pages; the key. Stays on the page with the recovery codes."""
    walker.go("/me/one-time-codes")
    key = walker.page.input_value("[name=key]")
    walker.page.fill("[name=code]", place.code(key))
    walker.page.fill("[name=password]", PASSWORD)
    walker.page.click("main button[type=submit]")
    assert walker.page.locator(".codes li").count() == 10
    place.clock.next_step()
    return key


def test_codes_work_without_javascript(browser: Browser, place: Place) -> None:
    walker = place.log_in(browser, "audit_admin", script=False)
    assert walker.page.url.endswith("/me")
    key = set_up_codes(place, walker)
    walker.close()
    again = place.log_in(browser, "audit_admin", script=False)
    assert "/second-factor" in again.page.url
    again.page.fill("[name=code]", place.code(key))
    again.page.get_by_role("button", name="提交验证码").click()
    assert again.page.url.endswith("/audit")
    again.close()


def test_a_security_key_is_set_up_and_opens_the_account(browser: Browser, place: Place) -> None:
    walker = place.log_in(browser, "system_admin")
    plug_in(walker)
    walker.go("/me/security-keys")
    walker.page.fill("[name=name]", "蓝色钥匙")
    walker.page.fill("[name=password]", PASSWORD)
    walker.page.click("main button[type=submit]")
    walker.page.wait_for_selector(".codes")
    walker.go("/me")
    assert "蓝色钥匙" in walker.page.inner_text("main")
    walker.page.locator("details.person summary").click()
    walker.page.locator("details.person form button").click()
    walker.page.wait_for_url("**/login")
    walker.page.fill("[name=login]", "system_admin")
    walker.page.fill("[name=password]", PASSWORD)
    walker.page.click("main button[type=submit]")
    walker.page.get_by_role("button", name="使用安全密钥").click()
    walker.page.wait_for_url("**/accounts")
    walker.require_clean()
    walker.close()


def test_without_the_key_the_page_says_what_to_do(browser: Browser, place: Place) -> None:
    walker = place.log_in(browser, "system_admin")
    walker.go("/me/security-keys")
    walker.page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('no key')); }")
    walker.page.fill("[name=name]", "蓝色钥匙")
    walker.page.fill("[name=password]", PASSWORD)
    walker.page.click("main button[type=submit]")
    walker.page.get_by_text("安全密钥没有应答").wait_for()
    walker.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_legible_and_load_nothing_from_elsewhere(browser: Browser, place: Place, theme: Theme) -> None:
    walker = place.log_in(browser, "system_admin", theme=theme)
    found = {}

    def look(name: str) -> None:
        walker.page.wait_for_load_state("networkidle")
        if wrong := [*walker.axe(), *([f"{walker.overflows()} px too wide"] if walker.overflows() else [])]:
            found[name] = wrong

    look("my account, a factor is due")
    walker.go("/me/one-time-codes")
    look("one-time codes")
    walker.go("/me/security-keys")
    look("a security key")
    set_up_codes(place, walker)
    look("recovery codes")
    for path in ("/me", "/sessions", "/accounts/1"):
        walker.go(path)
        look(path)
    assert found == {}
    walker.require_clean()
    half = place.log_in(browser, "system_admin", theme=theme)
    assert re.search("/second-factor", half.page.url)
    assert half.axe() == []
    half.require_clean()
