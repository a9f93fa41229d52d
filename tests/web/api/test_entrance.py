"""Coming in: by a bearer token and nothing else, at a measured pace, and refused in the words of RFC 9457."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.database import Database
from core.settings import ApiSettings, Settings
from security import accounts, tokens
from security.audit import AuditRecord
from security.roles import Role
from security.tokens.models import ApiToken
from tests.web.api.conftest import SETTER, Program, paths
from tests.web.conftest import Browser, StillClock, person
from web.app import create_app

Make = Callable[..., Program]


def problem(answer: TestResponse, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    told: dict[str, object] = answer.json  # type: ignore[assignment]
    assert set(told) == {"type", "title", "status", "detail", "instance", "code", "hint", "facts"}
    assert told["status"] == status
    assert told["code"] == code
    assert told["type"] == f"/reference/errors#{code}"
    return told


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "gj_token"])
def test_without_a_token_every_operation_asks_for_one(client: FlaskClient, header: str | None) -> None:
    for _, method, path in paths():
        headers = {} if header is None else {"Authorization": header}
        answer = client.open(f"/api/v1{path}", method=method, headers=headers)
        problem(answer, 401, "token.missing")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="guanjin"'


def test_a_session_of_the_console_opens_nothing_here(browse: Callable[..., Browser]) -> None:
    browser = browse(person(Role.NETWORK_ADMIN))
    assert browser.get("/devices").status_code == 200
    assert browser.get("/api/v1/devices").status_code == 401
    assert browser.post("/api/v1/devices/1/maintenance").status_code == 401


def test_a_token_opens_no_page_of_the_console(program: Make) -> None:
    asking = program(Role.NETWORK_ADMIN)
    answer = asking.client.get("/devices", headers={"Authorization": f"Bearer {asking.token}"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("name", ["access_token", "token", "api_key"])
def test_a_token_in_the_address_or_the_body_is_no_token(program: Make, name: str) -> None:
    asking = program(Role.NETWORK_ADMIN)
    problem(asking.client.get(f"/api/v1/devices?{name}={asking.token}"), 401, "token.missing")
    body = {"minutes": 1, name: asking.token}
    problem(asking.client.post("/api/v1/devices/1/maintenance", json=body), 401, "token.missing")


def test_a_wrong_token_is_told_from_none(program: Make, client: FlaskClient) -> None:
    stranger = Program(client, tokens.form.generate())
    answer = stranger.get("/devices")
    problem(answer, 401, "token.unknown")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="guanjin", error="invalid_token"'
    assert stranger.token not in answer.text


def test_ended_tokens_are_refused_by_their_reason(program: Make, sample: Database, clock: StillClock) -> None:
    asking = program(Role.OPERATOR)
    assert asking.get("/devices").status_code == 200
    with sample.write() as session:
        number = session.scalars(select(ApiToken.id)).one()
        tokens.revoke(session, number, actor=SETTER, clock=clock)
    problem(asking.get("/devices"), 401, "token.revoked")
    other = program(Role.NETWORK_ADMIN)
    clock.pass_(days=90)
    problem(other.get("/devices"), 401, "token.expired")
    third = program(Role.OPERATOR)
    with sample.write() as session:
        accounts.disable(session, third.account_id, actor=SETTER, clock=clock)
    problem(third.get("/devices"), 401, "token.owner")


def test_a_token_for_another_network_is_refused(program: Make) -> None:
    problem(program(Role.OPERATOR, networks="10.9.0.0/16").get("/devices"), 403, "token.address")
    assert program(Role.NETWORK_ADMIN, networks="127.0.0.0/8").get("/devices").status_code == 200


def test_what_is_not_there_is_a_problem_and_no_page(client: FlaskClient) -> None:
    for path in ("/api/", "/api/v1", "/api/v1/nothing", "/api/v2/devices"):
        problem(client.get(path), 404, "api.not_found")
    answer = client.put("/api/v1/devices")
    problem(answer, 405, "api.method")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_numbers_beyond_every_table_are_not_there(program: Make) -> None:
    asking = program(Role.OPERATOR)
    for number in (0, 2**31, 2**63, 2**64, 10**30):
        problem(asking.get(f"/devices/{number}"), 404, "api.not_found")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=+5", "limit"),
        ("limit=5.0", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("stat=down", "stat"),
        ("state=broken", "state"),
        ("in_maintenance=1", "in_maintenance"),
        ("sort=password_hash", "sort"),
        ("q=%0A", "q"),
        ("cursor=%2F", "cursor"),
    ],
)
def test_a_parameter_that_is_not_right_is_named(program: Make, query: str, name: str) -> None:
    told = problem(program(Role.OPERATOR).get(f"/devices?{query}"), 400, "api.parameter")
    assert told["facts"]["name"] == name  # type: ignore[index]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"minutes": 0}',
        b'{"minutes": "5"}',
        b'{"minutes": true}',
        b'{"minutes": 5, "until": 1}',
        b'{"minutes": 5, "note": "\\ud800"}',
        b'{"minutes": 5, "note": "\\u0000"}',
        b'{"minutes": 5, "note": "' + b"x" * 101 + b'"}',
        b"\xff",
        b"[" * 60_000,
    ],
)
def test_a_body_that_is_not_right_changes_nothing(program: Make, sample: Database, body: bytes) -> None:
    asking = program(Role.OPERATOR)
    answer = asking.ask("/devices/1/maintenance", "POST", data=body, content_type="application/json")
    problem(answer, 400, "api.body")
    assert asking.get("/devices/1").json["maintenance"] is None  # type: ignore[index]


def test_another_kind_of_body_and_too_much_of_it_are_refused(program: Make) -> None:
    asking = program(Role.OPERATOR)
    form = asking.ask("/devices/1/maintenance", "POST", data={"minutes": "5"})
    problem(form, 415, "api.media_type")
    large = asking.ask("/devices/1/maintenance", "POST", data=b" " * 65_537, content_type="application/json")
    problem(large, 413, "web.too_large")


def test_an_unexpected_error_says_its_number_and_nothing_else(program: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> object:
        raise RuntimeError("secret of the inside")

    asking = program(Role.OPERATOR)
    monkeypatch.setattr("web.api.resources.devices.seek_devices", broken)
    answer = asking.get("/devices")
    told = problem(answer, 500, "web.internal")
    assert "secret" not in answer.text
    assert len(told["facts"]["incident"]) == 8  # type: ignore[index, arg-type]


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [("zh-CN,zh;q=0.9", "zh", "未找到"), ("en-GB", "en", "Not found"), ("fr", "zh", "未找到")],
)
def test_texts_come_in_the_language_that_is_asked_for(
    client: FlaskClient, asked: str, language: str, title: str
) -> None:
    answer = client.get("/api/v1/nothing", headers={"Accept-Language": asked})
    assert problem(answer, 404, "api.not_found")["title"] == title
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def limited(settings: Settings, sample: Database, clock: StillClock, **limits: int) -> FlaskClient:
    changed = settings.model_copy(update={"api": ApiSettings(**limits)})
    return create_app(changed, sample, clock=clock, is_set_up=lambda: True).test_client(use_cookies=False)


def test_a_token_has_its_pace(program: Make, settings: Settings, sample: Database, clock: StillClock) -> None:
    client = limited(settings, sample, clock, token_requests=10)
    hasty, other = program(Role.OPERATOR), program(Role.NETWORK_ADMIN)
    hasty.client = other.client = client
    for left in range(9, -1, -1):
        answer = hasty.get("/tokens/current")
        assert answer.headers["RateLimit"].startswith(f'"token";r={left};')
        assert answer.headers["RateLimit-Policy"] == '"token";q=10;w=60'
    answer = hasty.get("/tokens/current")
    problem(answer, 429, "api.rate_limited")
    assert answer.headers["Retry-After"] == "6"
    assert other.get("/tokens/current").status_code == 200
    clock.pass_(seconds=6)
    assert hasty.get("/tokens/current").status_code == 200


def test_an_address_has_its_pace_before_anything_is_looked_up(
    settings: Settings, sample: Database, clock: StillClock
) -> None:
    client = limited(settings, sample, clock, address_requests=10)
    for _ in range(10):
        assert client.get("/api/v1/nothing").status_code == 404
    problem(client.get("/api/v1/nothing"), 429, "api.rate_limited")
    elsewhere = client.get("/api/v1/nothing", environ_overrides={"REMOTE_ADDR": "10.0.0.7"})
    assert elsewhere.status_code == 404


def test_wrong_tokens_are_slowed_down_and_right_ones_beside_them_are_not(
    program: Make, settings: Settings, sample: Database, clock: StillClock
) -> None:
    right = program(Role.OPERATOR)
    right.client = limited(settings, sample, clock, address_refusals=3)
    wrong = Program(right.client, tokens.form.generate())
    for _ in range(3):
        problem(wrong.get("/devices"), 401, "token.unknown")
    answer = wrong.get("/devices")
    problem(answer, 429, "api.refusals_limited")
    assert answer.headers["Retry-After"] == "20"
    assert right.get("/tokens/current").status_code == 200


def test_a_change_names_the_person_and_the_token_in_one_record(program: Make, sample: Database) -> None:
    asking = program(Role.OPERATOR)
    before = count(sample)
    assert asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5, "note": "割接"}).status_code == 201
    assert asking.ask("/devices/1/maintenance", "DELETE").status_code == 204
    with sample.read() as session:
        number = session.scalars(select(ApiToken.id)).one()
        found = session.scalars(select(AuditRecord).where(AuditRecord.sequence > before)).all()
    assert [one.event for one in found] == ["inventory:maintenance:mark", "inventory:maintenance:unmark"]
    assert {one.actor_name for one in found} == {f"p-operator-0>token:{number}"}
    assert {one.account_id for one in found} == {asking.account_id}


def count(database: Database) -> int:
    with database.read() as session:
        return max(session.scalars(select(AuditRecord.sequence)).all())
