"""The pages of signing keys: one's own, and everybody's for the security administrator."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from security.factors.kinds import Factor
from security.ferry import signing_keys
from security.ferry.models import FerrySigningKey
from security.roles import Role
from security.sessions import SignedIn
from tests.security.ferry.world import PIN, Site
from tests.web.conftest import Browser, person
from tests.web.sites import At, World, at, people, submit, world

pytestmark = pytest.mark.slow
__all__ = ["at", "people", "world"]  # fixtures
NEW = "807142"
PAGE = "/me/signing-key"


def keys_of(site: Site, login: str) -> list[FerrySigningKey]:
    with site.database.read() as session:
        return signing_keys.of_person(session, login)


def recorded(site: Site, act: Callable[[], object]) -> list[tuple[str, str]]:
    before = len(site.audit())
    act()
    return [(one.event, one.result) for one in site.audit()[before:]]


def officer(at: At, site: Site, login: str = "qin") -> Browser:
    return at(site, person(Role.SECURITY_OFFICER, login=login))


def made(browser: Browser, pin: str = PIN, repeat: str | None = None) -> int:
    return browser.post(PAGE, {"new_pin": pin, "repeat_pin": pin if repeat is None else repeat}).status_code


def test_an_approver_makes_a_key_and_every_change_is_recorded_once(world: World, at: At) -> None:
    near, browser = world.near, officer(at, world.near)
    assert "您还没有签名密钥" in browser.get("/approvals").text
    assert recorded(near, lambda: made(browser)) == [("ferry:key:create", "ok")]
    page = browser.get(PAGE).text
    assert "在用密钥" in page
    assert "安全保密员" in page
    assert "您还没有签名密钥" not in browser.get("/approvals").text
    form = {"pin": PIN, "new_pin": NEW, "repeat_pin": NEW}
    assert recorded(near, lambda: browser.post(f"{PAGE}/pin", form)) == [("ferry:key:change-pin", "ok")]
    (key,) = keys_of(near, "qin")
    revoke = lambda: browser.post(f"{PAGE}/{key.id}/revoke", {"reason": "PIN 码遗忘"})  # noqa: E731
    assert recorded(near, revoke) == [("ferry:key:revoke", "ok")]
    page = browser.get(PAGE).text
    assert "PIN 码遗忘" in page
    assert "生成接替密钥" in page
    assert made(browser, NEW) == 303
    assert [one.revoked_at is None for one in keys_of(near, "qin")] == [True, False]


@pytest.mark.parametrize(
    ("pin", "repeat", "code"),
    [
        ("12345", None, "ferry.pin_length"),
        ("123456", None, "ferry.pin_trivial"),
        ("246810", "246811", "ferry.pins_differ"),
        ("", "", "web.field_missing"),
    ],
)
def test_a_bad_pin_makes_no_key_and_is_not_shown_again(
    world: World, at: At, pin: str, repeat: str | None, code: str
) -> None:
    browser = officer(at, world.near)
    answer = browser.post(PAGE, {"new_pin": pin, "repeat_pin": pin if repeat is None else repeat})
    assert answer.status_code == 400
    assert code in answer.text
    assert not pin or f'"{pin}"' not in answer.text
    assert keys_of(world.near, "qin") == []


def test_a_second_key_is_not_made_beside_the_first(world: World, at: At) -> None:
    browser = officer(at, world.near)
    assert made(browser) == 303
    assert made(browser, NEW) == 409
    assert len(keys_of(world.near, "qin")) == 1


def test_who_approves_nothing_makes_no_key(world: World, at: At) -> None:
    browser = at(world.near, person(Role.SUBMITTER, login="li"))
    assert "您没有审批摆渡申请的角色" in browser.get(PAGE).text
    assert made(browser) == 403
    assert keys_of(world.near, "li") == []


def test_a_wrong_old_pin_is_counted_recorded_and_locks_the_approval_too(world: World, at: At) -> None:
    near = world.near
    where = submit(at(near, person(Role.SUBMITTER, login="li")))
    near.work()
    browser = officer(at, near, "wang")
    form = {"pin": "000001", "new_pin": NEW, "repeat_pin": NEW}
    for _ in range(5):
        assert recorded(near, lambda: browser.post(f"{PAGE}/pin", form)) == [("ferry:key:change-pin", "refused")]
    assert "PIN 码错误已锁定" in browser.get(PAGE).text
    assert "ferry.pin_locked" in browser.post(f"{where}/approve", {"pin": PIN}).text
    near.clock.forward(minutes=16)
    assert browser.post(f"{where}/approve", {"pin": PIN}).status_code == 303


def test_one_revokes_ones_own_and_the_security_administrator_anybodys(world: World, at: At) -> None:
    near = world.near
    (key,) = keys_of(near, "zhang")
    other = officer(at, near, "wang")
    assert other.post(f"{PAGE}/{key.id}/revoke", {"reason": "x"}).status_code == 404
    assert other.get("/signing-keys").status_code == 403
    assert other.post(f"/signing-keys/{key.id}/revoke", {"reason": "x"}).status_code == 403
    security = at(near, person(Role.SECURITY_ADMIN, login="qian"))
    assert "zhang" in security.get("/signing-keys").text
    assert security.post(f"/signing-keys/{key.id}/revoke", {"reason": " "}).status_code == 400
    act = lambda: security.post(f"/signing-keys/{key.id}/revoke", {"reason": "人员离岗"})  # noqa: E731
    assert recorded(near, act) == [("ferry:key:revoke", "ok")]
    assert security.post(f"/signing-keys/{key.id}/revoke", {"reason": "x"}).status_code == 409
    (key,) = keys_of(near, "zhang")
    assert (key.revoked_by, key.reason) == ("qian", "人员离岗")


def test_an_old_approval_still_verifies_and_says_that_its_key_was_revoked(world: World, at: At) -> None:
    near = world.near
    where = submit(at(near, person(Role.SUBMITTER, login="li")))
    near.work()
    browser = officer(at, near, "wang")
    assert browser.post(f"{where}/approve", {"pin": PIN}).status_code == 303
    (key,) = keys_of(near, "wang")
    assert browser.post(f"{PAGE}/{key.id}/revoke", {"reason": "x"}).status_code == 303
    page = browser.get(where).text
    assert "签名有效" in page
    assert "该密钥其后于" in page


def test_without_a_key_the_decision_offers_to_make_one(world: World, at: At) -> None:
    near = world.near
    where = submit(at(near, person(Role.SUBMITTER, login="li")))
    near.work()
    page = officer(at, near).get(where).text
    assert f'href="{PAGE}"' in page
    assert 'name="pin"' not in page


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/pin", f"{PAGE}/1/revoke", "/signing-keys/1/revoke"])
def test_a_form_without_its_token_changes_nothing(world: World, at: At, path: str) -> None:
    browser = at(world.near, person(Role.SECURITY_ADMIN, Role.SECURITY_OFFICER, login="zhang"))
    client: FlaskClient = browser.client
    form = {"pin": PIN, "new_pin": NEW, "repeat_pin": NEW, "reason": "x"}
    answer = client.post(path, data=form)
    assert "web.form_expired" in answer.text
    assert [key.revoked_at for key in keys_of(world.near, "zhang")] == [None]


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/pin", f"{PAGE}/1/revoke", "/signing-keys/1/revoke"])
def test_an_old_second_factor_is_proved_again_first(world: World, at: At, path: str) -> None:
    who: SignedIn = person(Role.SECURITY_ADMIN, Role.SECURITY_OFFICER, login="zhang")
    long_ago = world.near.clock.now() - timedelta(hours=8)
    browser = at(world.near, replace(who, factor=Factor.TOTP, factor_at=long_ago))
    answer = browser.post(path, {"pin": PIN, "new_pin": NEW, "repeat_pin": NEW, "reason": "x"})
    assert answer.headers["Location"].startswith("/second-factor")
    (key,) = keys_of(world.near, "zhang")
    assert (key.revoked_at, key.pin_changed_at) == (None, None)
