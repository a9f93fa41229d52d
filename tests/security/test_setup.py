import threading
from dataclasses import replace
from typing import Protocol

import pytest

from core.clock import Clock
from core.database import Database
from core.events import Event
from security import accounts, setup
from security.audit import find
from security.errors import AccountExistsError, AdministratorsError, AlreadySetUpError, SecurityError, SetupTokenError
from security.passwords import HashedPassword
from security.roles import THREE_ADMINISTRATORS, Role
from security.setup import Administrator, check_token, complete_setup, is_set_up, issue_token

HASHED = HashedPassword("$argon2id$test")
THREE = {
    Role.SYSTEM_ADMIN: Administrator("zhangwei", "张伟", HASHED),
    Role.SECURITY_ADMIN: Administrator("liqiang", "李强", HASHED),
    Role.AUDIT_ADMIN: Administrator("wangfang", "王芳", HASHED),
}


class Held(Clock, Protocol):
    def forward(self, **duration: float) -> None: ...


@pytest.fixture
def token(database: Database, clock: Held) -> str:
    with database.write() as session:
        return issue_token(session, clock=clock)


def complete(database: Database, token: str, clock: Held, administrators: dict[Role, Administrator]) -> None:
    with database.write() as session:
        complete_setup(session, token, administrators, address="10.1.1.1", clock=clock)


def test_the_token_makes_three_persons_administrators_and_is_spent(database: Database, token: str, clock: Held) -> None:
    complete(database, token, clock, THREE)
    with database.read() as session:
        assert is_set_up(session)
        for role in THREE_ADMINISTRATORS:
            (account,) = accounts.every(session, role=role)
            assert (account.login, account.roles, account.must_change_password) == (THREE[role].login, {role}, True)
        newest = find(session).records[0]
    assert (newest.event, newest.address) == (Event.SETUP_COMPLETED, "10.1.1.1")
    with pytest.raises(AlreadySetUpError):
        complete(database, token, clock, THREE)
    with pytest.raises(AlreadySetUpError), database.write() as session:
        issue_token(session, clock=clock)


def test_of_two_set_ups_at_once_one_holds(database: Database, token: str, clock: Held) -> None:
    start, outcomes = threading.Barrier(2), list[str]()

    def attempt(prefix: str) -> None:
        three = {role: replace(THREE[role], login=f"{prefix}-{role.value}") for role in THREE_ADMINISTRATORS}
        start.wait()
        try:
            complete(database, token, clock, three)
        except AlreadySetUpError:
            outcomes.append("refused")
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=attempt, args=(prefix,)) for prefix in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    with database.read() as session:
        assert len(accounts.every(session)) == 3


def test_there_is_no_default_account(database: Database, token: str) -> None:
    with database.read() as session:
        assert accounts.every(session) == ()
        assert not is_set_up(session)


@pytest.mark.parametrize("spoil", [str.lower, lambda text: text.replace("-", " "), lambda text: f" {text}\n"])
def test_the_token_is_accepted_however_it_is_typed(database: Database, token: str, clock: Held, spoil: object) -> None:
    with database.read() as session:
        check_token(session, spoil(token), clock=clock)  # type: ignore[operator]


@pytest.mark.parametrize("wrong", ["", "AAAAA-AAAAA-AAAAA-AAAAA", "\ud800", "x" * 100_000])
def test_a_wrong_token_is_refused(database: Database, token: str, clock: Held, wrong: str) -> None:
    with pytest.raises(SetupTokenError):
        complete(database, wrong, clock, THREE)


def test_a_token_expires(database: Database, token: str, clock: Held) -> None:
    clock.forward(hours=24)
    with pytest.raises(SetupTokenError):
        complete(database, token, clock, THREE)


def test_a_new_token_voids_the_old(database: Database, token: str, clock: Held) -> None:
    with database.write() as session:
        fresh = issue_token(session, clock=clock)
    with pytest.raises(SetupTokenError):
        complete(database, token, clock, THREE)
    complete(database, fresh, clock, THREE)


def test_without_a_token_issued_none_is_right(database: Database, clock: Held) -> None:
    with pytest.raises(SetupTokenError):
        complete(database, "", clock, THREE)


def test_the_token_is_kept_hashed_and_out_of_the_log(database: Database, token: str) -> None:
    with database.read() as session:
        row = session.get(setup.Setup, 1)
        assert row is not None
        assert row.token_hash not in {token, token.replace("-", "")}
        assert token[:5] not in repr([(entry.detail, entry.after) for entry in find(session).records])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({Role.AUDIT_ADMIN: replace(THREE[Role.AUDIT_ADMIN], display_name=" 张伟 ")}, AdministratorsError),
        ({Role.AUDIT_ADMIN: replace(THREE[Role.AUDIT_ADMIN], login="ZHANGWEI")}, AdministratorsError),
        ({Role.OPERATOR: Administrator("x1", "赵", HASHED)}, AdministratorsError),
        ({Role.AUDIT_ADMIN: replace(THREE[Role.AUDIT_ADMIN], login="system")}, SecurityError),
    ],
)
def test_anything_but_three_persons_changes_nothing(
    database: Database, token: str, clock: Held, change: dict[Role, Administrator], error: type[SecurityError]
) -> None:
    with pytest.raises(error):
        complete(database, token, clock, THREE | change)
    with database.read() as session:
        assert accounts.every(session) == ()
    complete(database, token, clock, THREE)


def test_an_existing_login_name_is_not_taken_over(database: Database, token: str, clock: Held) -> None:
    with database.write() as session:
        new = accounts.NewAccount("wangfang", "另一人")
        accounts.create(session, new, HASHED, actor=setup.SYSTEM)
    with pytest.raises(AccountExistsError):
        complete(database, token, clock, THREE)
