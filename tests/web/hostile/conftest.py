"""A console with a county in it, and somebody who may do everything: no such person exists, but every door opens."""

from collections.abc import Callable

import pytest

from core.database import Database
from core.settings import Settings
from security.models import Account
from security.persons import person_of
from security.roles import Role
from tests.web import county
from tests.web.conftest import SESSION, Browser, StillClock, person
from web.app import create_app


@pytest.fixture
def filled(database: Database, clock: StillClock) -> Database:
    with database.write() as session:
        county.fill(session, clock.now())
        session.add_all(_account(name, clock) for name in ("zhangwei", "lina", "wangfang"))
    return database


def _account(login: str, clock: StillClock) -> Account:
    return Account(
        login=login,
        display_name=login,
        person=person_of("", login),
        disabled=False,
        must_change_password=False,
        password_hash="-",
        password_changed=clock.now(),
        created=clock.now(),
        grants=[],
    )


@pytest.fixture
def attack(settings: Settings, filled: Database, clock: StillClock) -> Callable[..., Browser]:
    """`attack()` is signed in with every role; `attack(known=False)` is nobody."""

    def make(*, known: bool = True) -> Browser:
        who = person(*Role) if known else None
        app = create_app(
            settings,
            filled,
            clock=clock,
            identify=lambda token, _active: who if token == SESSION else None,
            is_set_up=lambda: True,
        )
        return Browser(app, who)

    return make
