"""Set-up, log-in, passwords, accounts, roles, the audit log, credentials, jobs: with the real services."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core import jobs
from core.database import Database
from core.events import Event
from core.settings import Settings
from inventory.models import Site, Unit
from security import accounts, audit, grants, proposals, setup
from security.accounts import NewAccount
from security.audit import SYSTEM, AuditRecord
from security.passwords import HashedPassword
from security.reach import Reach
from security.roles import Role
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyfiles import create_keys
from security.vault.kinds import FIELDS, OPTIONAL
from tests.web.conftest import Browser, StillClock, person
from web.app import create_app

Browse = Callable[..., Browser]
PASSWORD = "竹篮打水一场空也不空，石板桥"
PERSONS = (("system_admin", "jia", "甲"), ("security_admin", "yi", "乙"), ("audit_admin", "bing", "丙"))
CHEAP = HashedPassword("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$x")


@pytest.fixture
def visitor(settings: Settings, database: Database, clock: StillClock) -> Browser:
    """A browser at the real door."""
    return Browser(create_app(settings, database, clock=clock), None)


def signed_in(visitor: Browser, login: str, password: str) -> int:
    answer = visitor.post("/login", {"login": login, "password": password})
    cookie = visitor.client.get_cookie(visitor.cookie)
    if cookie:
        visitor.session = cookie.value
    return answer.status_code


def set_up(visitor: Browser, database: Database, clock: StillClock) -> None:
    with database.write() as session:
        token = setup.issue_token(session, clock=clock)
    form: dict[str, object] = {"token": token}
    for role, login, name in PERSONS:
        form |= {f"{role}_login": login, f"{role}_name": name}
        form |= {f"{role}_password": PASSWORD + name, f"{role}_repeat": PASSWORD + name}
    assert visitor.post("/setup", form).headers["Location"] == "/login"


def test_before_the_set_up_every_page_leads_to_it(visitor: Browser) -> None:
    for path in ("/", "/login", "/overview", "/audit"):
        assert visitor.get(path).headers["Location"] == "/setup"
    assert visitor.get("/setup").status_code == 200


def test_a_wrong_token_sets_nothing_up(visitor: Browser, database: Database) -> None:
    with database.write() as session:
        setup.issue_token(session)
    answer = visitor.post("/setup", {"token": "AAAAA-AAAAA-AAAAA-AAAAA"})
    assert answer.status_code == 403
    assert "security.setup_token" in answer.text


def test_set_up_log_in_first_password_and_log_out(visitor: Browser, database: Database, clock: StillClock) -> None:
    set_up(visitor, database, clock)
    assert visitor.get("/setup").headers["Location"] == "/login"
    assert signed_in(visitor, "jia", "wrong password here") == 403
    assert signed_in(visitor, "jia", PASSWORD + "甲") == 303
    cookie = visitor.client.get_cookie(visitor.cookie)
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert visitor.get("/accounts").headers["Location"] == "/password", "the first password is to be changed"
    form = {"current": PASSWORD + "甲", "new": "另一句谁也猜不到的很长的话", "repeat": "另一句谁也猜不到的很长的话"}
    assert "web.repeat_differs" in visitor.post("/password", {**form, "repeat": "x"}).text
    assert visitor.post("/password", form).status_code == 303
    assert visitor.get("/").headers["Location"] == "/accounts"
    assert visitor.post("/logout").headers["Location"] == "/login"
    assert visitor.get("/accounts").headers["Location"].startswith("/login")


def test_an_idle_session_ends_and_a_page_that_refreshes_itself_is_idle(
    visitor: Browser, database: Database, clock: StillClock
) -> None:
    set_up(visitor, database, clock)
    signed_in(visitor, "bing", PASSWORD + "丙")
    for _ in range(4):
        clock.pass_(minutes=10)
        answer = visitor.get("/status", headers={"X-Guanjin-Live": "1", "HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


def test_the_login_leads_back_to_where_one_was_going(visitor: Browser, database: Database, clock: StillClock) -> None:
    set_up(visitor, database, clock)
    wanted = visitor.get("/audit?event=security:").headers["Location"]
    assert wanted.startswith("/login?next=/audit")
    answer = visitor.post(wanted, {"login": "bing", "password": PASSWORD + "丙"})
    assert answer.headers["Location"] == "/audit?event=security:"


def test_the_system_administrator_makes_accounts_and_the_security_administrator_proposes_roles(
    browse: Browse, database: Database
) -> None:
    system = browse(person(Role.SYSTEM_ADMIN))
    answer = system.post("/accounts/new", {"login": "wangfang", "name": "王芳", "password": PASSWORD})
    assert answer.status_code == 303
    where = answer.headers["Location"]
    form = {"role": "network_admin", "where": "everywhere", "reason": "到岗"}
    assert system.post(f"{where}/grant", form).status_code == 403
    security = browse(person(Role.SECURITY_ADMIN, login="secadmin"))
    with database.write() as session:
        other = accounts.create(session, NewAccount("lisi", "李四"), CHEAP, actor=SYSTEM)
        system_admin = accounts.create(session, NewAccount("jia", "甲"), CHEAP, actor=SYSTEM)
        grants.grant(session, system_admin.id, Role.SYSTEM_ADMIN, actor=SYSTEM)
    assert security.post(f"/accounts/{other.id}/grant", form).status_code == 303
    assert "待复核" in security.get(f"/accounts/{other.id}").text
    with database.read() as session:
        assert accounts.get(session, other.id).roles == frozenset()
    confirmer = browse(person(Role.SYSTEM_ADMIN, login="jia", account_id=system_admin.id))
    assert "(1)" in confirmer.get("/accounts").text.partition("</title>")[0], "what waits for me is counted"
    assert "李四" in confirmer.get("/grants").text
    assert confirmer.post("/grants/1/confirm").headers["Location"] == "/grants"
    with database.read() as session:
        assert accounts.get(session, other.id).roles == {Role.NETWORK_ADMIN}
    refused = security.post(f"/accounts/{other.id}/grant", {**form, "role": "audit_admin"})
    assert refused.status_code == 403
    assert "security.role_conflict" in refused.text


def test_a_limit_that_nobody_filled_in_is_not_taken_for_none(browse: Browse, database: Database) -> None:
    with database.write() as session:
        unit, site = Unit(name="石桥镇人民政府"), Site(name="机房楼")
        session.add_all([unit, site])
        other = accounts.create(session, NewAccount("lisi", "李四"), CHEAP, actor=SYSTEM)
    security = browse(person(Role.SECURITY_ADMIN, login="secadmin", account_id=99))
    form: dict[str, object] = {"role": "operator", "where": "limited", "reason": "轮岗"}
    assert "security.reach_empty" in security.post(f"/accounts/{other.id}/grant", form).text
    assert security.post(f"/accounts/{other.id}/grant", {"role": "operator", "reason": "轮岗"}).status_code == 400
    form |= {"unit": [str(unit.id)], "below": "1", "site": [str(site.id), "x"], "group": []}
    assert security.post(f"/accounts/{other.id}/grant", form).status_code == 303
    with database.read() as session:
        (found,) = proposals.waiting(session, StillClock().now())
    assert found.reach == Reach.to(units_below=[unit.id], sites=[site.id])
    text = security.get("/grants").text
    assert "石桥镇人民政府" in text
    assert "机房楼" in text
    assert 'action="/grants/1/confirm"' not in text, "nobody is offered to confirm what they proposed"
    assert security.post("/grants/1/confirm").status_code == 403
    assert security.post("/grants/1/withdraw").status_code == 303
    assert "已撤回" in security.get("/grants").text


def test_a_refusal_says_why(browse: Browse, database: Database) -> None:
    with database.write() as session:
        other = accounts.create(session, NewAccount("lisi", "李四"), CHEAP, actor=SYSTEM)
        system_admin = accounts.create(session, NewAccount("jia", "甲"), CHEAP, actor=SYSTEM)
        grants.grant(session, system_admin.id, Role.SYSTEM_ADMIN, actor=SYSTEM)
    security = browse(person(Role.SECURITY_ADMIN, login="secadmin", account_id=99))
    form = {"role": "network_admin", "where": "everywhere", "reason": "到岗"}
    assert security.post(f"/accounts/{other.id}/grant", form).status_code == 303
    confirmer = browse(person(Role.SYSTEM_ADMIN, login="jia", account_id=system_admin.id))
    assert confirmer.post("/grants/1/refuse", {"reason": " "}).status_code == 400
    assert confirmer.post("/grants/1/refuse", {"reason": "已调离"}).status_code == 303
    with database.read() as session:
        newest = audit.find(session).records[0]
        assert (newest.event, newest.actor_name) == (Event.ROLE_PROPOSAL_REFUSED, "jia")
        assert newest.detail == {"proposed_by": "secadmin", "reason": "已调离"}
        assert accounts.get(session, other.id).roles == frozenset()


def test_a_weak_password_is_explained_beside_the_form(browse: Browse) -> None:
    answer = browse(person(Role.SYSTEM_ADMIN)).post(
        "/accounts/new", {"login": "a.b", "name": "甲", "password": "short"}
    )
    assert answer.status_code == 400
    assert "security.password_length" in answer.text
    assert 'value="a.b"' in answer.text
    assert "short" not in answer.text


def test_the_audit_log_is_filtered_paged_and_verified(browse: Browse, database: Database, clock: StillClock) -> None:
    with database.write() as session:
        for number in range(60):
            audit.record(session, Event.LOGGED_OUT, SYSTEM, subject=f"account:a{number:02d}", clock=clock)
    browser = browse(person(Role.AUDIT_ADMIN))
    first = browser.get("/audit?subject=account:a").text
    assert "account:a59" in first
    assert "account:a09" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert "account:a09" in browser.get(older[1].replace("&amp;", "&")).text
    assert "全部 60 条记录完好" in browser.get("/audit?verify=1").text
    assert "没有符合条件的记录" in browser.get("/audit?since=2030-01-01").text
    assert browser.get("/audit?since=nonsense&result=x&before=-1").status_code == 200


def test_a_changed_record_is_named(browse: Browse, database: Database, clock: StillClock) -> None:
    with database.write() as session:
        for _ in range(3):
            audit.record(session, Event.LOGGED_OUT, SYSTEM, subject="account:a", clock=clock)
    with database.write_engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_record_no_update")
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").scalars().all()
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit_record SET subject='account:b' WHERE sequence=2")
        connection.commit()
    assert "第 2 条" in browse(person(Role.AUDIT_ADMIN)).get("/audit?verify=1").text


def test_credentials_show_names_and_never_values(browse: Browse, database: Database, settings: Settings) -> None:
    create_keys(settings.storage.data)
    vault = Vault(Keyring.load(settings.storage.data, [Realm.MONITOR]))
    with database.write() as session:
        vault.put(session, Realm.MONITOR, "county-ro", {"community": "Planted-Secret"}, actor=SYSTEM)
    browser = browse(person(Role.SYSTEM_ADMIN))
    text = browser.get("/credentials").text
    assert "county-ro" in text
    assert "Planted-Secret" not in text
    assert browser.post("/credentials/delete", {"realm": "monitor", "name": "county-ro"}).status_code == 303
    assert "county-ro" not in browser.get("/credentials?").text.partition("<table")[2]


def test_a_credential_is_typed_into_the_console_which_cannot_open_it(
    browse: Browse, database: Database, settings: Settings
) -> None:
    create_keys(settings.storage.data)
    poller = Vault(Keyring.load(settings.storage.data, [Realm.MONITOR]))
    browser = browse(person(Role.SYSTEM_ADMIN))
    form = {"name": "county-v3", "username": "ops", "authentication": "sha256", "auth_password": "Planted-Secret"}
    early = browser.post("/credentials/new?kind=snmp-v3", form)
    assert (early.status_code, "vault.no_recipient" in early.text) == (409, True)
    poller.prepare(database)
    half = browser.post("/credentials/new?kind=snmp-v3", {**form, "authentication": ""})
    assert half.status_code == 400
    assert "county-v3" in half.text
    for answer in (early, half):
        assert "Planted-Secret" not in answer.text
    done = browser.post("/credentials/new?kind=snmp-v3", form)
    assert (done.status_code, done.headers["Location"]) == (303, "/credentials")
    assert "county-v3" in browser.get("/credentials").text
    with database.read() as session:
        assert poller.open(session, Realm.MONITOR, "county-v3")["auth_password"] == "Planted-Secret"
        (entry,) = session.scalars(select(AuditRecord)).all()
    assert (entry.event, entry.subject) == ("security:credential:store", "credential:monitor/county-v3")
    assert "Planted-Secret" not in str(entry.after_json)


@pytest.mark.parametrize("kind", ["snmp-v2c", "snmp-v3", "ssh-password", "ssh-key"])
def test_each_kind_of_credential_has_its_form(browse: Browse, kind: str) -> None:
    text = browse(person(Role.SYSTEM_ADMIN)).get(f"/credentials/new?kind={kind}").text
    assert 'name="name"' in text
    for field in (*FIELDS[Kind(kind)], *OPTIONAL.get(Kind(kind), ())):
        assert f'name="{field}"' in text


@pytest.mark.parametrize("kind", ["other", "none", ""])
def test_a_kind_without_a_form_is_refused(browse: Browse, kind: str) -> None:
    assert browse(person(Role.SYSTEM_ADMIN)).get(f"/credentials/new?kind={kind}").status_code == 400


def test_a_job_is_cancelled_with_a_record(browse: Browse, database: Database, clock: StillClock) -> None:
    with database.write() as session:
        number = jobs.enqueue(
            session, "config.backup", {"device_id": 1}, actor="zhang", subject="device:X", clock=clock
        )
    browser = browse(person(Role.OPERATOR))
    assert "device:X" in browser.get("/jobs?state=queued").text
    assert browser.post(f"/jobs/{number}/cancel").status_code == 303
    text = browser.get(f"/jobs/{number}").text
    assert "已取消" in text
    assert browser.post(f"/jobs/{number}/cancel").status_code == 409
    with database.read() as session:
        assert session.scalars(select(AuditRecord.event)).all() == ["jobs:job:cancel"]
