"""Logging in, and changing one's own password.

These two take the database and not a session: the hash is computed between a reading and a writing transaction,
because a slow hash inside a transaction would stop everybody else's writing; and a refusal commits its record and its
count before it is raised.
"""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.events import Event
from core.settings import SecuritySettings
from security import accounts, passwords, sessions, setup
from security.audit import Actor, record
from security.audit.redaction import plain
from security.errors import (
    LoginFailedError,
    LoginLockedError,
    NotSetUpError,
    PasswordReusedError,
    PasswordWrongError,
    SecurityError,
)
from security.lockout import Lockout
from security.models import Account
from security.passwords import HashedPassword, PasswordPolicy
from security.sessions import SignedIn

SHOWN_OF_UNKNOWN = 2


@dataclass(frozen=True)
class LoggedIn:
    """`token` goes into the cookie and nowhere else."""

    token: str = field(repr=False)
    signed_in: SignedIn


@dataclass(frozen=True)
class Door:
    """Where log-ins come from, and under which rules; made once for each request."""

    database: Database
    settings: SecuritySettings
    clock: Clock
    address: str
    user_agent: str = ""

    @property
    def lockout(self) -> Lockout:
        return Lockout.of(self.settings)


def log_in(door: Door, login: str, password: str, *, replaces: str | None = None) -> LoggedIn:
    """Check a password and open a session with a fresh token; the one that the browser brought (`replaces`) ends.

    Raises LoginFailedError (unknown name, wrong password or disabled account: the caller learns no more, and each
    takes the same time), LoginLockedError, NotSetUpError. Each refusal is counted and recorded when it is raised;
    attempts during a lock-out are not, so that nobody can fill the log.
    """
    name = accounts.normal_login(login)
    with door.database.read() as session:
        if not setup.is_set_up(session):
            raise NotSetUpError
        _refuse_locked(door, session, name)
        account = accounts.find(session, name)
        stored = None if account is None else account.password_hash
    right = passwords.verify(stored, password)
    with door.database.write() as session:
        _refuse_locked(door, session, name)
        account = accounts.find(session, name)
        if account is not None and right and not account.disabled and account.password_hash == stored:
            return _welcome(door, session, account, replaces)
        refusal = _count(door, session, name, account, LoginFailedError())
    raise refusal


def change_password(door: Door, signed_in: SignedIn, current: str, new: str) -> None:
    """A person changes their own password; their other sessions end.

    Raises PasswordWrongError (counted like a failed log-in), LoginLockedError, PasswordReusedError, and what
    `PasswordPolicy.accept` raises.
    """
    with door.database.read() as session:
        _refuse_locked(door, session, signed_in.login)
        stored = accounts.get(session, signed_in.account_id).password_hash
    if not passwords.verify(stored, current):
        with door.database.write() as session:
            account = accounts.get(session, signed_in.account_id)
            refusal = _count(door, session, signed_in.login, account, PasswordWrongError())
        raise refusal
    hashed = _new_password(door, signed_in.login, current, new)
    with door.database.write() as session:
        accounts.set_password(
            session,
            signed_in.account_id,
            hashed,
            must_change=False,
            actor=signed_in.actor(door.address),
            keep_session=signed_in.session_id,
            clock=door.clock,
        )


def _new_password(door: Door, login: str, current: str, new: str) -> HashedPassword:
    if current == new:
        raise PasswordReusedError
    return PasswordPolicy(door.settings.password_length).accept(new, login=login)


def _refuse_locked(door: Door, session: Session, name: str) -> None:
    if door.lockout.locked_until(session, name, door.address, door.clock.now()) is not None:
        raise LoginLockedError(minutes=door.settings.lockout_minutes)


def _welcome(door: Door, session: Session, account: Account, replaces: str | None) -> LoggedIn:
    now = door.clock.now()
    door.lockout.clear(session, account.login, door.address)
    sessions.forget_old(session, settings=door.settings, now=now)
    if replaces:
        sessions.end_token(session, replaces)
    account.last_login = now
    token, signed_in = sessions.open_session(
        session, account, address=door.address, user_agent=door.user_agent, now=now
    )
    actor = signed_in.actor(door.address)
    record(session, Event.LOGIN_SUCCEEDED, actor, subject=accounts.subject_of(account), clock=door.clock)
    return LoggedIn(token, signed_in)


def _count(door: Door, session: Session, name: str, account: Account | None, refusal: SecurityError) -> SecurityError:
    """Count and record a wrong password; returns what to raise once this is durable."""
    locks = door.lockout.fail(session, name, door.address, door.clock.now())
    # What is typed as the name of nobody may well be a password.
    shown = account.login if account else f"{plain(name[:SHOWN_OF_UNKNOWN], SHOWN_OF_UNKNOWN)}***"
    actor = Actor(shown, "person", account.id if account else None, door.address)
    record(
        session,
        Event.LOGIN_LOCKED if locks else Event.LOGIN_FAILED,
        actor,
        subject=f"account:{shown}",
        result="refused",
        detail={"known": account is not None, "code": refusal.code},
        clock=door.clock,
    )
    return LoginLockedError(minutes=door.settings.lockout_minutes) if locks else refusal
