"""Logging in, and changing one's own password.

These take the database and not a session: the hash is computed between a reading and a writing transaction,
because a slow hash inside a transaction would stop everybody else's writing; and a refusal commits its record and its
count before it is raised.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Self

from sqlalchemy.orm import Session

from core.events import Event
from security import accounts, password_history, passwords, sessions, setup
from security.addresses import permits
from security.audit import record
from security.directory import linking
from security.directory.errors import DirectoryError, DirectoryPasswordError, ProviderStaleError, StrangerError
from security.directory.kinds import Source
from security.door import SECOND_STEP, Door, way
from security.errors import LoginFailedError, NotSetUpError, PasswordReusedError, PasswordWrongError, SecurityError
from security.factors import certificates
from security.factors.kinds import Factor, SecondStep
from security.models import Account
from security.passwords import HashedPassword, PasswordPolicy
from security.sessions import SignedIn

FRESH: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class LoggedIn:
    """`token` goes into the cookie and nowhere else."""

    token: str = field(repr=False)
    signed_in: SignedIn


def log_in(door: Door, login: str, password: str, *, replaces: str | None = None) -> LoggedIn:
    """Check a password and open a session with a fresh token; the one that the browser brought (`replaces`) ends.

    Raises LoginFailedError (unknown name, wrong password, disabled account, or an address from which the account may
    not be used: the caller learns no more, and each takes the same time), LoginLockedError, NotSetUpError,
    PasswordsBusyError. Each refusal is counted and recorded when it is raised; attempts during a lock-out are not, so
    that nobody can fill the log. DirectoryError where the account's directory cannot say: recorded with its cause, but
    not counted, for it says nothing about who stands at the door.
    """
    name = accounts.normal_login(login)
    with door.database.read() as session:
        if not setup.is_set_up(session):
            raise NotSetUpError
        door.refuse_locked(session, name, door.address)
        account = accounts.find(session, name)
        asked = _Asked.of(account)
    right = _right(door, name, asked, password)
    with door.database.write() as session:
        door.refuse_locked(session, name, door.address)
        account = accounts.find(session, name)
        cause = LoginFailedError.code
        if account is not None and right and not account.disabled and _Asked.of(account) == asked:
            if permits(account.allowed_addresses, door.address):
                return _welcome(door, session, account, replaces)
            cause = "security.address_refused"
        refusal = door.count(session, name, account, LoginFailedError(), place=door.address, cause=cause)
    raise refusal


@dataclass(frozen=True)
class _Asked:
    """By what a password is checked: our hash, or a directory's word about a name of its own."""

    stored: str | None = field(repr=False)
    source: Source = Source.LOCAL
    subject: str = ""

    @classmethod
    def of(cls, account: Account | None) -> Self:
        if account is None:
            return cls(None)
        return cls(account.password_hash, Source(account.source), account.subject or "")


def _right(door: Door, login: str, asked: _Asked, password: str) -> bool:
    """Raises what a directory raises when it cannot say; that is no wrong password and not counted as one."""
    try:
        return _says(door, asked, password)
    except DirectoryError as error:
        door.note_failure(login, asked.source, error)
        raise


def _says(door: Door, asked: _Asked, password: str) -> bool:
    if asked.source is Source.LOCAL:
        return passwords.verify(asked.stored, password)
    if asked.source is Source.LDAP:
        return door.directories.passwords(asked.source).holds(asked.subject, password)
    # Whoever comes by a provider has no password here; it takes as long to learn that as for a wrong one.
    passwords.verify(None, password)
    return False


def log_in_by_provider(door: Door, subject: str, *, replaces: str | None = None) -> LoggedIn:
    """Open a session for whom an OpenID provider vouches; `subject` was verified by `security.directory.flow`.

    Raises StrangerError where no account stands for them, LoginFailedError (disabled, or from an address where the
    account may not be used), NotSetUpError. Each refusal is recorded.
    """
    with door.database.write() as session:
        if not setup.is_set_up(session):
            raise NotSetUpError
        account = linking.find(session, Source.OIDC, subject)
        refusal: SecurityError = StrangerError(subject=subject)
        cause = StrangerError.code
        if account is not None and not account.disabled:
            if permits(account.allowed_addresses, door.address):
                return _welcome(door, session, account, replaces)
            cause = "security.address_refused"
        if account is not None:
            refusal = LoginFailedError()
            cause = cause if cause != StrangerError.code else LoginFailedError.code
        door.note_refusal(session, account, subject, cause)
    raise refusal


def change_password(door: Door, signed_in: SignedIn, current: str, new: str) -> None:
    """A person changes their own password; their other sessions end.

    Raises PasswordWrongError (counted like a failed log-in), LoginLockedError, PasswordReusedError,
    DirectoryPasswordError, and what `PasswordPolicy.accept` raises.
    """
    with door.database.read() as session:
        account = accounts.get(session, signed_in.account_id)
        if account.source != Source.LOCAL:
            raise DirectoryPasswordError(source=Source(account.source))
    stored = confirm_password(door, signed_in, current)
    with door.database.read() as session:
        account = accounts.get(session, signed_in.account_id)
        former = password_history.former(session, account, door.profile.remembered)
    hashed = _new_password(door, signed_in.login, current, new, former)
    with door.database.write() as session:
        if accounts.get(session, signed_in.account_id).password_hash != stored:
            raise PasswordWrongError  # it was changed elsewhere meanwhile
        accounts.set_password(
            session,
            signed_in.account_id,
            hashed,
            must_change=False,
            actor=signed_in.actor(door.address),
            keep_session=signed_in.session_id,
            remembered=door.profile.remembered,
            clock=door.clock,
        )


def confirm_password(door: Door, signed_in: SignedIn, password: str) -> str:
    """Whether the person at the browser is the one who logged in; the hash that it was checked against. Whoever comes
    by a provider has no password to type: a log-in of a moment ago stands for it.

    Raises PasswordWrongError (counted like a failed log-in), ProviderStaleError, LoginLockedError, PasswordsBusyError,
    DirectoryError (recorded).
    """
    with door.database.read() as session:
        door.refuse_locked(session, signed_in.login, door.address)
        asked = _Asked.of(accounts.get(session, signed_in.account_id))
        if asked.source is Source.OIDC:
            if sessions.age(session, signed_in.session_id, door.clock.now()) > FRESH:
                raise ProviderStaleError(minutes=int(FRESH.total_seconds()) // 60)
            return ""
    if _right(door, signed_in.login, asked, password):
        return asked.stored or ""
    with door.database.write() as session:
        account = accounts.get(session, signed_in.account_id)
        refusal = door.count(session, signed_in.login, account, PasswordWrongError(), place=door.address)
    raise refusal


def complete(door: Door, session: Session, signed_in: SignedIn) -> None:
    """Everything that the log-in asked for was proved: the counters start anew, and where the profile allows one
    session at a time, the earlier ones end here.
    """
    account = accounts.get(session, signed_in.account_id)
    for place in (door.address, SECOND_STEP):
        door.lockout.clear(session, account.login, place)
    account.last_login = door.clock.now()
    ended = sessions.end_all(session, account.id, but=signed_in.session_id) if door.profile.one_session else 0
    detail = {"factor": signed_in.factor, "sessions_ended": ended or None, **way(account)}
    record(
        session,
        Event.LOGIN_SUCCEEDED,
        signed_in.actor(door.address),
        subject=accounts.subject_of(account),
        detail={name: fact for name, fact in detail.items() if fact is not None} or None,
        clock=door.clock,
    )


def _welcome(door: Door, session: Session, account: Account, replaces: str | None) -> LoggedIn:
    now = door.clock.now()
    sessions.forget_old(session, settings=door.settings, now=now)
    if replaces:
        sessions.end_token(session, replaces)
    shown = certificates.use(session, account.id, door.certificate, now)
    token, signed_in = sessions.open_session(
        session,
        account,
        address=door.address,
        user_agent=door.user_agent,
        now=now,
        profile=door.profile,
        factor=Factor.CERTIFICATE if shown else None,
    )
    if signed_in.second_step is SecondStep.PROVE:
        # Nothing is cleared yet: who knows the password must not try codes without end by it.
        subject = accounts.subject_of(account)
        actor, detail = signed_in.actor(door.address), way(account) or None
        record(session, Event.PASSWORD_ACCEPTED, actor, subject=subject, detail=detail, clock=door.clock)
    else:
        complete(door, session, signed_in)
    return LoggedIn(token, signed_in)


def _new_password(door: Door, login: str, current: str, new: str, former: tuple[str, ...]) -> HashedPassword:
    if current == new:
        raise PasswordReusedError
    return PasswordPolicy.of(door.settings).accept(new, login=login, former=former)
