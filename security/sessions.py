"""Sessions kept by the server: found by the hash of a random token, ended by idleness, age, or somebody's decision.

The browser holds the token (256 bits, a cookie), the database its SHA-256; a stolen database opens no session.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.events import Event
from core.settings import SecuritySettings
from security import emergency
from security.audit import Actor, record
from security.audit.redaction import plain
from security.directory.kinds import Source
from security.errors import SessionNotFoundError
from security.factors.enrolled import has_any
from security.factors.kinds import Factor, SecondStep, demanded, next_step
from security.models import ADDRESS_LENGTH, USER_AGENT_LENGTH, Account, LoginSession
from security.profile import Profile, profile_of
from security.reach import NOWHERE, Reach
from security.roles import Permission, Role

TOKEN_BYTES = 32
# Activity is written down once in this while, so that reading pages does not write to the disk at every request.
GRANULARITY = timedelta(seconds=60)
# A session from the future means that the clock was set back; it must not live longer for that.
CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True)
class Limits:
    """`idle` since the last request, `longest` since the log-in."""

    idle: timedelta
    longest: timedelta

    @classmethod
    def of(cls, settings: SecuritySettings) -> Self:
        return cls(timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.session_hours))

    def alive(self, created: datetime, last_seen: datetime, now: datetime) -> bool:
        """Pure, so that every clock can be tried on it."""
        if now < created - CLOCK_SLACK or now < last_seen - CLOCK_SLACK:
            return False
        return now - created < self.longest and now - last_seen < self.idle


@dataclass(frozen=True)
class SignedIn:
    """The person behind a live session. While a second step is due, without roles and permissions, so that no check of
    them, wherever it stands, lets a password alone pass.
    """

    session_id: int
    account_id: int
    login: str
    display_name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    unit_id: int | None
    must_change_password: bool
    password_expired: bool = False
    second_step: SecondStep = SecondStep.NONE
    factor: Factor | None = None
    factor_at: datetime | None = None
    allowed_addresses: tuple[str, ...] = ()
    reaches: Mapping[Permission, Reach] = field(default_factory=dict)
    source: Source = Source.LOCAL

    def reach(self, permission: Permission) -> Reach:
        """How far a permission of this person goes; who takes permissions away from a copy narrows this too."""
        return self.reaches.get(permission, NOWHERE) if permission in self.permissions else NOWHERE

    def actor(self, address: str | None) -> Actor:
        """For the services; `address` is where this very request came from."""
        return Actor(self.login, "person", self.account_id, address)


@dataclass(frozen=True)
class SessionEntry:
    """A session as a list shows it."""

    id: int
    account_id: int
    login: str
    display_name: str
    created: datetime
    last_seen: datetime
    address: str
    user_agent: str


def open_session(
    session: Session,
    account: Account,
    *,
    address: str,
    user_agent: str,
    now: datetime,
    profile: Profile,
    factor: Factor | None = None,
) -> tuple[str, SignedIn]:
    """A new session and its token, which is given out this once. Only `security.login` calls it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = LoginSession(
        token_hash=_hash(token),
        account=account,
        created=now,
        last_seen=now,
        address=address[:ADDRESS_LENGTH],
        user_agent=plain(user_agent, USER_AGENT_LENGTH),
        factor=factor,
        factor_at=now if factor else None,
    )
    session.add(row)
    session.flush()
    return token, _signed_in(session, row, profile, now)


def age(session: Session, session_id: int, now: datetime) -> timedelta:
    """Since the log-in. Raises SessionNotFoundError."""
    row = session.get(LoginSession, session_id)
    if row is None:
        raise SessionNotFoundError(number=session_id)
    return now - row.created


def note_factor(
    session: Session, session_id: int, factor: Factor, *, profile: Profile, now: datetime
) -> tuple[str | None, SignedIn]:
    """The session has proved a second factor. Where its rights grow by that it gets a fresh token, so that one seen
    before is worth nothing. Only `security.factors.proving` calls it. Raises SessionNotFoundError.
    """
    row = session.get(LoginSession, session_id, with_for_update={"of": LoginSession}, populate_existing=True)
    if row is None:
        raise SessionNotFoundError(number=session_id)
    token = secrets.token_urlsafe(TOKEN_BYTES) if row.factor is None else None
    if token:
        row.token_hash = _hash(token)
    row.factor, row.factor_at, row.challenge = factor.value, now, None
    session.flush()
    return token, _signed_in(session, row, profile, now)


def identify(
    database: Database, token: str, *, active: bool, settings: SecuritySettings, clock: Clock
) -> SignedIn | None:
    """Who holds this token; None where there is no live session. Called for every request.

    `active` is False for requests that a page makes by itself (refreshing): they do not keep a session alive.
    A session that is found to be over is deleted, so that no change of the clock brings it back.
    """
    now, limits = clock.now(), Limits.of(settings)
    with database.read() as session:
        row = _find(session, token)
        if row is None or row.account.disabled:
            return None
        found = _signed_in(session, row, profile_of(settings), now)
        alive = limits.alive(row.created, row.last_seen, now)
        due = active and now - row.last_seen >= GRANULARITY
    if alive and not due:
        return found
    with database.write() as session:
        statement = select(LoginSession).where(LoginSession.id == found.session_id).with_for_update(of=LoginSession)
        row = session.scalars(statement).one_or_none()
        if row is None:
            return None
        if not limits.alive(row.created, row.last_seen, now):
            session.delete(row)
            return None
        row.last_seen = max(row.last_seen, now)
    return found


def every(
    session: Session, *, settings: SecuritySettings, clock: Clock, account_id: int | None = None
) -> tuple[SessionEntry, ...]:
    """Live sessions, the most recently used first; all, or one account's."""
    statement = select(LoginSession).order_by(LoginSession.last_seen.desc(), LoginSession.id)
    if account_id is not None:
        statement = statement.where(LoginSession.account_id == account_id)
    now, limits = clock.now(), Limits.of(settings)
    return tuple(_entry(row) for row in session.scalars(statement) if limits.alive(row.created, row.last_seen, now))


def log_out(session: Session, signed_in: SignedIn, *, actor: Actor, clock: Clock) -> None:
    """The person ends their own session."""
    session.execute(delete(LoginSession).where(LoginSession.id == signed_in.session_id))
    record(session, Event.LOGGED_OUT, actor, subject=f"account:{signed_in.login}", clock=clock)


def end(session: Session, session_id: int, *, account_id: int, actor: Actor, clock: Clock) -> None:
    """Somebody ends a session of this account from the list. Raises SessionNotFoundError."""
    row = session.get(LoginSession, session_id)
    if row is None or row.account_id != account_id:
        raise SessionNotFoundError(number=session_id)
    detail = {"address": row.address, "created": row.created}
    session.delete(row)
    record(session, Event.SESSION_ENDED, actor, subject=f"account:{row.account.login}", detail=detail, clock=clock)


def end_all(session: Session, account_id: int, *, but: int | None = None) -> int:
    """Part of a recorded change (password, disabling); returns how many sessions ended."""
    ids = session.scalars(select(LoginSession.id).where(LoginSession.account_id == account_id)).all()
    ended = [number for number in ids if number != but]
    session.execute(delete(LoginSession).where(LoginSession.id.in_(ended)))
    return len(ended)


def end_elsewhere(session: Session, signed_in: SignedIn, *, address: str, clock: Clock) -> None:
    """The session's token came from an address that its account may not be used from: it ends, whoever has it now."""
    row = session.get(LoginSession, signed_in.session_id)
    if row is None:
        return
    session.delete(row)
    record(
        session,
        Event.SESSION_REFUSED,
        signed_in.actor(address),
        subject=f"account:{signed_in.login}",
        result="refused",
        detail={"opened_from": row.address},
        clock=clock,
    )


def end_token(session: Session, token: str) -> None:
    """The session that a browser brings to the log-in ends there, so that a planted token gains nothing by it."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == _hash(token)))


def forget_old(session: Session, *, settings: SecuritySettings, now: datetime) -> None:
    limits = Limits.of(settings)
    over = or_(LoginSession.created <= now - limits.longest, LoginSession.last_seen <= now - limits.idle)
    session.execute(delete(LoginSession).where(over))


def _find(session: Session, token: str) -> LoginSession | None:
    return session.scalars(select(LoginSession).where(LoginSession.token_hash == _hash(token))).one_or_none()


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _signed_in(session: Session, row: LoginSession, profile: Profile, now: datetime) -> SignedIn:
    account = row.account
    step = next_step(
        proven=row.factor is not None,
        enrolled=row.factor is None and has_any(session, account.id),
        demanded=demanded(profile.second_factor, account.roles),
    )
    complete = step is SecondStep.NONE
    ours = account.source == Source.LOCAL
    expired = ours and profile.expired(account.password_changed, now)
    reaches = {**account.reaches, **emergency.powers(session, account.id, now)} if complete else {}
    return SignedIn(
        session_id=row.id,
        account_id=account.id,
        login=account.login,
        display_name=account.display_name,
        roles=account.roles if complete else frozenset(),
        permissions=frozenset(reaches),
        unit_id=account.unit_id,
        must_change_password=(ours and account.must_change_password) or expired,
        password_expired=expired,
        second_step=step,
        factor=Factor(row.factor) if row.factor else None,
        source=Source(account.source),
        factor_at=row.factor_at,
        allowed_addresses=tuple(account.allowed_addresses),
        reaches=reaches,
    )


def principal_of(account: Account, *, session_id: int) -> SignedIn:
    """What an account may do at this moment by its grants; for principals that are no session of a person."""
    return SignedIn(
        session_id=session_id,
        account_id=account.id,
        login=account.login,
        display_name=account.display_name,
        roles=account.roles,
        permissions=account.permissions,
        unit_id=account.unit_id,
        must_change_password=account.source == Source.LOCAL and account.must_change_password,
        allowed_addresses=tuple(account.allowed_addresses),
        reaches=account.reaches,
    )


def _entry(row: LoginSession) -> SessionEntry:
    return SessionEntry(
        id=row.id,
        account_id=row.account_id,
        login=row.account.login,
        display_name=row.account.display_name,
        created=row.created,
        last_seen=row.last_seen,
        address=row.address,
        user_agent=row.user_agent,
    )
