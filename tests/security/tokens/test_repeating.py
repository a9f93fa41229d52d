"""Answers kept under a key, in the transaction of what was done; on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from core.database import Database
from security.audit import Actor
from security.roles import Permission
from security.sessions import SignedIn
from security.tokens import NewToken, create, repeating
from security.tokens.errors import IdempotencyKeyError
from security.tokens.models import ApiToken, KeptAnswer
from security.tokens.repeating import Answered
from tests.security.conftest import HeldClock

KEY = "a-key-of-this-test"


@pytest.fixture
def token(installed: Database, clock: HeldClock) -> int:
    """Of the system administrator."""
    held = frozenset({Permission.VIEW_JOBS})
    owner = SignedIn(1, 1, "system_admin", "name", frozenset(), held, None, must_change_password=False)
    with installed.write() as session:
        return create(session, owner, NewToken("test", held), actor=Actor("x", "person"), clock=clock).token.id


def test_a_kept_answer_is_given_again(installed: Database, token: int, clock: HeldClock) -> None:
    with installed.write() as session:
        assert repeating.claim(session, token, KEY, "0" * 64, clock=clock) is None
        repeating.keep(session, token, KEY, Answered(201, "{}"))
    with installed.write() as session:
        assert repeating.claim(session, token, KEY, "0" * 64, clock=clock) == Answered(201, "{}")
    with installed.write() as session, pytest.raises(IdempotencyKeyError):
        repeating.claim(session, token, KEY, "1" * 64, clock=clock)


def test_what_fails_leaves_no_answer_behind(installed: Database, token: int, clock: HeldClock) -> None:
    with pytest.raises(RuntimeError), installed.write() as session:
        repeating.claim(session, token, KEY, "0" * 64, clock=clock)
        raise RuntimeError
    with installed.read() as session:
        assert session.scalars(select(KeptAnswer)).all() == []


def test_of_many_at_once_one_acts_and_the_others_get_its_answer(
    installed: Database, token: int, clock: HeldClock
) -> None:
    def ask(number: int) -> str:
        with installed.write() as session:
            before = repeating.claim(session, token, KEY, "0" * 64, clock=clock)
            if before is not None:
                return before.body
            repeating.keep(session, token, KEY, Answered(201, str(number)))
            return str(number)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(ask, range(12)))
    assert len(set(answers)) == 1


def test_the_answers_go_with_their_token(installed: Database, token: int, clock: HeldClock) -> None:
    with installed.write() as session:
        repeating.claim(session, token, KEY, "0" * 64, clock=clock)
        repeating.keep(session, token, KEY, Answered(201, "{}"))
    with installed.write() as session:
        session.delete(session.get_one(ApiToken, token))
    with installed.read() as session:
        assert session.scalars(select(KeptAnswer)).all() == []
