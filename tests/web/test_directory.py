"""Logging in by the office's own directory, in the console: a real LDAP server, and a provider over HTTPS."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.database import Database
from core.settings import Settings
from security import accounts, passwords, setup
from security.accounts import NewAccount
from security.audit import SYSTEM, AuditRecord
from security.directory import linking
from security.directory.kinds import Source
from security.directory.opening import FIELD, LDAP_SECRET, OIDC_SECRET
from security.passwords import Cost
from security.roles import Role
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys
from tests.nginx import Authority
from tests.openid import CLIENT, SECRET, OpenId, openid
from tests.slapd import ASKER, ASKER_PASSWORD, BASE, Slapd, slapd
from tests.web.conftest import Browser, StillClock
from tests.web.test_second_factor import PASSWORD, PERSONS, Office, follow
from web.app import create_app
from web.pages.provider import COOKIE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
THE_DIRECTORYS = "竹篮打水"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def ldap(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd"), authority.issue("ldap", "/CN=x", names="DNS:localhost")) as server:
        yield server


@pytest.fixture
def provider(authority: Authority, clock: StillClock) -> Iterator[OpenId]:
    with openid(authority.issue("idp", "/CN=x", names="DNS:localhost")) as provider:
        provider.skew_s = clock.now().timestamp() - time.time()
        yield provider


Begin = Callable[..., Office]


@pytest.fixture
def begin(
    settings: Settings, database: Database, clock: StillClock, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Begin:
    """An office whose `zhangwei` is recognised as the test says."""
    monkeypatch.setattr(passwords, "COST", Cost(memory_kib=64, iterations=1, lanes=1))
    create_keys(settings.storage.data)
    keyring = Keyring.load(settings.storage.data, [Realm.IDENTITY])
    policy = passwords.PasswordPolicy(12)
    persons = {
        Role(role): setup.Administrator(login, name, policy.accept(PASSWORD, login=login), False)
        for role, login, name in PERSONS
    }

    def open_office(source: Source, subject: str, **directory: object) -> Office:
        with database.write() as session:
            token = setup.issue_token(session, clock=clock)
            setup.complete_setup(session, token, persons, clock=clock)
            new = NewAccount("zhangwei", "张伟")
            made = accounts.create(session, new, policy.accept(PASSWORD, login="zhangwei"), actor=SYSTEM, clock=clock)
            linking.link(session, made.id, source, subject, actor=SYSTEM, clock=clock)
            for name, secret in ((LDAP_SECRET, ASKER_PASSWORD), (OIDC_SECRET, SECRET)):
                Vault(keyring, clock).put(session, Realm.IDENTITY, name, {FIELD: secret}, actor=SYSTEM)
        root = authority.root.certificate
        named = {"ldap_authority": root, "oidc_authority": root, "ldap_base": BASE, "ldap_bind_dn": ASKER}
        rules = Settings.model_validate({**settings.model_dump(), "directory": named | directory})
        return Office(create_app(rules, database, clock=clock, keyring=keyring), database, clock)

    return open_office


def last(office: Office) -> AuditRecord:
    with office.database.read() as session:
        return session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(1)).one()


def test_the_same_form_takes_the_directorys_password(begin: Begin, ldap: Slapd) -> None:
    office = begin(Source.LDAP, "zhangwei", ldap_urls=ldap.tls)
    assert "login/provider" not in office.browser().get("/login").text
    assert office.log_in("zhangwei", password=PASSWORD).get("/about").status_code == 303
    assert office.log_in("zhangwei", password=THE_DIRECTORYS).get("/about").status_code == 200
    assert last(office).event == "security:session:login"
    assert office.log_in("jia").get("/accounts").status_code == 200, "the others have passwords of ours"


def test_a_directory_that_is_away_says_so_and_lets_the_others_in(begin: Begin, ldap: Slapd) -> None:
    office = begin(Source.LDAP, "zhangwei", ldap_urls="ldaps://localhost:1", timeout_s=0.5)
    answer = office.browser().post("/login", {"login": "zhangwei", "password": THE_DIRECTORYS})
    assert answer.status_code == 502
    assert "directory.away" in answer.text
    assert THE_DIRECTORYS not in answer.text
    assert office.log_in("jia").get("/accounts").status_code == 200


def test_the_way_there_and_back(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    browser = office.browser()
    assert 'href="/login/provider?next=/devices"' in browser.get("/login?next=/devices").text
    arrived = came_back(browser, provider, "/login/provider?next=/about")
    assert arrived.status_code == 200
    assert arrived.headers["Refresh"] == "0; url=/about"
    assert "Strict" in next(
        one for one in arrived.headers.getlist("Set-Cookie") if one.startswith(browser.cookie + "=")
    )
    assert follow(browser).get("/about").status_code == 200
    assert last(office).event == "security:session:login"
    assert browser.client.get_cookie(COOKIE, path="/login/provider") is None, "a journey is made once"


def came_back(browser: Browser, provider: OpenId, path: str = "/login/provider") -> object:
    away = browser.get(path)
    assert away.status_code == 303
    cookie = next(one for one in away.headers.getlist("Set-Cookie") if one.startswith(COOKIE))
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" in cookie
    returned = provider.visit(away.headers["Location"])
    assert returned.startswith("http://localhost/login/provider/back?")
    return browser.get(returned.removeprefix("http://localhost"))


def test_a_stranger_learns_the_own_name_and_nothing_opens(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, "somebody else", oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    browser = office.browser()
    answer = came_back(browser, provider)
    assert answer.status_code == 403
    assert provider.subject in answer.text
    assert browser.client.get_cookie(browser.cookie) is None
    assert (last(office).event, last(office).result) == ("security:session:refuse", "refused")


def test_another_site_cannot_log_somebody_in_as_itself(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    attacker, victim = office.browser(), office.browser()
    returned = provider.visit(attacker.get("/login/provider").headers["Location"]).removeprefix("http://localhost")
    for browser in (victim, office.browser()):
        answer = browser.get(returned)
        assert answer.status_code == 403
        assert "directory.flow" in answer.text
    victim.get("/login/provider")
    assert victim.get(returned).status_code == 403, "a journey of one's own is another one"


def test_the_way_back_takes_chinese(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    arrived = came_back(office.browser(), provider, "/login/provider?next=/devices%3Fq%3D%E4%B8%AD%E6%96%87")
    assert arrived.headers["Refresh"] == "0; url=/devices?q=%E4%B8%AD%E6%96%87"


def test_a_token_that_does_not_fit_is_in_the_log(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    provider.twist = lambda claims: claims | {"nonce": "another"}
    assert came_back(office.browser(), provider).status_code >= 400
    found = last(office)
    assert (found.event, found.result, found.detail["code"]) == (
        "security:session:refuse",
        "failed",
        "directory.answer",
    )
    assert found.detail["source"] == "oidc"


def test_a_factor_is_set_up_by_who_has_no_password(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    browser = office.browser()
    came_back(browser, provider)
    page = follow(browser).get("/me/one-time-codes").text
    assert 'name="password"' not in page
    key = page.partition('name="key" value="')[2].partition('"')[0]
    assert browser.post("/me/one-time-codes", {"key": key, "code": office.code(key)}).status_code == 200


@pytest.mark.parametrize("wanted", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(begin: Begin, provider: OpenId, wanted: str) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    browser = office.browser()
    away = browser.get("/login/provider", query_string={"next": wanted})
    arrived = browser.get(provider.visit(away.headers["Location"]).removeprefix("http://localhost"))
    assert arrived.headers["Refresh"] == "0; url=/"
    assert "evil" not in arrived.text


def test_a_disabled_account_stays_out(begin: Begin, provider: OpenId) -> None:
    office = begin(Source.OIDC, provider.subject, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    with office.database.write() as session:
        accounts.disable(session, accounts.by_login(session, "zhangwei").id, actor=SYSTEM, clock=office.clock)
    answer = came_back(office.browser(), provider)
    assert answer.status_code == 403
    assert "security.login_failed" in answer.text


def test_without_a_provider_there_is_no_way(begin: Begin, ldap: Slapd, tmp_path: Path) -> None:
    office = begin(Source.LDAP, "zhangwei", ldap_urls=ldap.tls)
    for path in ("/login/provider", "/login/provider/back?code=x&state=y"):
        assert office.browser().get(path).status_code == 403


def test_a_factor_is_set_up_with_the_directorys_password(begin: Begin, ldap: Slapd) -> None:
    office = begin(Source.LDAP, "zhangwei", ldap_urls=ldap.plain)
    browser = office.log_in("zhangwei", password=THE_DIRECTORYS)
    page = browser.get("/me/one-time-codes").text
    key = page.partition('name="key" value="')[2].partition('"')[0]
    for password, status in ((PASSWORD, 403), (THE_DIRECTORYS, 200)):
        form = {"key": key, "code": office.code(key), "password": password}
        assert browser.post("/me/one-time-codes", form).status_code == status
