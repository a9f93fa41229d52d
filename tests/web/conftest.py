"""The console without a server: a Flask client, and whoever the test says is signed in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import schema
from core.database import Database, sqlite_url
from core.settings import Settings
from security.reach import EVERYWHERE, Reach, reaches
from security.roles import Role, permissions_of
from security.sessions import SignedIn
from web.app import create_app
from web.csrf import token_of

SESSION = "the-session-of-this-test"


@dataclass
class StillClock:
    """Time that moves when the test says so."""

    moment: datetime = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    seconds: float = field(default=1000.0)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    def pass_(self, **duration: float) -> None:
        self.moment += timedelta(**duration)
        self.seconds += timedelta(**duration).total_seconds()


def person(
    *roles: Role,
    unit_id: int | None = None,
    login: str = "zhangwei",
    limits: Mapping[Role, Reach] | None = None,
    account_id: int = 1,
) -> SignedIn:
    """Somebody who is signed in, without an account behind; a role in `limits` is granted for there only."""
    granted = [(role, (limits or {}).get(role, EVERYWHERE)) for role in roles]
    return SignedIn(
        session_id=1,
        account_id=account_id,
        login=login,
        display_name="张伟",
        roles=frozenset(roles),
        permissions=permissions_of(roles),
        unit_id=unit_id,
        must_change_password=False,
        reaches=reaches(granted, unit_id),
    )


class Browser:
    """A client that behaves as a browser with our cookies and forms does."""

    def __init__(self, app: Flask, person: SignedIn | None) -> None:
        self.client: FlaskClient = app.test_client()
        self.cookie = app.extensions["guanjin"].session_cookie
        self.person = person
        self.session = SESSION if person else ""
        if person:
            self.client.set_cookie(self.cookie, SESSION)

    def get(self, path: str, **options: object) -> TestResponse:
        return self.client.get(path, buffered=True, **options)  # type: ignore[arg-type]

    def post(self, path: str, data: dict[str, object] | None = None, **options: object) -> TestResponse:
        bearer = self.session
        if not bearer or not self.client.get_cookie(self.cookie):
            self.client.set_cookie(self.cookie + "_visitor", "visitor")
            bearer = "visitor"
        return self.client.post(path, buffered=True, data={"csrf_token": token_of(bearer), **(data or {})}, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; each test copies the file, because migrating takes longer than the test."""
    path = tmp_path_factory.mktemp("web") / "template.db"
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture
def database(template_database: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "guanjin.db"
    path.write_bytes(template_database.read_bytes())
    database = Database(sqlite_url(path))
    yield database
    database.close()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"site": {"name": "青川县电子政务办"}, "storage": {"data": tmp_path}})


@pytest.fixture
def browse(settings: Settings, database: Database, clock: StillClock) -> Callable[..., Browser]:
    """Make a browser for a person (or for nobody)."""

    def make(person: SignedIn | None = None, **changes: object) -> Browser:
        app = create_app(
            settings.model_copy(update=changes),
            database,
            clock=clock,
            identify=lambda token, _active: person if token == SESSION else None,
            is_set_up=lambda: True,
        )
        return Browser(app, person)

    return make
