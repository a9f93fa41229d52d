import dataclasses
import time
from typing import Protocol

import pytest
from sqlalchemy import event, select, text

from core.database import Database
from core.events import Event
from core.settings import SecuritySettings
from security import accounts, passwords, sessions, setup
from security.audit import Actor, AuditRecord, Filter, find
from security.door import Door
from security.errors import (
    LoginFailedError,
    LoginLockedError,
    NotSetUpError,
    PasswordCommonError,
    PasswordReusedError,
    PasswordWrongError,
    SecurityError,
    SessionNotFoundError,
)
from security.login import change_password, log_in
from security.models import LoginSession
from security.sessions import Limits, SignedIn

PASSWORD = "marble-otter-lantern"
WRONG = "wrong-otter-lantern"


class Held(Protocol):
    def forward(self, **duration: float) -> None: ...


def who(door: Door, token: str, *, active: bool = True) -> SignedIn | None:
    return sessions.identify(door.database, token, active=active, settings=door.settings, clock=door.clock)


def fail(door: Door, times: int, login: str = "system_admin") -> None:
    for _ in range(times):
        with pytest.raises((LoginFailedError, LoginLockedError)):
            log_in(door, login, WRONG)


def log(door: Door) -> list[AuditRecord]:
    with door.database.read() as session:
        return list(find(session, Filter(event="security:session:")).records)


def test_nobody_logs_in_before_the_set_up(database: Database, settings: SecuritySettings, clock: Held) -> None:
    with pytest.raises(NotSetUpError):
        log_in(Door(database, settings, clock, "10.1.1.9"), "admin", "admin")  # type: ignore[arg-type]


def test_the_right_password_opens_a_session(door: Door) -> None:
    found = log_in(door, "System_Admin", PASSWORD)
    assert who(door, found.token) == found.signed_in
    assert found.signed_in.login == "system_admin"
    assert found.token not in repr(found)
    (entry,) = log(door)
    assert (entry.event, entry.actor_name, entry.address, entry.result) == (
        Event.LOGIN_SUCCEEDED, "system_admin", "10.1.1.9", "ok",
    )  # fmt: skip
    with door.database.read() as session:
        assert accounts.by_login(session, "system_admin").last_login == door.clock.now()


def test_the_token_is_nowhere_in_the_database(door: Door) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    with door.database.read() as session:
        assert token not in repr(session.execute(select(LoginSession.__table__)).all())
        assert token not in repr(session.execute(select(AuditRecord.__table__)).all())


def test_unknown_name_wrong_password_and_disabled_account_look_the_same(door: Door) -> None:
    with door.database.write() as session:
        hashed = passwords.PasswordPolicy(12).accept(PASSWORD, login="gone")
        gone = accounts.create(session, accounts.NewAccount("gone", "已离职"), hashed, actor=Actor("x", "person"))
        accounts.disable(session, gone.id, actor=Actor("x", "person"))
    said = []
    for login, password in (("nobody", PASSWORD), ("system_admin", WRONG), ("gone", PASSWORD)):
        with pytest.raises(LoginFailedError) as caught:
            log_in(door, login, password)
        said.append((str(caught.value), caught.value.facts))
    assert said == [said[0]] * 3


def test_each_refusal_computes_one_hash(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda stored, text: calls.append(stored) or real(stored, text))
    fail(door, 1)
    fail(door, 1, "nobody")
    assert len(calls) == 2
    assert calls[1] is None


def test_what_is_typed_as_the_name_of_nobody_is_not_written_down(door: Door) -> None:
    fail(door, 1, "my-secret-passphrase")
    with door.database.read() as session:
        rows = [session.execute(text(f"SELECT * FROM {table}")).all() for table in ("audit_record", "login_failure")]  # noqa: S608  # our names
    assert "secret-passphrase" not in repr(rows)
    assert "my***" in repr(rows)


def test_the_sixth_attempt_is_refused_even_with_the_right_password(door: Door, clock: Held) -> None:
    fail(door, 5)
    with pytest.raises(LoginLockedError):
        log_in(door, "system_admin", PASSWORD)
    clock.forward(minutes=14, seconds=59)
    with pytest.raises(LoginLockedError):
        log_in(door, "system_admin", PASSWORD)
    clock.forward(seconds=1)
    log_in(door, "system_admin", PASSWORD)
    events = [entry.event for entry in reversed(log(door))]
    assert events == [Event.LOGIN_FAILED] * 4 + [Event.LOGIN_LOCKED, Event.LOGIN_SUCCEEDED]


def test_a_lock_survives_a_restart(door: Door) -> None:
    fail(door, 5)
    again = Database(door.database.url.render_as_string(hide_password=False))
    with pytest.raises(LoginLockedError):
        log_in(dataclasses.replace(door, database=again), "system_admin", PASSWORD)
    again.close()


def test_an_unknown_name_is_locked_like_a_known_one(door: Door) -> None:
    fail(door, 5, "nobody")
    with pytest.raises(LoginLockedError):
        log_in(door, "nobody", PASSWORD)


def test_a_lock_holds_for_one_address_and_one_account(door: Door) -> None:
    fail(door, 5)
    log_in(door, "audit_admin", PASSWORD)
    log_in(dataclasses.replace(door, address="10.1.1.10"), "system_admin", PASSWORD)


def test_success_forgets_the_failures_and_time_does_too(door: Door, clock: Held) -> None:
    fail(door, 4)
    log_in(door, "system_admin", PASSWORD)
    fail(door, 4)
    clock.forward(minutes=15)
    fail(door, 4)
    log_in(door, "system_admin", PASSWORD)


def test_a_locked_out_guesser_cannot_fill_the_log(door: Door) -> None:
    fail(door, 20)
    assert len(log(door)) == 5


def test_no_hash_is_computed_inside_a_transaction(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    open_now: list[object] = []
    for engine in (door.database.write_engine, door.database.read_engine):
        event.listen(engine, "begin", open_now.append)
        for end in ("commit", "rollback"):
            event.listen(engine, end, lambda connection: connection in open_now and open_now.remove(connection))
    real = passwords.verify

    def verify(stored: str | None, text: str) -> bool:
        assert not open_now
        return real(stored, text)

    monkeypatch.setattr(passwords, "verify", verify)
    found = log_in(door, "system_admin", PASSWORD)
    fail(door, 1)
    change_password(door, found.signed_in, PASSWORD, "copper-heron-window")


def test_a_log_in_gives_a_new_token_and_ends_the_one_brought_along(door: Door) -> None:
    first = log_in(door, "system_admin", PASSWORD).token
    second = log_in(door, "system_admin", PASSWORD, replaces=first).token
    assert first != second
    assert who(door, first) is None
    assert who(door, second) is not None


def test_an_idle_session_ends(door: Door, clock: Held) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    for _ in range(3):
        clock.forward(minutes=29)
        assert who(door, token) is not None
    clock.forward(minutes=30)
    assert who(door, token) is None


def test_a_page_that_refreshes_itself_keeps_no_session_alive(door: Door, clock: Held) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    for _ in range(29):
        clock.forward(minutes=1)
        assert who(door, token, active=False) is not None
    clock.forward(minutes=1)
    assert who(door, token, active=False) is None


def test_a_busy_session_ends_too(door: Door, clock: Held) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    for _ in range(12 * 4 - 1):
        clock.forward(minutes=15)
        assert who(door, token) is not None
    clock.forward(minutes=15)
    assert who(door, token) is None


def test_setting_the_clock_back_revives_nothing(door: Door, clock: Held) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    clock.forward(hours=13)
    assert who(door, token) is None
    clock.forward(hours=-13)
    assert who(door, token) is None


def test_a_session_from_the_future_is_none(door: Door, clock: Held) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    clock.forward(days=-1)
    assert who(door, token) is None


def test_most_requests_write_nothing(door: Door, clock: Held) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    writes: list[object] = []
    event.listen(door.database.write_engine, "begin", writes.append)
    for _ in range(59):
        clock.forward(seconds=1)
        assert who(door, token) is not None
    assert not writes
    clock.forward(seconds=1)
    assert who(door, token) is not None
    assert len(writes) == 1


@pytest.mark.parametrize("token", ["", "x", "\ud800", "0" * 10_000])
def test_a_made_up_token_is_nobodys(door: Door, token: str) -> None:
    assert who(door, token) is None


def test_sessions_are_listed_and_ended(door: Door, clock: Held) -> None:
    first, second = (log_in(door, name, PASSWORD) for name in ("system_admin", "audit_admin"))
    with door.database.read() as session:
        entries = sessions.every(session, settings=door.settings, clock=door.clock)
        own = sessions.every(session, settings=door.settings, clock=door.clock, account_id=first.signed_in.account_id)
    assert {entry.login for entry in entries} == {"system_admin", "audit_admin"}
    assert [(entry.address, entry.user_agent) for entry in own] == [("10.1.1.9", "Firefox")]
    with door.database.write() as session:
        sessions.end(
            session, own[0].id, account_id=own[0].account_id, actor=second.signed_in.actor("10.1.1.9"), clock=door.clock
        )
        sessions.log_out(session, second.signed_in, actor=second.signed_in.actor("10.1.1.9"), clock=door.clock)
    assert who(door, first.token) is None
    assert who(door, second.token) is None
    assert [entry.event for entry in log(door)[:2]] == [Event.LOGGED_OUT, Event.SESSION_ENDED]
    with pytest.raises(SessionNotFoundError), door.database.write() as session:
        sessions.end(
            session, own[0].id, account_id=own[0].account_id, actor=second.signed_in.actor(None), clock=door.clock
        )


def test_expired_sessions_are_swept_out(door: Door, clock: Held) -> None:
    log_in(door, "system_admin", PASSWORD)
    clock.forward(hours=1)
    log_in(door, "audit_admin", PASSWORD)
    with door.database.read() as session:
        assert len(session.scalars(select(LoginSession)).all()) == 1


def test_changing_the_password_keeps_this_session_and_ends_the_others(door: Door) -> None:
    here, elsewhere = (log_in(door, "system_admin", PASSWORD) for _ in range(2))
    change_password(door, here.signed_in, PASSWORD, "copper-heron-window")
    assert who(door, here.token) is not None
    assert who(door, elsewhere.token) is None
    fail(door, 1)
    log_in(door, "system_admin", "copper-heron-window")


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [
        (WRONG, "copper-heron-window", PasswordWrongError),
        (PASSWORD, PASSWORD, PasswordReusedError),
        (PASSWORD, "Admin@123456", PasswordCommonError),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_bad_one(
    door: Door, current: str, new: str, error: type[SecurityError]
) -> None:
    found = log_in(door, "system_admin", PASSWORD)
    with pytest.raises(error):
        change_password(door, found.signed_in, current, new)
    log_in(door, "system_admin", PASSWORD)


def test_guessing_the_old_password_in_a_stolen_session_locks(door: Door) -> None:
    found = log_in(door, "system_admin", PASSWORD)
    for _ in range(4):
        with pytest.raises(PasswordWrongError):
            change_password(door, found.signed_in, WRONG, "copper-heron-window")
    for attempt in (WRONG, PASSWORD):
        with pytest.raises(LoginLockedError):
            change_password(door, found.signed_in, attempt, "copper-heron-window")


def test_an_expired_password_is_known_to_the_session(door: Door) -> None:
    token = log_in(door, "system_admin", PASSWORD).token
    with door.database.write() as session:
        account = accounts.by_login(session, "system_admin")
        hashed = passwords.PasswordPolicy(12).accept("copper-heron-window", login="x")
        accounts.set_password(session, account.id, hashed, must_change=True, actor=Actor("x", "person"))
    assert who(door, token) is None
    assert log_in(door, "system_admin", "copper-heron-window").signed_in.must_change_password


@pytest.mark.slow
def test_a_log_in_at_real_cost_refuses_in_equal_time(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", passwords.Cost(65536, 3, 4))
    with door.database.write() as session:
        account = accounts.by_login(session, "system_admin")
        hashed = passwords.PasswordPolicy(12).accept(PASSWORD, login="x")
        accounts.set_password(session, account.id, hashed, must_change=False, actor=Actor("x", "person"))
    took: dict[str, list[float]] = {"system_admin": [], "nobody": []}
    for number in range(8):
        for name, times in took.items():
            start = time.perf_counter()
            fail(dataclasses.replace(door, address=f"10.9.9.{number}"), 1, name)
            times.append(time.perf_counter() - start)
    known, unknown = min(took["system_admin"]), min(took["nobody"])
    assert 0.6 < known / unknown < 1.6


def test_limits_are_what_the_settings_say() -> None:
    limits = Limits.of(SecuritySettings(idle_minutes=10, session_hours=2))
    assert (limits.idle.total_seconds(), limits.longest.total_seconds()) == (600, 7200)


def test_the_set_up_state_is_read_at_each_log_in(door: Door) -> None:
    with door.database.read() as session:
        assert setup.is_set_up(session)
