"""The second step, my account, allowed addresses and sessions: with the real services behind."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from core.database import Database
from core.settings import Settings
from security import passwords, setup
from security.audit import AuditRecord
from security.factors import totp
from security.passwords import Cost
from security.roles import Role
from security.vault import Keyring, Realm
from security.vault.keyfiles import create_keys
from tests.web.conftest import Browser, StillClock, person
from web.app import create_app

PASSWORD = "竹篮打水一场空也不空，石板桥"
PERSONS = (("system_admin", "jia", "甲"), ("security_admin", "yi", "乙"), ("audit_admin", "bing", "丙"))


@dataclass
class Office:
    """A set-up installation under some rules, and browsers at its door."""

    app: Flask
    database: Database
    clock: StillClock

    def browser(self) -> Browser:
        return Browser(self.app, None)

    def log_in(self, login: str, browser: Browser | None = None, password: str = PASSWORD, **extra: object) -> Browser:
        browser = browser or self.browser()
        browser.post("/login", {"login": login, "password": password}, **extra)
        return follow(browser)

    def code(self, key: str) -> str:
        secret = totp.read(key)
        assert secret
        return totp.code_of(secret, totp.step_of(self.clock.now()))

    def events(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(AuditRecord.event).order_by(AuditRecord.sequence)))


def follow(browser: Browser) -> Browser:
    """Forms are bound to the cookie that the browser has now."""
    cookie = browser.client.get_cookie(browser.cookie)
    browser.session = cookie.value if cookie else ""
    return browser


Open = Callable[..., Office]


@pytest.fixture
def office(settings: Settings, database: Database, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setattr(passwords, "COST", Cost(memory_kib=64, iterations=1, lanes=1))
    create_keys(settings.storage.data)
    policy = passwords.PasswordPolicy(12)
    persons = {
        Role(role): setup.Administrator(login, name, policy.accept(PASSWORD, login=login), False)
        for role, login, name in PERSONS
    }
    with database.write() as session:
        token = setup.issue_token(session, clock=clock)
        setup.complete_setup(session, token, persons, clock=clock)

    def begin(**security: object) -> Office:
        rules = Settings.model_validate({**settings.model_dump(), "security": security})
        keyring = Keyring.load(settings.storage.data, [Realm.IDENTITY])
        return Office(create_app(rules, database, clock=clock, keyring=keyring), database, clock)

    return begin


def with_codes(office: Office, login: str) -> tuple[Browser, str, list[str]]:
    """Signed in, with one-time codes set up; the key and the recovery codes."""
    browser = office.log_in(login)
    page = browser.get("/me/one-time-codes").text
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    answer = browser.post("/me/one-time-codes", {"key": found[1], "code": office.code(found[1]), "password": PASSWORD})
    codes = re.findall(r"<li><code>([A-Z2-9-]{19})</code>", answer.text)
    office.clock.pass_(seconds=30)
    return follow(browser), found[1], codes


def test_by_default_a_password_is_enough(office: Open) -> None:
    assert office().log_in("jia").get("/accounts").status_code == 200


def test_whoever_needs_a_factor_reaches_nothing_but_the_page_that_sets_one_up(office: Open) -> None:
    begun = office(second_factor="privileged")
    browser = begun.log_in("jia")
    assert browser.get("/").headers["Location"] == "/me"
    page = browser.get("/me").text
    assert "请先在下方绑定一个" in page
    assert 'href="/accounts"' not in page, "the menu shows nothing that it would refuse"
    assert browser.get("/accounts").status_code == 403
    before = browser.session
    browser, key, codes = with_codes(begun, "jia")
    assert len(set(codes)) == 10
    assert browser.get("/accounts").status_code == 200
    assert browser.session != before
    assert codes[0] not in browser.get("/me").text, "they are shown once"
    assert key not in browser.get("/me").text


def test_password_then_code_then_where_one_was_going(office: Open) -> None:
    begun = office()
    _, key, _ = with_codes(begun, "bing")
    browser = begun.browser()
    wanted = browser.get("/audit?event=security:").headers["Location"]
    step = browser.post(wanted, {"login": "bing", "password": PASSWORD}).headers["Location"]
    assert step == "/second-factor?next=/audit?event%3Dsecurity:"
    half = follow(browser).session
    assert browser.get("/audit").status_code == 403
    assert "动态口令" not in browser.get("/second-factor").text
    refused = browser.post(step, {"code": "000000"})
    assert (refused.status_code, "factors.code_wrong" in refused.text) == (403, True)
    done = browser.post(step, {"code": begun.code(key)})
    assert done.headers["Location"] == "/audit?event=security:"
    assert follow(browser).session != half
    assert browser.get("/audit").status_code == 200


def test_the_token_from_before_the_second_step_is_worth_nothing_after_it(office: Open) -> None:
    begun = office()
    _, key, _ = with_codes(begun, "bing")
    victim = begun.log_in("bing")
    planted = victim.session
    victim.post("/second-factor", {"code": begun.code(key)})
    thief = begun.browser()
    thief.client.set_cookie(thief.cookie, planted)
    assert thief.get("/audit").headers["Location"].startswith("/login")


def test_a_planted_session_cookie_is_not_the_one_after_the_log_in(office: Open) -> None:
    begun = office()
    browser = begun.browser()
    browser.client.set_cookie(browser.cookie, "planted-by-somebody")
    assert begun.log_in("bing", browser).session != "planted-by-somebody"
    attacker = begun.log_in("jia")
    victim = begun.browser()
    victim.client.set_cookie(victim.cookie, attacker.session)
    victim.session = attacker.session
    begun.log_in("bing", victim)
    assert victim.session != attacker.session
    assert attacker.get("/accounts").headers["Location"].startswith("/login"), "the planted session ended"


def test_a_code_opens_one_session(office: Open) -> None:
    begun = office()
    _, key, codes = with_codes(begun, "bing")
    first, second = begun.log_in("bing"), begun.log_in("bing")
    code = begun.code(key)
    assert first.post("/second-factor", {"code": code}).status_code == 303
    assert second.post("/second-factor", {"code": code}).status_code == 403
    assert second.post("/second-factor", {"code": codes[0].lower()}).status_code == 303
    third = begun.log_in("bing")
    assert third.post("/second-factor", {"code": codes[0]}).status_code == 403


def test_an_expired_password_reaches_the_change_page_only(office: Open) -> None:
    begun = office(profile="mlps3", second_factor="off")
    begun.clock.pass_(days=90)
    browser = begun.log_in("jia")
    for path in ("/", "/accounts", "/me", "/sessions", "/about", "/me/one-time-codes"):
        assert browser.get(path).headers["Location"] == "/password", path
    assert "超过规定的使用期限" in browser.get("/password").text
    form = {"current": PASSWORD, "new": "Copper-Heron-Window-7", "repeat": "Copper-Heron-Window-7"}
    assert browser.post("/password", form).status_code == 303
    assert browser.get("/accounts").status_code == 200


def test_an_expired_password_with_a_factor_is_changed_after_the_second_step(office: Open) -> None:
    begun = office(profile="mlps3")
    _, key, _ = with_codes(begun, "jia")
    begun.clock.pass_(days=90)
    browser = begun.log_in("jia")
    assert browser.get("/password").status_code == 403, "a password alone changes no password"
    browser.post("/second-factor", {"code": begun.code(key)})
    assert follow(browser).get("/accounts").headers["Location"] == "/password"


def test_something_sensitive_asks_for_the_factor_again_after_a_while(office: Open) -> None:
    begun = office()
    browser, key, _ = with_codes(begun, "yi")
    number = re.findall(r'href="/accounts/(\d+)">bing<', browser.get("/accounts").text)[0]
    grant, form = f"/accounts/{number}/grant", {"role": "receiver", "where": "everywhere", "reason": "x"}
    assert "security.role_conflict" in browser.post(grant, form).text, "it came as far as the rules"
    begun.clock.pass_(minutes=16)
    asked = browser.post(grant, form, headers={"Referer": f"http://localhost/accounts/{number}"})
    assert asked.headers["Location"] == f"/second-factor?next=/accounts/{number}"
    page = browser.get(asked.headers["Location"]).text
    assert "请重新验证第二鉴别因素" in page
    proved = browser.post(asked.headers["Location"], {"code": begun.code(key)})
    assert proved.headers["Location"] == f"/accounts/{number}"
    assert "security.role_conflict" in browser.post(grant, form).text


def test_who_has_no_factor_is_asked_for_none(office: Open) -> None:
    begun = office()
    browser = begun.log_in("yi")
    begun.clock.pass_(minutes=20)
    assert "/second-factor" not in browser.post("/accounts/1/grant", {"role": "receiver"}).headers.get("Location", "")


def test_the_picture_holds_the_key_that_can_be_typed_and_needs_no_inline_style(office: Open) -> None:
    page = office().log_in("jia").get("/me/one-time-codes").text
    assert "<svg" in page
    assert "style=" not in page
    assert re.search(r"<code>([A-Z2-7]{4} ?){8}</code>", page)


def test_a_wrong_code_shows_the_same_key_again(office: Open) -> None:
    browser = office().log_in("jia")
    key = html.unescape(re.findall(r'name="key" value="([^"]+)"', browser.get("/me/one-time-codes").text)[0])
    answer = browser.post("/me/one-time-codes", {"key": key, "code": "12345", "password": PASSWORD})
    assert answer.status_code == 403
    assert f'value="{key}"' in answer.text


def test_a_person_sees_and_ends_their_own_sessions_and_nobody_elses(office: Open) -> None:
    begun = office()
    here, elsewhere, other = begun.log_in("bing"), begun.log_in("bing"), begun.log_in("jia")
    page = here.get("/me").text
    ends = re.findall(r'action="(/me/sessions/\d+/end)"', page)
    assert len(ends) == 1, "this one is named, the other one can be ended"
    theirs = re.findall(r'/sessions/(\d+)/end"', other.get("/sessions").text)
    mine = {end.split("/")[3] for end in ends}
    foreign = next(number for number in theirs if number not in mine)
    assert other.post(f"/me/sessions/{foreign}/end").status_code == 404
    assert here.post(ends[0]).status_code == 303
    assert elsewhere.get("/me").headers["Location"].startswith("/login")
    assert here.get("/me").status_code == 200
    assert begun.events()[-1] == "security:session:end"


def test_the_system_administrator_sees_all_sessions(office: Open) -> None:
    begun = office()
    begun.log_in("bing")
    admin = begun.log_in("jia")
    page = admin.get("/sessions").text
    assert ">bing</a>" in page
    end = re.findall(r'action="(/accounts/\d+/sessions/\d+/end)"', page)
    assert len(end) == 1
    account, number = re.findall(r"\d+", end[0])
    assert admin.post(f"/accounts/{int(account) + 1}/sessions/{number}/end").status_code == 404
    assert admin.post(end[0]).status_code == 303


def test_the_later_log_in_ends_the_earlier_where_the_profile_says_so(office: Open) -> None:
    begun = office(profile="mlps3", second_factor="off")
    first = begun.log_in("bing")
    second = begun.log_in("bing")
    assert first.get("/audit").headers["Location"].startswith("/login")
    assert second.get("/audit").status_code == 200


def test_a_session_ends_when_its_address_leaves_the_list(office: Open) -> None:
    begun = office()
    admin, auditor = begun.log_in("jia"), begun.log_in("bing")
    number = re.findall(r'href="/accounts/(\d+)">bing<', admin.get("/accounts").text)[0]
    refused = admin.post(f"/accounts/{number}/addresses", {"addresses": "10.1.1.9/16"})
    assert "security.address_range" in refused.text
    admin.post(f"/accounts/{number}/addresses", {"addresses": "10.1.0.0/16"})
    assert auditor.get("/audit").headers["Location"].startswith("/login")
    assert begun.events()[-1] == "security:session:refuse-address"
    assert begun.log_in("bing").get("/audit").headers["Location"].startswith("/login")
    inside = begun.browser()
    inside.client.environ_base["REMOTE_ADDR"] = "10.1.2.3"
    begun.log_in("bing", inside)
    assert inside.get("/audit").status_code == 200
    inside.client.environ_base["REMOTE_ADDR"] = "172.16.0.9"
    assert inside.get("/audit").headers["Location"].startswith("/login")
    inside.client.environ_base["REMOTE_ADDR"] = "10.1.2.3"
    assert inside.get("/audit").headers["Location"].startswith("/login"), "a token seen elsewhere is spent"


def test_lost_factors_are_reset_by_the_system_administrator(office: Open) -> None:
    begun = office()
    with_codes(begun, "bing")
    admin = begun.log_in("jia")
    number = re.findall(r'href="/accounts/(\d+)">bing<', admin.get("/accounts").text)[0]
    assert "动态口令" in admin.get(f"/accounts/{number}").text
    assert admin.post(f"/accounts/{number}/factors/reset").status_code == 303
    assert begun.log_in("bing").get("/audit").status_code == 200
    assert begun.events()[-2:] == ["security:factor:reset", "security:session:login"]


def test_a_key_is_offered_under_the_name_of_the_console_alone(office: Open) -> None:
    browser = office().log_in("jia")
    assert "data-security-key" in browser.get("/me/security-keys").text
    browser.client.set_cookie(browser.cookie, browser.session, domain="127.0.0.1")
    by_number = browser.get("/me/security-keys", base_url="http://127.0.0.1/")
    assert "data-security-key" not in by_number.text
    assert "localhost" in by_number.text


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id":"AA","rawId":"AA","response":{}}', "x" * 70_000])
def test_a_made_up_answer_of_a_key_is_refused(office: Open, answer: str) -> None:
    browser = office().log_in("jia")
    browser.get("/me/security-keys")
    refused = browser.post("/me/security-keys", {"password": PASSWORD, "name": "k", "answer": answer})
    assert refused.status_code in {400, 403}
    assert "factors.key_refused" in refused.text or not answer


def test_busy_hashing_is_said_as_busy(office: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from security.turnstile import Turnstile

    begun = office()
    full = Turnstile(1, 0, 0.01)
    monkeypatch.setattr(passwords, "_turnstile", full)
    with full:
        answer = begun.browser().post("/login", {"login": "jia", "password": PASSWORD})
    assert answer.status_code == 503
    assert "security.passwords_busy" in answer.text
    assert begun.log_in("jia").get("/accounts").status_code == 200, "nothing was counted"


def test_a_person_without_an_account_is_told_so(browse: Callable[..., Browser]) -> None:
    assert browse(person(Role.AUDIT_ADMIN)).get("/me").status_code == 404


def test_each_step_with_one_time_codes_is_recorded_once(office: Open) -> None:
    begun = office()
    known = len(begun.events())

    def new() -> list[str]:
        nonlocal known
        events = begun.events()[known:]
        known += len(events)
        return events

    browser, key, _ = with_codes(begun, "jia")
    assert new() == ["security:session:login", "security:factor:enrol"]
    half = begun.log_in("jia")
    assert new() == ["security:session:password"]
    begun.clock.pass_(seconds=30)
    half.post("/second-factor", {"code": begun.code(key)})
    assert new() == ["security:session:login"]
    follow(half).post("/me/recovery-codes", {"password": PASSWORD})
    assert new() == ["security:factor:issue-codes"]
    half.post("/me/one-time-codes/remove", {"password": PASSWORD})
    assert new() == ["security:factor:remove"]
    del browser
