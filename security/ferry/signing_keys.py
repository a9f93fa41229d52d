"""The signing keys of this site's approvers: made, given another PIN, revoked, and kept.

A revoked key signs nothing any more and leaves this site's card, but its row stays: what it signed before is verified
with it. A key has no right of its own. To approve, its owner has to hold the role at that moment, and the other
site has to have pinned it.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from security.audit import Actor, record
from security.ferry import approver_key, floor
from security.ferry.approver_key import LockedKey
from security.ferry.errors import (
    ApproverRoleForbiddenError,
    ApproverRoleNotHeldError,
    NoSigningKeyError,
    NotFoundError,
    PinLockedError,
    PinWrongError,
    RevocationReasonError,
    SigningKeyExistsError,
    SigningKeyRevokedError,
)
from security.ferry.ledger import refusals_recorded
from security.ferry.models import FerrySigningKey
from security.ferry.site import Ferry
from security.models import Account

MOST_FAILURES, LOCKED_MINUTES = 5, 15
MOST_REASON = 500
REPLACED = "replaced"


def add_approver_key(
    session: Session, ferry: Ferry, key: LockedKey, roles: Iterable[str], *, actor: Actor, replaces: bool = True
) -> FerrySigningKey:
    """Store a person's new signing key. An earlier one is revoked by it, or stands in the way.

    Where the person has an account, the roles are among those that it holds, so that two persons stand behind each.
    Raises ApproverRoleForbiddenError, ApproverRoleNotHeldError, SigningKeyExistsError.
    """
    wanted = sorted(set(roles))
    _check_roles(session, key.person, wanted)
    earlier = in_use(session, key.person, hold=True)
    if earlier is not None:
        if not replaces:
            raise SigningKeyExistsError(person=key.person)
        earlier.revoked_at, earlier.revoked_by, earlier.reason = ferry.clock.now(), actor.name, REPLACED
        session.flush()
    row = _stored(session, ferry, key, wanted, actor)
    before = None if earlier is None else {"key": earlier.id, "public_key": earlier.public.hex()}
    after = {"person": key.person, "roles": wanted, "key": row.id, "public_key": key.public.hex()}
    subject = _subject(key.person)
    record(session, Event.FERRY_KEY_CREATED, actor, subject=subject, before=before, after=after, clock=ferry.clock)
    return row


def change_pin(database: Database, ferry: Ferry, person: str, *, pin: str, new: str, actor: Actor) -> None:
    """The whole act, for an edge. The key stays the same, and so does everything that it signed. Commits.

    Raises NoSigningKeyError, PinLockedError, PinWrongError (counted), and what a PIN can be refused for; each refusal
    is recorded.
    """
    with refusals_recorded(database, ferry, Event.FERRY_PIN_CHANGED, actor=actor, subject=_subject(person)):
        with database.read() as session:
            before = locked(usable(session, ferry, person))
        try:
            after = approver_key.change_pin(before, pin, new)
        except PinWrongError:
            with database.write() as session:
                note_wrong_pin(session, ferry, before.public, person)
            raise
        with database.write() as session:
            _store_changed(session, ferry, before, after, actor)


def revoke(
    session: Session, ferry: Ferry, number: int, *, reason: str, actor: Actor, person: str | None = None
) -> FerrySigningKey:
    """End a key for good; with `person`, only one of that person's. What it signed until now stays decided.

    Raises NotFoundError, SigningKeyRevokedError, RevocationReasonError.
    """
    row = session.get(FerrySigningKey, number, with_for_update=True)
    if row is None or person not in (None, row.person):
        raise NotFoundError(kind="signing key", name=number)
    if row.revoked_at is not None:
        raise SigningKeyRevokedError(at=row.revoked_at)
    if not 0 < len(reason) <= MOST_REASON:
        raise RevocationReasonError(most=MOST_REASON)
    row.revoked_at, row.revoked_by, row.reason = ferry.clock.now(), actor.name, reason
    detail = {"key": row.id, "public_key": row.public.hex(), "reason": reason}
    record(session, Event.FERRY_KEY_REVOKED, actor, subject=_subject(row.person), detail=detail, clock=ferry.clock)
    return row


def in_use(session: Session, person: str, *, hold: bool = False) -> FerrySigningKey | None:
    """The person's key that is not revoked; with `hold` nobody else changes it until this transaction ends."""
    statement = select(FerrySigningKey).where(FerrySigningKey.person == person, FerrySigningKey.revoked_at.is_(None))
    return session.scalars(statement.with_for_update() if hold else statement).one_or_none()


def usable(session: Session, ferry: Ferry, person: str, *, hold: bool = False) -> FerrySigningKey:
    """Raises NoSigningKeyError, PinLockedError."""
    key = in_use(session, person, hold=hold)
    if key is None:
        raise NoSigningKeyError(person=person)
    if is_locked(ferry, key):
        raise PinLockedError(person=person, failures=key.failures, minutes=LOCKED_MINUTES)
    return key


def is_locked(ferry: Ferry, key: FerrySigningKey) -> bool:
    """After so many wrong PINs, for so long after the last; once it was locked, each further wrong one locks again."""
    recent = key.failed_at is not None and ferry.clock.now() - key.failed_at < timedelta(minutes=LOCKED_MINUTES)
    return key.failures >= MOST_FAILURES and recent


def note_wrong_pin(session: Session, ferry: Ferry, public: bytes, person: str) -> None:
    key = in_use(session, person, hold=True)
    if key is not None and key.public == public:
        key.failures, key.failed_at = key.failures + 1, ferry.clock.now()


def locked(key: FerrySigningKey) -> LockedKey:
    return LockedKey(key.person, key.public, key.locked)


def of_person(session: Session, person: str) -> list[FerrySigningKey]:
    """All that there ever were, newest first."""
    mine = select(FerrySigningKey).where(FerrySigningKey.person == person)
    return list(session.scalars(mine.order_by(FerrySigningKey.id.desc())))


def every(session: Session) -> list[FerrySigningKey]:
    """Of every person: those in use first."""
    revoked_last = FerrySigningKey.revoked_at.is_not(None)
    return list(
        session.scalars(
            select(FerrySigningKey).order_by(revoked_last, FerrySigningKey.person, FerrySigningKey.id.desc())
        )
    )


def _check_roles(session: Session, person: str, roles: list[str]) -> None:
    account = session.scalars(select(Account).where(func.lower(Account.login) == person.lower())).one_or_none()
    held = None if account is None else {grant.role for grant in account.grants}
    for role in roles or [""]:
        if role not in floor.APPROVER_ROLES:
            raise ApproverRoleForbiddenError(role=role)
        if held is not None and role not in held:
            raise ApproverRoleNotHeldError(person=person, role=role)


def _stored(session: Session, ferry: Ferry, key: LockedKey, roles: list[str], actor: Actor) -> FerrySigningKey:
    row = FerrySigningKey(person=key.person, roles=list(roles), public=key.public, locked=key.locked)
    row.created_at, row.created_by = ferry.clock.now(), actor.name
    row.failures, row.reason = 0, ""
    session.add(row)
    try:
        session.flush()
    except IntegrityError:  # somebody made one at the same moment
        raise SigningKeyExistsError(person=key.person) from None
    return row


def _store_changed(session: Session, ferry: Ferry, before: LockedKey, after: LockedKey, actor: Actor) -> None:
    row = usable(session, ferry, before.person, hold=True)
    if row.locked != before.locked:
        raise PinWrongError(person=before.person)  # it was changed elsewhere meanwhile
    row.locked, row.failures, row.failed_at, row.pin_changed_at = after.locked, 0, None, ferry.clock.now()
    detail = {"key": row.id, "public_key": row.public.hex()}
    record(session, Event.FERRY_PIN_CHANGED, actor, subject=_subject(row.person), detail=detail, clock=ferry.clock)


def _subject(person: str) -> str:
    return f"approver:{person}"
