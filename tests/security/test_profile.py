"""What the profile of level 3 adds: classes, history, 90 days, one session at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.events import Event
from core.settings import SecuritySettings
from security import sessions
from security.audit import AuditRecord
from security.door import Door
from security.errors import PasswordClassesError, PasswordReusedError
from security.factors.kinds import Reach
from security.login import change_password, log_in
from security.models import FormerPassword
from security.profile import PROFILES, profile_of
from security.sessions import SignedIn

PASSWORD = "marble-otter-lantern"
MLPS3 = SecuritySettings(profile="mlps3", second_factor="off")
LATER = [f"{word}-Heron-Window-7" for word in ("copper", "silver", "golden", "wooden", "marble", "velvet")]


class Held(Protocol):
    def forward(self, **duration: float) -> None: ...


@pytest.fixture
def strict(door: Door) -> Door:
    return replace(door, settings=MLPS3)


def who(door: Door, token: str) -> SignedIn | None:
    return sessions.identify(door.database, token, active=True, settings=door.settings, clock=door.clock)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.timedeltas())  # noqa: DTZ001  # given a zone below
def test_a_password_expires_after_ninety_days_and_never_by_default(changed: datetime, age: timedelta) -> None:
    changed = changed.replace(tzinfo=UTC)
    try:
        now = changed + age
    except OverflowError:
        return
    assert PROFILES["mlps3"].expired(changed, now) == (age >= timedelta(days=90))
    assert not PROFILES["default"].expired(changed, now)


def test_the_setting_of_the_second_factor_goes_before_the_profile() -> None:
    assert profile_of(SecuritySettings()).second_factor is Reach.OFF
    assert profile_of(SecuritySettings(profile="mlps3")).second_factor is Reach.PRIVILEGED
    assert profile_of(SecuritySettings(second_factor="everyone")).second_factor is Reach.EVERYONE
    assert profile_of(MLPS3).second_factor is Reach.OFF


def test_an_expired_password_is_to_be_changed_and_then_good_again(strict: Door, clock: Held) -> None:
    clock.forward(days=89, hours=23)
    assert not log_in(strict, "system_admin", PASSWORD).signed_in.must_change_password
    clock.forward(hours=1)
    found = log_in(strict, "system_admin", PASSWORD)
    assert found.signed_in.must_change_password
    assert found.signed_in.password_expired
    change_password(strict, found.signed_in, PASSWORD, LATER[0])
    again = who(strict, found.token)
    assert again
    assert not again.must_change_password


def test_a_password_expires_within_a_running_session(strict: Door, clock: Held) -> None:
    clock.forward(days=89, hours=23, minutes=50)
    token = log_in(strict, "system_admin", PASSWORD).token
    clock.forward(minutes=11)
    found = who(strict, token)
    assert found
    assert found.must_change_password


def test_setting_the_clock_back_expires_nothing(strict: Door, clock: Held) -> None:
    clock.forward(days=-400)
    assert not log_in(strict, "system_admin", PASSWORD).signed_in.must_change_password


def test_none_of_the_last_five_comes_again_and_the_sixth_does(strict: Door) -> None:
    found = log_in(strict, "system_admin", PASSWORD).signed_in
    used = [PASSWORD]
    for new in LATER[:4]:
        change_password(strict, found, used[-1], new)
        used.append(new)
    for old in LATER[:4]:
        with pytest.raises(PasswordReusedError):
            change_password(strict, found, used[-1], old)
    change_password(strict, found, used[-1], LATER[4])
    change_password(strict, found, LATER[4], LATER[5])
    change_password(strict, found, LATER[5], LATER[0])


def test_only_so_many_hashes_are_kept_and_none_by_default(door: Door, strict: Door) -> None:
    found = log_in(strict, "system_admin", PASSWORD).signed_in
    used = [PASSWORD, *LATER]
    for old, new in pairwise(used):
        change_password(strict, found, old, new)
    with door.database.read() as session:
        assert len(session.scalars(select(FormerPassword)).all()) == 4
    change_password(door, found, used[-1], "a-quiet-otter-in-the-reeds")
    with door.database.read() as session:
        assert session.scalars(select(FormerPassword)).all() == []


def test_classes_are_asked_for_by_the_profile_alone(door: Door, strict: Door) -> None:
    found = log_in(door, "system_admin", PASSWORD).signed_in
    with pytest.raises(PasswordClassesError):
        change_password(strict, found, PASSWORD, "copper-heron-window")
    change_password(door, found, PASSWORD, "copper-heron-window")


def test_a_second_log_in_ends_the_first_and_says_so(strict: Door) -> None:
    first = log_in(strict, "system_admin", PASSWORD)
    other = log_in(strict, "audit_admin", PASSWORD)
    second = log_in(replace(strict, address="10.2.2.2"), "system_admin", PASSWORD)
    assert who(strict, first.token) is None
    assert who(strict, second.token)
    assert who(strict, other.token)
    with strict.database.read() as session:
        newest = session.scalars(select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(1)).one()
    assert (newest.event, newest.detail_json) == (Event.LOGIN_SUCCEEDED, '{"sessions_ended":1}')


def test_by_default_a_person_may_be_logged_in_twice(door: Door) -> None:
    first, second = (log_in(door, "system_admin", PASSWORD) for _ in range(2))
    assert who(door, first.token)
    assert who(door, second.token)


def test_of_two_changes_at_the_same_moment_the_second_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one's old password was right when it was looked at, and is not any more when it would be replaced."""
    from security import passwords
    from security.errors import PasswordWrongError

    found = log_in(door, "system_admin", PASSWORD).signed_in
    real = passwords._hash

    def slow(text: str) -> str:
        monkeypatch.setattr(passwords, "_hash", real)
        change_password(door, found, PASSWORD, "a-quiet-otter-in-the-reeds")
        return real(text)

    monkeypatch.setattr(passwords, "_hash", slow)
    with pytest.raises(PasswordWrongError):
        change_password(door, found, PASSWORD, "copper-heron-window")
    log_in(door, "system_admin", "a-quiet-otter-in-the-reeds")
