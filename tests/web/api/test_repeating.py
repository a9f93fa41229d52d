"""Idempotency-Key: asked twice, done once. ETag: asked again, sent once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.database import Database
from core.jobs import Job
from security.audit import AuditRecord
from security.roles import Role
from security.tokens.models import KeptAnswer
from tests.web.api.conftest import Program
from tests.web.conftest import StillClock

KEY = {"Idempotency-Key": "5f0c1a4e-9f6b-4d53-8a5e-0d8f6a0b7c11"}


def marks(database: Database) -> int:
    with database.read() as session:
        wanted = select(func.count()).where(AuditRecord.event == "inventory:maintenance:mark")
        return session.scalars(wanted).one()


def test_the_same_request_with_the_same_key_is_done_once(
    program: Callable[..., Program], sample: Database, clock: StillClock
) -> None:
    asking = program(Role.OPERATOR)
    first = asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=KEY)
    clock.pass_(minutes=1)
    again = asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert marks(sample) == 1


def test_without_a_key_it_is_done_again(program: Callable[..., Program], sample: Database) -> None:
    asking = program(Role.OPERATOR)
    for _ in range(2):
        assert asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}).status_code == 201
    assert marks(sample) == 2


@pytest.mark.parametrize(("path", "minutes"), [("/devices/1/maintenance", 6), ("/devices/2/maintenance", 5)])
def test_a_key_stands_for_one_request(
    program: Callable[..., Program], sample: Database, path: str, minutes: int
) -> None:
    asking = program(Role.OPERATOR)
    asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=KEY)
    answer = asking.ask(path, "POST", json={"minutes": minutes}, headers=KEY)
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["code"] == "token.idempotency_key"
    assert marks(sample) == 1


def test_a_key_belongs_to_its_token(program: Callable[..., Program], sample: Database) -> None:
    for asking in (program(Role.OPERATOR), program(Role.NETWORK_ADMIN)):
        assert asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=KEY).status_code == 201
    assert marks(sample) == 2


def test_a_refused_request_leaves_its_key_fresh(program: Callable[..., Program], sample: Database) -> None:
    asking = program(Role.OPERATOR)
    assert asking.ask("/devices/9999/maintenance", "POST", json={"minutes": 5}, headers=KEY).status_code == 404
    assert asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=KEY).status_code == 201


def test_keys_are_forgotten_after_a_day(program: Callable[..., Program], sample: Database, clock: StillClock) -> None:
    asking = program(Role.OPERATOR)
    asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=KEY)
    clock.pass_(hours=24)
    asking.ask("/lines/1/maintenance", "POST", json={"minutes": 5}, headers={"Idempotency-Key": "x" * 16})
    with sample.read() as session:
        assert session.scalars(select(KeptAnswer.key)).all() == ["x" * 16]
        assert session.scalars(select(KeptAnswer.created)).one() > clock.now() - timedelta(minutes=1)


@pytest.mark.parametrize("key", ["short", "x" * 65, "with blanks in between", "é" * 16])
def test_a_key_that_is_none_is_refused(program: Callable[..., Program], key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = program(Role.OPERATOR).ask("/devices/1/maintenance", "POST", json={"minutes": 5}, headers=headers)
    assert answer.status_code == 400


def test_many_at_once_with_one_key_enqueue_one_job(program: Callable[..., Program], sample: Database) -> None:
    asking = program(Role.OPERATOR)
    app = asking.client.application

    def back_up(_: int) -> object:
        beside = Program(app.test_client(use_cookies=False), asking.token)
        return beside.ask("/devices/1/backups", "POST", headers=KEY).json

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(back_up, range(8)))
    assert len({str(answer) for answer in answers}) == 1
    with sample.read() as session:
        assert session.scalars(select(func.count()).select_from(Job)).one() == 1


def test_what_did_not_change_is_not_sent_again(program: Callable[..., Program], clock: StillClock) -> None:
    asking = program(Role.OPERATOR)
    first = asking.get("/devices/1")
    again = asking.get("/devices/1", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert asking.ask("/devices/1/maintenance", "POST", json={"minutes": 5}).status_code == 201
    assert asking.get("/devices/1", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
