"""A program that asks the API of a prepared county: real tokens of real accounts, no server between."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.database import Database
from core.settings import Settings
from security import accounts, grants, sessions, tokens
from security.accounts import NewAccount
from security.audit import Actor
from security.passwords import HashedPassword
from security.roles import Permission, Role
from security.tokens import NewToken
from security.tokens.permissions import to_choose_from
from tests.web import county
from tests.web.conftest import StillClock
from web.api.application import OPERATIONS
from web.api.document import address
from web.app import create_app

SETTER = Actor("setter", "person", address="127.0.0.1")
NO_PASSWORD = HashedPassword("!")


PARTS = {"{kind}": "devices", "{number}": "9999", "{second}": "9999", "{uid}": "0" * 32}


def paths() -> list[tuple[str, str, str]]:
    """Name, method and path of every operation, with numbers that are nobody's; the one that ends the token is last."""
    listed = sorted(OPERATIONS, key=lambda one: one.name == "revoke_current_token")
    found = []
    for one in listed:
        path = address(one)
        for part, value in PARTS.items():
            path = path.replace(part, value)
        found.append((one.name, one.method, path))
    return found


@dataclass
class Program:
    """Sends its token with everything."""

    client: FlaskClient
    token: str
    account_id: int = 0

    def ask(self, path: str, method: str = "GET", **options: object) -> TestResponse:
        given: dict[str, str] = options.pop("headers", {})  # type: ignore[assignment]
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **given}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, buffered=True, **options)  # type: ignore[arg-type]

    def get(self, path: str, **options: object) -> TestResponse:
        return self.ask(path, **options)

    def items(self, path: str) -> list[dict[str, object]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, object]] = answer.json["items"]  # type: ignore[index]
        return found


@pytest.fixture
def sample(database: Database, clock: StillClock) -> Database:
    with database.write() as session:
        county.fill(session, clock.now())
    return database


@pytest.fixture
def client(settings: Settings, sample: Database, clock: StillClock) -> FlaskClient:
    """With no cookie of its own."""
    return create_app(settings, sample, clock=clock, is_set_up=lambda: True).test_client(use_cookies=False)


@pytest.fixture
def program(client: FlaskClient, sample: Database, clock: StillClock) -> Callable[..., Program]:
    """One of a person with these roles; with everything that a token of theirs may carry unless told otherwise."""

    def make(
        *roles: Role, only: frozenset[Permission] | None = None, unit_id: int | None = None, networks: str = ""
    ) -> Program:
        with sample.write() as session:
            login = f"p-{'-'.join(sorted(roles)).replace('_', '-')}-{unit_id or 0}"
            account = accounts.find(session, login)
            if account is None:
                new = NewAccount(login, login, unit_id, must_change_password=False)
                account = accounts.create(session, new, NO_PASSWORD, actor=SETTER, clock=clock)
                for role in roles:
                    grants.grant(session, account.id, role, actor=SETTER, clock=clock)
            owner = sessions.principal_of(account, session_id=1)
            chosen = frozenset(to_choose_from(owner.permissions)) if only is None else only
            new_token = NewToken("test", chosen, networks=networks)
            made = tokens.create(session, owner, new_token, actor=owner.actor("127.0.0.1"), clock=clock)
            return Program(client, made.text, account.id)

    return make
