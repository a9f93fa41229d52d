"""Setting up and removing one's own second factors, and removing somebody else's who lost theirs.

Who sets one up types the password again: a session left open must not become somebody else's for good.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.events import Event
from security import accounts, sessions
from security.audit import Actor, record
from security.door import Door
from security.factors import certificates, enrolled, one_time, recovery, security_keys, totp
from security.factors.errors import (
    CodeWrongError,
    FactorMissingError,
    LastFactorError,
    SecondStepDueError,
    TotpSecretError,
)
from security.factors.kinds import Factor, SecondStep, demanded
from security.factors.models import ClientCertificate, RecoveryCode, SecurityKey
from security.factors.security_keys import RelyingParty
from security.login import confirm_password
from security.models import Account, LoginSession
from security.sessions import SignedIn
from security.vault import Vault


@dataclass(frozen=True)
class SetUp:
    """The session's new `token`, where its rights grew; recovery `codes`, to be shown once, where there were none."""

    token: str | None = field(repr=False)
    codes: tuple[str, ...] = field(repr=False)


def set_up_totp(door: Door, signed_in: SignedIn, vault: Vault, *, password: str, key: str, code: str) -> SetUp:
    """One-time codes by the `key` that was shown, once a code shows that the authenticator has it.

    Raises CodeWrongError, TotpSecretError, PasswordWrongError and LoginLockedError (counted), SecondStepDueError.
    """
    secret = totp.read(key)
    if secret is None:
        raise TotpSecretError

    def keep(session: Session) -> Factor:
        actor = signed_in.actor(door.address)
        if not one_time.set_up(session, vault, signed_in.account_id, secret, code, actor=actor, clock=door.clock):
            raise CodeWrongError
        return Factor.TOTP

    return _set_up(door, signed_in, password, keep)


def set_up_key(door: Door, signed_in: SignedIn, party: RelyingParty, *, password: str, name: str, answer: str) -> SetUp:
    """A security key. Raises what `security_keys.register` raises, PasswordWrongError and LoginLockedError (counted),
    SecondStepDueError.
    """

    def keep(session: Session) -> Factor:
        security_keys.register(session, party, signed_in, name, answer, clock=door.clock)
        return Factor.SECURITY_KEY

    return _set_up(door, signed_in, password, keep)


def issue_codes(door: Door, signed_in: SignedIn) -> tuple[str, ...]:
    """New recovery codes in place of the old ones. Raises FactorMissingError where there is nothing to recover."""
    with door.database.write() as session:
        account = accounts.get(session, signed_in.account_id)
        if not enrolled.has_any(session, account.id):
            raise FactorMissingError
        codes = recovery.issue(session, account.id, door.clock.now())
        _record(
            session, Event.RECOVERY_CODES_ISSUED, account, None, actor=signed_in.actor(door.address), clock=door.clock
        )
    return codes


def remove_totp(door: Door, signed_in: SignedIn, vault: Vault) -> None:
    """Raises FactorMissingError, LastFactorError."""
    actor = signed_in.actor(door.address)
    with door.database.write() as session:
        account = accounts.get(session, signed_in.account_id)
        before = enrolled.summary(session, account.id)
        if not one_time.remove(session, vault, account.id, actor=actor):
            raise FactorMissingError
        _removed(door, session, account, before, actor)


def remove_key(door: Door, signed_in: SignedIn, number: int) -> None:
    """Raises FactorMissingError, LastFactorError."""
    with door.database.write() as session:
        account = accounts.get(session, signed_in.account_id)
        before = enrolled.summary(session, account.id)
        key = session.get(SecurityKey, number)
        if key is None or key.account_id != account.id:
            raise FactorMissingError
        session.delete(key)
        session.flush()
        _removed(door, session, account, before, signed_in.actor(door.address))


def revoke_certificate(session: Session, account_id: int, number: int, *, actor: Actor, clock: Clock) -> None:
    """The certificate opens nothing from now on, and the sessions of its account end. Raises FactorMissingError."""
    account = accounts.get(session, account_id)
    before = enrolled.summary(session, account_id)
    session.delete(certificates.find(session, account_id, number))
    session.flush()
    _forget_proofs(session, account_id)
    sessions.end_all(session, account_id)
    _record(session, Event.FACTOR_REMOVED, account, before, actor=actor, clock=clock)


def reset(session: Session, vault: Vault, account_id: int, *, actor: Actor, clock: Clock) -> Account:
    """Remove everything of an account whose person has lost it, and end its sessions: the password alone opens the
    page on which they set up anew. Raises AccountNotFoundError, FactorMissingError.
    """
    account = accounts.get(session, account_id)
    before = enrolled.summary(session, account_id)
    if not enrolled.has_any(session, account_id):
        raise FactorMissingError
    one_time.remove(session, vault, account_id, actor=actor)
    for table in (SecurityKey, ClientCertificate, RecoveryCode):
        session.execute(delete(table).where(table.account_id == account_id))
    sessions.end_all(session, account_id)
    _record(session, Event.FACTORS_RESET, account, before, actor=actor, clock=clock)
    return account


def _set_up(door: Door, signed_in: SignedIn, password: str, keep: Callable[[Session], Factor]) -> SetUp:
    if signed_in.second_step is SecondStep.PROVE:
        raise SecondStepDueError
    confirm_password(door, signed_in, password)
    with door.database.write() as session:
        account = accounts.get(session, signed_in.account_id)
        before = enrolled.summary(session, account.id)
        fresh = not enrolled.has_any(session, account.id)
        factor = keep(session)
        codes = recovery.issue(session, account.id, door.clock.now()) if fresh else ()
        token, _ = sessions.note_factor(
            session, signed_in.session_id, factor, profile=door.profile, now=door.clock.now()
        )
        _record(session, Event.FACTOR_ENROLLED, account, before, actor=signed_in.actor(door.address), clock=door.clock)
    return SetUp(token, codes)


def _removed(door: Door, session: Session, account: Account, before: object, actor: Actor) -> None:
    if demanded(door.profile.second_factor, account.roles) and not enrolled.has_any(session, account.id):
        raise LastFactorError
    _forget_proofs(session, account.id)
    _record(session, Event.FACTOR_REMOVED, account, before, actor=actor, clock=door.clock)


def _forget_proofs(session: Session, account_id: int) -> None:
    """With the last factor go the recovery codes, and what sessions proved: nothing is left to prove again."""
    if not enrolled.has_any(session, account_id):
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        mine = update(LoginSession).where(LoginSession.account_id == account_id)
        session.execute(mine.values(factor=None, factor_at=None))


def _record(session: Session, event: Event, account: Account, before: object, *, actor: Actor, clock: Clock) -> None:
    after = enrolled.summary(session, account.id)
    record(session, event, actor, subject=accounts.subject_of(account), before=before, after=after, clock=clock)
