"""Emergency access in the console: sheets shown once, two persons, a red bar on every page for everybody."""

import re
from collections.abc import Callable

import pytest

from core.database import Database
from security import accounts, audit, grants
from security.accounts import NewAccount
from security.audit import SYSTEM
from security.passwords import HashedPassword
from security.roles import Role
from tests.web.conftest import Browser, person

Browse = Callable[..., Browser]
ROLES = {"jia": Role.SYSTEM_ADMIN, "yi": Role.SECURITY_ADMIN, "bing": Role.AUDIT_ADMIN, "duty": Role.SUBMITTER}


@pytest.fixture
def at(browse: Browse, database: Database) -> Callable[[str], Browser]:
    """A browser of one of four persons, each with an account of their own."""
    with database.write() as session:
        numbers = {}
        for login, role in ROLES.items():
            made = accounts.create(session, NewAccount(login, f"{login} 某"), HashedPassword("$x"), actor=SYSTEM)
            grants.grant(session, made.id, role, actor=SYSTEM)
            numbers[login] = made.id
    return lambda login: browse(person(ROLES[login], login=login, account_id=numbers[login]))


def half(browser: Browser) -> str:
    page = browser.post("/emergency/seal")
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'class="code">([A-Z2-9-]{23})<', page.text)
    assert found
    assert found[1] not in browser.get("/emergency").text, "shown once"
    return found[1]


def test_from_the_sheets_to_the_red_bar_and_back(
    at: Callable[[str], Browser], browse: Browse, database: Database
) -> None:
    system, security, auditor, duty = map(at, ROLES)
    assert "未封存" in duty.get("/emergency").text
    first = half(system)
    assert "(1)" in security.get("/emergency").text.partition("</title>")[0], "the other half waits for its maker"
    second = half(security)
    form = {"half": first, "reason": "网管失联"}
    assert duty.post("/emergency/enter", form).status_code == 303
    assert "duty" in system.get("/emergency").text
    assert duty.post("/emergency/enter", {**form, "half": second}).status_code == 403, "one person, one half"
    assert auditor.post("/emergency/enter", {**form, "half": second}).status_code == 303
    for browser in (system, security, auditor, duty):
        text = browser.get("/status").text
        assert "应急授权已启用" in text
        assert "网管失联" in text
    outside = browse(None).get("/login").text
    assert "应急授权已启用" in outside
    assert "网管失联" not in outside, "a stranger learns no more than that"
    assert auditor.post("/emergency/end").status_code == 403
    assert system.post("/emergency/end").status_code == 303
    assert "应急授权已启用" not in auditor.get("/audit").text
    assert "(1)" in system.get("/emergency").text.partition("</title>")[0], "it has to be sealed again"
    with database.read() as session:
        records = [one for one in audit.find(session).records if one.event.startswith("security:emergency:")]
    assert [one.event.rpartition(":")[2] for one in records] == ["end", "open", "refuse", "enter", "seal", "seal"]


def test_a_wrong_half_is_recorded_and_says_nothing(at: Callable[[str], Browser], database: Database) -> None:
    half(at("jia"))
    half(at("yi"))
    answer = at("duty").post("/emergency/enter", {"half": "WRONG-WRONG", "reason": "试一试"})
    assert answer.status_code == 403
    assert "emergency.half_wrong" in answer.text
    assert "试一试" in answer.text, "what was typed is still there"
    with database.read() as session:
        newest = audit.find(session).records[0]
    assert (newest.event, newest.result, newest.actor_name) == ("security:emergency:refuse", "refused", "duty")
    assert "WRONG" not in str(newest.detail)
