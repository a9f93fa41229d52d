"""Accounts whose password a directory checks: everything else of a log-in is as for the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from core.settings import SecuritySettings
from security import accounts, grants, passwords
from security.accounts import NewAccount
from security.audit import Actor, AuditRecord
from security.directory import linking
from security.directory.errors import (
    DirectoryAdministratorError,
    DirectoryAwayError,
    DirectoryMissingError,
    DirectoryPasswordError,
    DirectorySubjectError,
    DirectorySubjectTakenError,
    ProviderStaleError,
)
from security.directory.kinds import Source
from security.directory.opening import Directories
from security.door import Door
from security.errors import LoginFailedError, LoginLockedError, PasswordWrongError
from security.login import change_password, confirm_password, log_in, log_in_by_provider
from security.models import LoginSession
from security.roles import Role
from tests.security.conftest import PASSWORD, HeldClock

BOSS = Actor("boss", "person", 900)


@dataclass
class Words:
    """A directory of a few people, or one that is away."""

    people: Mapping[str, str]
    away: bool = False
    asked: list[str] = field(default_factory=list)

    def holds(self, name: str, password: str) -> bool:
        self.asked.append(name)
        if self.away:
            raise DirectoryAwayError(reason="timed out")
        return self.people.get(name) == password


@pytest.fixture
def words() -> Words:
    return Words({"zw": "竹篮打水"})


@pytest.fixture
def linked(door: Door, words: Words) -> Door:
    """zhangwei, with a password of ours from before, is `zw` of the directory."""
    with door.database.write() as session:
        hashed = passwords.PasswordPolicy(12).accept(PASSWORD, login="zhangwei")
        made = accounts.create(session, NewAccount("zhangwei", "张伟"), hashed, actor=BOSS)
        linking.link(session, made.id, Source.LDAP, "zw", actor=BOSS, clock=door.clock)
    return replace(door, directories=Directories(words))


def number(door: Door, login: str) -> int:
    with door.database.read() as session:
        return accounts.by_login(session, login).id


def causes(door: Door) -> list[tuple[str, str]]:
    with door.database.read() as session:
        records = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence)).all()
        return [(one.event, one.result) for one in records if "session" in one.event]


def detail(door: Door) -> Mapping[str, object]:
    with door.database.read() as session:
        latest = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(1)).one()
        return latest.detail or {}


def test_the_directorys_password_opens_and_the_old_one_no_longer(linked: Door, words: Words) -> None:
    found = log_in(linked, "ZhangWei", "竹篮打水")
    assert found.signed_in.login == "zhangwei"
    assert not found.signed_in.must_change_password, "that is for passwords of ours"
    with pytest.raises(LoginFailedError):
        log_in(linked, "zhangwei", PASSWORD)
    assert words.asked == ["zw", "zw"], "the name there, not the one here"


def test_wrong_passwords_lock_as_everybodys_do(linked: Door, clock: HeldClock) -> None:
    for _ in range(4):
        with pytest.raises(LoginFailedError):
            log_in(linked, "zhangwei", "wrong")
    for password in ("wrong", "竹篮打水"):
        with pytest.raises(LoginLockedError):
            log_in(linked, "zhangwei", password)
    clock.forward(minutes=16)
    assert log_in(linked, "zhangwei", "竹篮打水").token


def test_a_directory_that_is_away_locks_nobody_out_and_lets_nobody_in(linked: Door, words: Words) -> None:
    words.away = True
    for _ in range(9):
        with pytest.raises(DirectoryAwayError):
            log_in(linked, "zhangwei", "竹篮打水")
    words.away = False
    assert log_in(linked, "zhangwei", "竹篮打水").token
    assert causes(linked) == [("security:session:refuse", "failed")] * 9 + [("security:session:login", "ok")]


def test_the_log_says_by_which_way_and_for_which_cause(linked: Door, words: Words) -> None:
    log_in(linked, "zhangwei", "竹篮打水")
    assert detail(linked)["source"] == "ldap"
    with pytest.raises(LoginFailedError):
        log_in(linked, "zhangwei", "wrong")
    assert detail(linked)["source"] == "ldap"
    words.away = True
    with pytest.raises(DirectoryAwayError):
        log_in(linked, "zhangwei", "竹篮打水")
    assert detail(linked) == {"code": "directory.away", "source": "ldap", "reason": "timed out"}


def test_without_a_directory_in_the_settings_nobody_comes_in(linked: Door) -> None:
    with pytest.raises(DirectoryMissingError):
        log_in(replace(linked, directories=Directories()), "zhangwei", "竹篮打水")


def test_a_disabled_account_and_a_foreign_address_stay_out(linked: Door) -> None:
    with linked.database.write() as session:
        accounts.allow_addresses(session, number(linked, "zhangwei"), "192.0.2.0/24", actor=BOSS)
    with pytest.raises(LoginFailedError):
        log_in(linked, "zhangwei", "竹篮打水")
    with linked.database.write() as session:
        accounts.allow_addresses(session, number(linked, "zhangwei"), "", actor=BOSS)
        accounts.disable(session, number(linked, "zhangwei"), actor=BOSS)
    with pytest.raises(LoginFailedError):
        log_in(linked, "zhangwei", "竹篮打水")


def test_who_comes_by_a_provider_has_no_password_here(linked: Door, words: Words) -> None:
    with linked.database.write() as session:
        linking.link(session, number(linked, "zhangwei"), Source.OIDC, "248289761001", actor=BOSS)
    for password in (PASSWORD, "竹篮打水", ""):
        with pytest.raises((LoginFailedError, LoginLockedError)):
            log_in(linked, "zhangwei", password or "x")
    assert words.asked == []


def test_the_password_is_confirmed_there_and_changed_there(linked: Door) -> None:
    signed_in = log_in(linked, "zhangwei", "竹篮打水").signed_in
    confirm_password(linked, signed_in, "竹篮打水")
    with pytest.raises(PasswordWrongError):
        confirm_password(linked, signed_in, PASSWORD)
    with pytest.raises(DirectoryPasswordError):
        change_password(linked, signed_in, "竹篮打水", "granite-heron-window")


def test_whoever_comes_by_a_provider_confirms_by_a_fresh_log_in(linked: Door, clock: HeldClock) -> None:
    with linked.database.write() as session:
        linking.link(session, number(linked, "zhangwei"), Source.OIDC, "248289761001", actor=BOSS)
    signed_in = log_in_by_provider(linked, "248289761001").signed_in
    assert signed_in.source is Source.OIDC
    clock.forward(minutes=10)
    confirm_password(linked, signed_in, "")
    clock.forward(minutes=1)
    with pytest.raises(ProviderStaleError):
        confirm_password(linked, signed_in, PASSWORD)


def test_linking_to_what_is_changes_nothing(linked: Door) -> None:
    """Not even that a new password is due: that would stand in no record."""
    boss = number(linked, "system_admin")
    with linked.database.write() as session:
        before = session.scalar(select(func.count()).select_from(AuditRecord))
        assert not linking.link(session, boss, Source.LOCAL, "", actor=BOSS).must_change_password
        assert session.scalar(select(func.count()).select_from(AuditRecord)) == before


def test_a_password_that_is_not_ours_does_not_expire_here(linked: Door, clock: HeldClock) -> None:
    strict = replace(linked, settings=SecuritySettings(profile="mlps3"))
    clock.forward(days=200)
    assert not log_in(strict, "zhangwei", "竹篮打水").signed_in.must_change_password


def test_linking_ends_the_sessions_and_back_again_a_new_password_is_due(linked: Door) -> None:
    log_in(linked, "zhangwei", "竹篮打水")
    with linked.database.write() as session:
        linking.link(session, number(linked, "zhangwei"), Source.LOCAL, "zw", actor=BOSS)
        account = accounts.by_login(session, "zhangwei")
        assert (account.source, account.subject, account.must_change_password) == ("local", None, True)
        assert session.scalars(select(LoginSession)).all() == []


def test_one_person_of_the_directory_is_one_account(linked: Door) -> None:
    with linked.database.write() as session:
        hashed = passwords.PasswordPolicy(12).accept(PASSWORD, login="other")
        other = accounts.create(session, NewAccount("other", "李娜"), hashed, actor=BOSS).id
        with pytest.raises(DirectorySubjectTakenError):
            linking.link(session, other, Source.LDAP, "zw", actor=BOSS)
        for subject in ("", " ", "a\nb", "x" * 201):
            with pytest.raises(DirectorySubjectError):
                linking.link(session, other, Source.LDAP, subject, actor=BOSS)
    with pytest.raises(IntegrityError), linked.database.write() as session:
        session.execute(text("UPDATE account SET source = 'ldap', subject = 'zw' WHERE login = 'other'"))


def test_the_three_administrators_never_depend_on_a_directory(linked: Door) -> None:
    with linked.database.write() as session:
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
            for source in (Source.LDAP, Source.OIDC):
                with pytest.raises(DirectoryAdministratorError):
                    linking.link(session, number(linked, role.value), source, "x", actor=BOSS)
            with pytest.raises(DirectoryAdministratorError):
                grants.grant(session, number(linked, "zhangwei"), role, actor=BOSS)
        grants.grant(session, number(linked, "zhangwei"), Role.OPERATOR, actor=BOSS)
