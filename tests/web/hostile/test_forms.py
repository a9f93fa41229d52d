"""Forms that a browser was made to send, sessions that were planted, redirects that lead away."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.database import Database
from core.settings import Settings
from security import accounts, sessions
from security.accounts import NewAccount
from security.audit import SYSTEM, AuditRecord
from security.passwords import PasswordPolicy
from security.setup import Setup
from tests.web.conftest import SESSION, Browser, StillClock
from tests.web.hostile.surface import Door, doors
from web.app import create_app
from web.csrf import token_of
from web.headers import HEADERS
from web.preferences import local_path

PASSWORD = "several words that do not belong together"
PLANTED = "a-session-token-that-the-attacker-chose"


def changing(browser: Browser) -> Iterator[Door]:
    return (door for door in doors(browser.client.application, "0" * 32) if door.method != "GET")


@pytest.fixture
def browser(attack: Callable[..., Browser]) -> Browser:
    return attack()


FORGED = {
    "no token": ({}, {}),
    "an empty token": ({"csrf_token": ""}, {}),
    "the token of the log-in page": ({"csrf_token": token_of("visitor")}, {}),
    "the token of another session": ({"csrf_token": token_of("another session")}, {}),
    "the token of no session": ({"csrf_token": token_of("")}, {}),
    "another site": ({"csrf_token": token_of(SESSION)}, {"Origin": "https://evil.example"}),
    "a page in a sandbox": ({"csrf_token": token_of(SESSION)}, {"Origin": "null"}),
    "another port of this machine": ({"csrf_token": token_of(SESSION)}, {"Origin": "http://localhost:9999"}),
    "a name that begins like ours": ({"csrf_token": token_of(SESSION)}, {"Origin": "http://localhost.evil.example"}),
    "an empty origin": ({"csrf_token": token_of(SESSION)}, {"Origin": ""}),
    "a browser that says it is another site": (
        {"csrf_token": token_of(SESSION)},
        {"Sec-Fetch-Site": "cross-site"},
    ),
}


@pytest.mark.parametrize("forgery", list(FORGED))
def test_no_address_takes_a_forged_form(browser: Browser, filled: Database, forgery: str) -> None:
    fields, headers = FORGED[forgery]
    browser.client.set_cookie(browser.cookie + "_visitor", "visitor")
    tried = 0
    for door in changing(browser):
        browser.client.set_cookie(browser.cookie, SESSION)
        answer = browser.client.open(door.path, method=door.method, data=fields, headers=headers)
        assert answer.status_code == 403, door
        assert "web.form_expired" in answer.text, door
        tried += 1
    assert tried > 25
    with filled.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRecord)) == 0


def test_a_method_is_what_the_request_line_says(browser: Browser) -> None:
    """No header and no field makes a POST of a GET, or the other way round."""
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = browser.get("/accounts/1/disable", headers={name: "POST"}, query_string={"_method": "POST"})
        assert answer.status_code == 405
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"):
        answer = browser.client.open("/accounts/1/disable", method=method)
        assert answer.status_code in {403, 405}


def test_a_question_about_methods_changes_nothing(browser: Browser, filled: Database) -> None:
    for door in changing(browser):
        for method in ("OPTIONS", "HEAD"):
            answer = browser.client.open(door.path, method=method, data={"login": "x", "password": "y"})
            assert answer.status_code in {200, 404, 405, 303}, door
    with filled.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRecord)) == 0


def browsers_view(location: str) -> str | None:
    """The host that a browser would go to: it drops tabs and line ends and takes a backslash for a slash (WHATWG)."""
    cleaned = re.sub(r"[\t\r\n]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    return urlsplit(urljoin("http://console.example/login", cleaned)).hostname


_PIECES = (
    *("/", "\\", "//", "evil.example", "@", ":", "http:", "https:", "javascript:", "data:", "\t", "\r\n", " "),
    *("%2f", "%5c", "?", "#", "..", ".", "\u3002", "／", "\x00", "\ufeff", "[", "]", "a"),
)
WANTED = st.lists(st.sampled_from(_PIECES), max_size=7).map("".join)


@settings(max_examples=400, database=None)
@given(WANTED)
def test_no_wish_for_the_next_page_leads_to_another_host(wanted: str) -> None:
    assert browsers_view(local_path(wanted)) == "console.example"


@settings(
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(WANTED)
def test_no_answer_leads_to_another_host(browser: Browser, wanted: str) -> None:
    browser.client.set_cookie(browser.cookie, SESSION)
    for answer in (
        browser.post("/preferences", {"next": wanted, "theme": "dark"}),
        browser.get("/login", query_string={"next": wanted}),
    ):
        assert answer.status_code in {303, 400}
        if answer.status_code == 303:
            assert browsers_view(answer.headers["Location"]) == "console.example"
            assert len(answer.headers.getlist("Location")) == 1


@pytest.fixture
def real(settings: Settings, filled: Database, clock: StillClock) -> FlaskClient:
    """With real sessions, and one account that can log in."""
    hashed = PasswordPolicy(12).accept(PASSWORD, login="chenjie")
    with filled.write() as session:
        session.add(Setup(id=1, completed=clock.now()))
        new = NewAccount("chenjie", "陈洁", must_change_password=False)
        accounts.create(session, new, hashed, actor=SYSTEM, clock=clock)
    return create_app(settings, filled, clock=clock).test_client()


def _log_in(client: FlaskClient) -> str:
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/login").text)
    assert token
    form = {"csrf_token": token[1], "login": "chenjie", "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 303
    cookie = client.get_cookie(client.application.extensions["guanjin"].session_cookie)
    assert cookie
    return cookie.value


def test_a_planted_session_gains_nothing_by_a_log_in(real: FlaskClient, filled: Database) -> None:
    name = real.application.extensions["guanjin"].session_cookie
    real.set_cookie(name, PLANTED)
    real.set_cookie(name + "_visitor", PLANTED)
    mine = _log_in(real)
    assert mine != PLANTED
    attacker = real.application.test_client()
    attacker.set_cookie(name, PLANTED)
    assert attacker.get("/about").headers["Location"].startswith("/login")
    forged = {"csrf_token": token_of(PLANTED), "current": PASSWORD, "new": "x" * 20, "repeat": "x" * 20}
    assert real.post("/password", data=forged).status_code == 403
    with filled.read() as session:
        live = sessions.every(
            session,
            settings=real.application.extensions["guanjin"].settings.security,
            clock=real.application.extensions["guanjin"].clock,
        )
    assert len(live) == 1


def test_a_cookie_is_worth_nothing_after_the_log_out(real: FlaskClient) -> None:
    name = real.application.extensions["guanjin"].session_cookie
    mine = _log_in(real)
    assert real.get("/about").status_code == 200
    assert real.post("/logout", data={"csrf_token": token_of(mine)}).status_code == 303
    real.set_cookie(name, mine)
    assert real.get("/about").status_code == 303


def test_the_session_stands_in_no_address_and_on_no_page(real: FlaskClient) -> None:
    mine = _log_in(real)
    answer = real.get("/about")
    assert mine not in answer.text
    assert mine not in str(answer.headers)
    name = real.application.extensions["guanjin"].session_cookie
    stranger = real.application.test_client()
    assert stranger.get("/about", query_string={name: mine}).status_code == 303
    assert stranger.get("/about", headers={"Authorization": f"Bearer {mine}"}).status_code in {303, 401}


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/login", "GET", 303),
        ("/login", "POST", 403),
        ("/login", "PUT", 405),
        ("/no/such/page", "GET", 404),
        ("/accounts/1", "GET", 200),
        ("/accounts/999", "GET", 404),
        ("/accounts/99999999999999999999", "GET", 404),
        ("/search?q=%00", "GET", 400),
        ("/static/x/../../app.py", "GET", 404),
        ("/static/x/%2e%2e/%2e%2e/app.py", "GET", 404),
        ("/static/x//etc/passwd", "GET", 308),
        ("/static/x/vendor/..%5c..%5capp.py", "GET", 404),
        ("/snmp", "GET", 502),
    ],
)
def test_every_kind_of_answer_carries_the_headers(browser: Browser, path: str, method: str, status: int) -> None:
    answer = browser.client.open(path, method=method)
    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "no-store" in answer.headers.get("Cache-Control", "") or path.startswith("/static/")
    assert "root:" not in answer.text


def test_an_answer_in_pieces_is_not_offered_to_another_origin(browser: Browser) -> None:
    for path in ("/about", "/data/devices/1", "/metrics", "/sd"):
        answer = browser.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
