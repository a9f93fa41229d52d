"""What holds for every page: default deny, forms, headers, hosts, languages, errors."""

import re
from collections.abc import Callable
from io import BytesIO
from threading import Event, Thread
from urllib.request import urlopen

import pytest

from core.database import Database
from core.settings import Settings, WebSettings
from security.roles import Role
from tests.web.conftest import Browser, person
from web import access, headers, server
from web.csrf import token_of
from web.errors import ListenRefusedError, PublicHostMissingError
from web.preferences import local_path

Browse = Callable[..., Browser]


def test_no_page_is_left_without_a_word_on_who_may(browse: Browse) -> None:
    assert access.undeclared(browse().client.application) == []


def test_a_view_that_declares_nothing_is_refused_to_everybody(browse: Browse) -> None:
    browser = browse(person(*Role))
    browser.client.application.add_url_rule("/open", "open", lambda: "secret")
    answer = browser.get("/open")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_nobody_is_sent_to_the_log_in(browse: Browse) -> None:
    app = browse().client.application
    for rule in app.url_map.iter_rules():
        if rule.endpoint in access.PUBLIC or rule.arguments or rule.endpoint.startswith("api."):
            continue  # programs get no log-in: tests/web/api/test_entrance.py
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = app.test_client().open(rule.rule, method=method)
        assert (answer.status_code, rule.rule) == (303, rule.rule)
        assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("path", ["/health", "/nothing-here", "/static/x/console.css", "/favicon/3.svg"])
def test_every_answer_tells_browsers_to_load_nothing_from_elsewhere(browse: Browse, path: str) -> None:
    answer = browse().get(path)
    for name, value in headers.HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_behind_tls_cookies_are_secure_and_transport_is_strict(browse: Browse) -> None:
    browser = browse(web=WebSettings(behind_tls_proxy=True, public_host="guanjin.gov.example"))
    answer = browser.get("/nothing-here", headers={"Host": "guanjin.gov.example"})
    assert answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"))


def test_another_name_in_the_host_header_is_refused(browse: Browse) -> None:
    assert browse().get("/health", headers={"Host": "evil.example"}).status_code == 400
    assert browse().get("/health", headers={"Host": "127.0.0.1:8080"}).status_code == 200


def test_a_form_without_its_token_does_nothing(browse: Browse) -> None:
    browser = browse()
    assert browser.post("/preferences", {"theme": "dark", "csrf_token": "0" * 64}).status_code == 403
    assert browser.post("/preferences", {"theme": "dark"}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert browser.post("/preferences", {"theme": "dark"}, headers={"Origin": "null"}).status_code == 403
    assert browser.post("/preferences", {"theme": "dark"}).status_code == 303


def test_a_form_of_another_session_does_nothing(browse: Browse) -> None:
    signed_in = browse(person())
    signed_in.client.set_cookie(signed_in.cookie + "_visitor", "visitor")
    stolen = {"theme": "dark", "csrf_token": token_of("visitor")}
    assert signed_in.post("/preferences", stolen).status_code == 403
    assert signed_in.post("/preferences", {"theme": "dark"}).status_code == 303


def test_a_form_takes_little_and_only_the_submission_takes_files(browse: Browse) -> None:
    admin, submitter = browse(person(Role.NETWORK_ADMIN)), browse(person(Role.SUBMITTER))
    for browser in (admin, submitter):
        assert browser.client.application.config["MAX_CONTENT_LENGTH"] <= 1_048_576
        browser.client.application.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = admin.post("/devices/1/mark", {"note": "x" * 20_000, "hours": "8"})
    assert answer.status_code == 413
    assert "web.too_large" in answer.text
    accepted = submitter.post("/transfers/new", {"files": (BytesIO(b"x" * 20_000), "a.txt")})
    assert accepted.status_code == 400
    assert "web.field_missing" in accepted.text


def test_the_form_on_a_page_works(browse: Browse) -> None:
    browser = browse()
    page = browser.get("/nothing-here")
    token = re.search(r'name="csrf_token" value="(\w+)"', page.text)
    assert token
    answer = browser.client.post("/preferences", data={"csrf_token": token[1], "language": "en", "next": "/x?y=1"})
    assert answer.headers["Location"] == "/x?y=1"
    assert 'lang="en"' in browser.get("/nothing-here").text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "/a\nb", "//evil.example", "/\\evil.example", "javascript:1", None]
)
def test_a_form_never_leads_away_from_here(wanted: str | None) -> None:
    assert local_path(wanted) == "/"


@pytest.mark.parametrize(
    ("sent_to", "opened"),
    [
        ("/sweeps/ranges", "/sweeps"),  # a form's own address, which nobody can open
        ("/checklists/new?purpose=round", "/checklists/new?purpose=round"),
    ],
)
def test_the_language_is_changed_on_a_form_that_came_back(browse: Browse, sent_to: str, opened: str) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    refused = browser.post(sent_to)
    assert refused.status_code == 400
    assert f'name="next" value="{opened}"' in refused.text
    assert browser.get(opened).status_code == 200


def test_a_page_below_shows_whose_it_is_in_the_menu(browse: Browse) -> None:
    manager = browse(person(Role.NETWORK_ADMIN))
    for path, entry in (
        ("/rooms", "/rooms"),
        ("/checklists", "/rooms"),
        ("/inventory/ledger", "/inventory"),
    ):
        assert f'<a href="{entry}" aria-current="page">' in manager.get(path).text, path


def test_errors_speak_both_languages_and_name_a_code(browse: Browse) -> None:
    browser = browse()
    chinese = browser.get("/nothing-here")
    assert chinese.status_code == 404
    assert "web.not_found" in chinese.text
    assert "/nothing-here 不存在" in chinese.text
    browser.client.set_cookie("guanjin_language", "en")
    assert "there is nothing at /nothing-here" in browser.get("/nothing-here").text


def test_an_unexpected_error_gives_a_number_and_keeps_the_rest_to_the_log(
    browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise RuntimeError("secret detail")

    browser = browse(person())
    browser.client.application.add_url_rule("/fail", "fail", access.signed_in(fail))
    answer = browser.get("/fail")
    incident = re.search(r"[0-9a-f]{8}", caplog.text)
    assert answer.status_code == 500
    assert incident
    assert incident[0] in answer.text
    assert "secret detail" in caplog.text
    assert "secret detail" not in answer.text


def test_what_the_address_says_is_not_markup(browse: Browse) -> None:
    assert "<script>alert" not in browse().get("/<script>alert(1)</script>").text


def test_the_zone_is_on_the_page_and_in_the_title(browse: Browse, settings: Settings) -> None:
    text = browse().get("/nothing-here").text
    assert "<title>[外网]" in text
    assert "政务外网" in text
    intranet = settings.site.model_copy(update={"zone": "intranet"})
    text = browse(site=intranet).get("/nothing-here").text
    assert "<title>[内网]" in text
    assert "政务内网" in text


def test_static_files_may_be_kept_only_under_their_own_version(browse: Browse) -> None:
    browser = browse()
    link = re.search(r'href="(/static/[^"]+console.css)"', browser.get("/nothing-here").text)
    assert link
    assert "immutable" in browser.get(link[1]).headers["Cache-Control"]
    assert browser.get("/static/older/console.css").headers["Cache-Control"] == "no-cache"
    assert browser.get("/static/older/../app.py").status_code == 404
    assert browser.get("/nothing-here").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "guanjin.example"])  # noqa: S104  # what is refused
def test_the_console_listens_elsewhere_only_behind_tls(settings: Settings, host: str) -> None:
    bare = settings.model_copy(update={"web": WebSettings(listen_host=host)})
    with pytest.raises(ListenRefusedError):
        server.check_address(bare)
    proxied = WebSettings(listen_host=host, behind_tls_proxy=True)
    with pytest.raises(PublicHostMissingError):
        server.check_address(settings.model_copy(update={"web": proxied}))
    named = WebSettings(listen_host=host, behind_tls_proxy=True, public_host="guanjin.example")
    server.check_address(settings.model_copy(update={"web": named}))


def test_the_server_answers_and_stops_when_told(settings: Settings, database: Database) -> None:
    stop, ready, ports = Event(), Event(), []

    def on_ready(port: int) -> None:
        ports.append(port)
        ready.set()

    quiet = settings.model_copy(update={"web": WebSettings(listen_port=0, threads=2)})
    thread = Thread(target=server.run, args=(quiet, database, stop, on_ready))
    thread.start()
    try:
        assert ready.wait(10)
        with urlopen(f"http://127.0.0.1:{ports[0]}/health", timeout=10) as answer:
            assert answer.read() == b"ok\n"
            assert answer.headers["Server"] is None
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
