"""The pages of tokens: one's own, everybody's, and the reference of what they open."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.database import Database
from security import accounts, grants, sessions
from security.accounts import NewAccount
from security.audit import Actor, AuditRecord
from security.passwords import HashedPassword
from security.roles import Permission, Role
from security.sessions import SignedIn
from security.tokens import form
from security.tokens.models import ApiToken
from tests.web.conftest import Browser, StillClock
from web.api.application import OPERATIONS

Browse = Callable[..., Browser]
SETTER = Actor("setter", "person")


@pytest.fixture
def person_of(database: Database, clock: StillClock) -> Callable[..., SignedIn]:
    """Somebody with an account, because tokens belong to one."""

    def make(login: str, *roles: Role) -> SignedIn:
        with database.write() as session:
            new = NewAccount(login, login, must_change_password=False)
            account = accounts.create(session, new, HashedPassword("!"), actor=SETTER, clock=clock)
            for role in roles:
                grants.grant(session, account.id, role, actor=SETTER, clock=clock)
            return sessions.principal_of(account, session_id=1)

    return make


def make_token(browser: Browser, **changes: object) -> str:
    """Through the form; returns the answer's page."""
    data = {"name": "夜间巡检", "days": "30", "permission": ["monitoring:view", "job:view"], **changes}
    answer = browser.post("/tokens", data)
    assert answer.status_code == 200, answer.text
    return answer.text


def shown_tokens(page: str) -> list[str]:
    return [found for found in re.findall(r"gj_\w+", page) if form.well_formed(found)]


def test_a_token_is_shown_once_and_works(browse: Browse, person_of: Callable[..., SignedIn]) -> None:
    browser = browse(person_of("zhangwei", Role.OPERATOR))
    (token,) = shown_tokens(make_token(browser))
    later = browser.get("/tokens").text
    assert shown_tokens(later) == []
    assert token[:7] in later
    assert "夜间巡检" in later
    answer = browser.client.get("/api/v1/tokens/current", headers={"Authorization": f"Bearer {token}"})
    assert answer.json
    assert answer.json["effective_permissions"] == ["job:view", "monitoring:view"]
    assert answer.json["login"] == "zhangwei"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"permission": []}, 403),
        ({"permission": ["audit:read"]}, 400),
        ({"permission": ["role:grant"]}, 400),
        ({"name": ""}, 400),
        ({"days": "400"}, 400),
        ({"networks": "office"}, 400),
    ],
)
def test_a_form_that_is_not_right_makes_nothing_and_keeps_what_was_typed(
    browse: Browse, person_of: Callable[..., SignedIn], database: Database, changes: dict[str, object], status: int
) -> None:
    browser = browse(person_of("zhangwei", Role.OPERATOR))
    data = {"name": "夜间巡检", "days": "30", "permission": ["job:view"], **changes}
    answer = browser.post("/tokens", data)
    assert answer.status_code == status
    assert shown_tokens(answer.text) == []
    if changes.get("name", "夜间巡检"):
        assert "夜间巡检" in answer.text
    with database.read() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_only_what_the_person_holds_is_offered(browse: Browse, person_of: Callable[..., SignedIn]) -> None:
    page = browse(person_of("zhangwei", Role.SECURITY_OFFICER)).get("/tokens").text
    offered = set(re.findall(r'name="permission" value="([^"]+)"', page))
    assert offered == {Permission.VIEW_MONITORING, Permission.VIEW_TRANSFERS}
    nothing = browse(person_of("lijing", Role.SUBMITTER)).get("/tokens").text
    assert 'name="permission"' not in nothing


def test_revoking_is_for_ones_own_and_for_the_system_administrator(
    browse: Browse, person_of: Callable[..., SignedIn], database: Database
) -> None:
    owner = browse(person_of("zhangwei", Role.OPERATOR))
    make_token(owner)
    other = browse(person_of("wangli", Role.NETWORK_ADMIN))
    assert other.post("/tokens/1/revoke").status_code == 404
    assert other.get("/tokens/all").status_code == 403
    assert other.post("/tokens/all/1/revoke").status_code == 403
    administrator = browse(person_of("sysadmin", Role.SYSTEM_ADMIN))
    assert "zhangwei" in administrator.get("/tokens/all").text
    assert administrator.post("/tokens/all/1/revoke").status_code == 303
    with database.read() as session:
        assert session.scalars(select(ApiToken.revoked_by)).one() == "sysadmin"
        entry = session.scalars(select(AuditRecord).where(AuditRecord.event == "security:token:revoke")).one()
        assert (entry.actor_name, entry.subject) == ("sysadmin", "token:1")


def test_ones_own_token_is_revoked_with_one_record(
    browse: Browse, person_of: Callable[..., SignedIn], database: Database
) -> None:
    owner = browse(person_of("zhangwei", Role.OPERATOR))
    (token,) = shown_tokens(make_token(owner))
    for _ in range(2):
        assert owner.post("/tokens/1/revoke").status_code == 303
    with database.read() as session:
        wanted = select(AuditRecord).where(AuditRecord.event == "security:token:revoke")
        assert len(session.scalars(wanted).all()) == 1
    answer = owner.client.get("/api/v1/devices", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_reference_names_every_operation_and_loads_nothing(
    browse: Browse, person_of: Callable[..., SignedIn], language: str
) -> None:
    browser = browse(person_of("zhangwei", Role.AUDIT_ADMIN))
    browser.client.set_cookie("guanjin_language", language)
    page = browser.get("/reference").text
    for one in OPERATIONS:
        assert f'id="{one.name}"' in page
    assert ("List devices" in page) == (language == "en")
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    answer = browser.get("/reference/openapi.json")
    assert answer.json
    assert answer.json["openapi"].startswith("3.1")


def test_every_type_of_a_problem_leads_to_its_code(browse: Browse, person_of: Callable[..., SignedIn]) -> None:
    browser = browse(person_of("zhangwei", Role.AUDIT_ADMIN))
    page = browser.get("/reference/errors").text
    for path in ("/api/v1/nothing", "/api/v1/devices"):
        told = browser.client.get(path).json
        assert told
        where, _, anchor = told["type"].partition("#")
        assert where == "/reference/errors"
        assert f'id="{anchor}"' in page
    assert 'id="token.expired"' in page
    assert 'id="inventory.not_found"' in page
