import re
from itertools import permutations

import pytest

from core.clock import Clock
from core.database import Database
from core.events import Event
from core.i18n import translator
from security import accounts, grants
from security.accounts import NewAccount
from security.audit import Actor, Filter, find, verify
from security.errors import (
    AccountExistsError,
    AccountNotFoundError,
    DisplayNameError,
    LastAdministratorError,
    LoginNameError,
    OwnRoleError,
    RoleConflictError,
    RoleMissingError,
)
from security.login import Door, log_in
from security.models import Account
from security.passwords import HashedPassword, PasswordPolicy
from security.roles import THREE_ADMINISTRATORS, Role
from security.sessions import identify

SYSTEM_ADMIN = Actor("system_admin", "person", 1, "10.1.1.2")
PASSWORD = "marble-otter-lantern"


@pytest.fixture
def hashed(cheap: None) -> HashedPassword:
    return PasswordPolicy(12).accept(PASSWORD, login="x")


def add(database: Database, hashed: HashedPassword, login: str = "zhangwei", name: str = "张伟") -> Account:
    with database.write() as session:
        return accounts.create(session, NewAccount(login, name), hashed, actor=SYSTEM_ADMIN)


def roles_of(database: Database, account_id: int) -> frozenset[Role]:
    with database.read() as session:
        return accounts.get(session, account_id).roles


def test_an_account_begins_with_no_role_and_a_password_to_change(database: Database, hashed: HashedPassword) -> None:
    account = add(database, hashed)
    assert (account.roles, account.permissions, account.must_change_password) == (frozenset(), frozenset(), True)
    with database.read() as session:
        entry = find(session).records[0]
    assert (entry.event, entry.actor_name, entry.subject) == (Event.ACCOUNT_CREATED, "system_admin", "account:zhangwei")
    assert entry.after == {"display_name": "张伟", "login": "zhangwei", "person": "name:张伟", "unit_id": None}


def test_one_account_however_its_name_is_typed(database: Database, hashed: HashedPassword) -> None:
    add(database, hashed)
    for typed in ("ZhangWei", " zhangwei ", "ｚｈａｎｇｗｅｉ"):
        with database.read() as session:
            assert accounts.by_login(session, typed).display_name == "张伟"
        with pytest.raises(AccountExistsError):
            add(database, hashed, typed, "李强")


def test_a_login_name_that_misleads_is_refused(database: Database, hashed: HashedPassword) -> None:
    for login in ("", "x", "system", "Console", "a b", "-ab", "console:root", "x" * 65, "a\x1b[0m"):
        with pytest.raises(LoginNameError):
            add(database, hashed, login)


def test_a_persons_name_that_misleads_is_refused(database: Database, hashed: HashedPassword) -> None:
    for name in ("", "  ", "a\nb", "x" * 101, "\u202egnp.exe"):
        with pytest.raises(DisplayNameError):
            add(database, hashed, "zhangwei", name)


def test_roles_are_given_and_taken_and_recorded(installed: Database, hashed: HashedPassword, clock: Clock) -> None:
    account = add(installed, hashed)
    giver = Actor("security_admin", "person", 2, "10.1.1.3")
    with installed.write() as session:
        grants.grant(session, account.id, Role.SUBMITTER, actor=giver)
        grants.grant(session, account.id, Role.OPERATOR, actor=giver)
        grants.grant(session, account.id, Role.OPERATOR, actor=giver)
    assert roles_of(installed, account.id) == {Role.SUBMITTER, Role.OPERATOR}
    with installed.write() as session:
        grants.revoke(session, account.id, Role.SUBMITTER, actor=giver)
    assert roles_of(installed, account.id) == {Role.OPERATOR}
    with pytest.raises(RoleMissingError), installed.write() as session:
        grants.revoke(session, account.id, Role.SUBMITTER, actor=giver)
    with installed.read() as session:
        last, second, _first = find(session, Filter(event="security:role:", subject="account:zhangwei")).records
        everywhere = {"everywhere": True}
        assert last.before == {"roles": {"operator": everywhere, "submitter": everywhere}}
        assert last.after == {"roles": {"operator": everywhere}}
        assert (second.event, second.actor_name) == (Event.ROLE_GRANTED, "security_admin")


@pytest.mark.parametrize(("held", "wanted"), list(permutations(THREE_ADMINISTRATORS, 2)))
def test_one_account_cannot_be_two_administrators(
    installed: Database, hashed: HashedPassword, held: Role, wanted: Role
) -> None:
    with installed.read() as session:
        (account,) = accounts.every(session, role=held)
    with pytest.raises(RoleConflictError) as caught, installed.write() as session:
        grants.grant(session, account.id, wanted, actor=Actor("x", "person", 99))
    assert roles_of(installed, account.id) == {held}
    assert re.search("(系统|安全|审计)管理员 与 (系统|安全|审计)管理员", caught.value.render(translator("zh")))


@pytest.mark.parametrize(("held", "wanted"), list(permutations(THREE_ADMINISTRATORS, 2)))
def test_one_person_cannot_be_two_administrators_by_two_accounts(
    installed: Database, hashed: HashedPassword, held: Role, wanted: Role
) -> None:
    second = add(installed, hashed, "second", f"name of {held.value}")
    with pytest.raises(RoleConflictError), installed.write() as session:
        grants.grant(session, second.id, wanted, actor=Actor("x", "person", 99))


def test_a_disabled_account_still_counts_because_it_can_come_back(installed: Database, hashed: HashedPassword) -> None:
    giver = Actor("x", "person", 99)
    first, second = add(installed, hashed, "first"), add(installed, hashed, "second")
    with installed.write() as session:
        grants.grant(session, first.id, Role.SYSTEM_ADMIN, actor=giver)
        accounts.disable(session, first.id, actor=giver)
    with pytest.raises(RoleConflictError) as caught, installed.write() as session:
        grants.grant(session, second.id, Role.AUDIT_ADMIN, actor=giver)
    assert "disabled account keeps its roles" in caught.value.render_hint()
    with installed.write() as session:
        grants.revoke(session, first.id, Role.SYSTEM_ADMIN, actor=giver)
        grants.grant(session, second.id, Role.AUDIT_ADMIN, actor=giver)


def test_nobody_grants_or_revokes_their_own_roles(installed: Database) -> None:
    with installed.read() as session:
        (me,) = accounts.every(session, role=Role.SECURITY_ADMIN)
    myself = Actor(me.login, "person", me.id)
    for change in (grants.grant, grants.revoke):
        with pytest.raises(OwnRoleError), installed.write() as session:
            change(session, me.id, Role.SUBMITTER, actor=myself)


@pytest.mark.parametrize("role", THREE_ADMINISTRATORS)
def test_the_last_of_the_three_stays(installed: Database, role: Role) -> None:
    with installed.read() as session:
        (only,) = accounts.every(session, role=role)
    other = Actor("x", "person", 99)
    with pytest.raises(LastAdministratorError), installed.write() as session:
        accounts.disable(session, only.id, actor=other)
    with pytest.raises(LastAdministratorError), installed.write() as session:
        grants.revoke(session, only.id, role, actor=other)


def test_disabling_ends_the_sessions_at_once(installed: Database, hashed: HashedPassword, door: Door) -> None:
    account = add(installed, hashed)
    token = log_in(door, "zhangwei", PASSWORD).token
    with installed.write() as session:
        accounts.disable(session, account.id, actor=SYSTEM_ADMIN)
    assert identify(installed, token, active=True, settings=door.settings, clock=door.clock) is None
    with installed.write() as session:
        assert not accounts.enable(session, account.id, actor=SYSTEM_ADMIN).disabled
    assert identify(installed, token, active=True, settings=door.settings, clock=door.clock) is None


def test_a_missing_account_is_named(database: Database) -> None:
    with pytest.raises(AccountNotFoundError), database.read() as session:
        accounts.get(session, 1)
    with pytest.raises(AccountNotFoundError) as caught, database.read() as session:
        accounts.by_login(session, "nobody")
    assert "nobody" in str(caught.value)


def test_every_change_of_an_account_is_in_an_unbroken_log(installed: Database, hashed: HashedPassword) -> None:
    account = add(installed, hashed)
    with installed.write() as session:
        accounts.set_password(session, account.id, hashed, must_change=True, actor=SYSTEM_ADMIN)
        accounts.disable(session, account.id, actor=SYSTEM_ADMIN)
        accounts.enable(session, account.id, actor=SYSTEM_ADMIN)
    with installed.read() as session:
        events = [entry.event for entry in find(session, Filter(subject="account:zhangwei")).records]
        assert verify(session).broken is None
    assert events == [Event.ACCOUNT_ENABLED, Event.ACCOUNT_DISABLED, Event.PASSWORD_CHANGED, Event.ACCOUNT_CREATED]
