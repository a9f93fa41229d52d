"""Sealing, opening and ending emergency access; see the package for the whole."""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import accounts
from security.audit import Actor, record
from security.emergency.errors import (
    BearerError,
    EmergencyNotOpenError,
    EmergencyOpenError,
    HalfWrongError,
    NotSealedError,
    ReasonMissingError,
    SamePersonError,
    SealerError,
)
from security.emergency.models import REASON_LENGTH, EmergencySeal
from security.emergency.power import current
from security.errors import RoleConflictError
from security.grants import refuse_conflict
from security.models import Account
from security.persons import same_person
from security.roles import Role
from security.setup import ALPHABET, GROUP

LIFE = timedelta(hours=4)
# For how long the first half waits for the second.
PATIENCE = timedelta(minutes=30)
HALF_LENGTH = 20

log = logging.getLogger(__name__)
_CLOCK = SystemClock()


class Half(StrEnum):
    """Named by the administrator who makes it and keeps its sheet."""

    SYSTEM = "system"
    SECURITY = "security"


_MAKERS = {Role.SYSTEM_ADMIN: Half.SYSTEM, Role.SECURITY_ADMIN: Half.SECURITY}


@dataclass(frozen=True)
class Standing:
    """`sealed` is since when the seal that would open is there; `due` are the halves of a new one to be made."""

    sealed: datetime | None
    entered_by: str
    due: frozenset[Half]


def standing(session: Session, now: datetime) -> Standing:
    """Halves are due where a new seal was begun, and after the last one was opened."""
    sealed, begun = _latest(session, "sealed"), _latest(session, "half")
    entered = sealed.entered_by or "" if sealed is not None and _waits(sealed, now) else ""
    if begun is not None:
        due = frozenset(half for half in Half if _hash_of(begun, half) is None)
    else:
        opened_once = session.scalar(select(EmergencySeal.id).where(EmergencySeal.opened.is_not(None)).limit(1))
        due = frozenset(Half) if sealed is None and opened_once is not None else frozenset()
    return Standing(sealed.sealed if sealed else None, entered, due)


def half_of(account: Account) -> Half | None:
    """Which half this account makes."""
    return next((half for role, half in _MAKERS.items() if role in account.roles), None)


def seal_half(session: Session, *, actor: Actor, clock: Clock = _CLOCK) -> str:
    """Make one's own half, to be shown this once; an earlier seal holds until both halves of the new one are there.

    Raises SealerError, SamePersonError, EmergencyOpenError.
    """
    if current(session, clock.now()) is not None:
        raise EmergencyOpenError
    maker = session.get(Account, actor.account_id) if actor.account_id is not None else None
    half = half_of(maker) if maker is not None else None
    if maker is None or half is None:
        raise SealerError
    begun = _latest(session, "half", lock=True) or EmergencySeal(state="half")
    other_id = begun.security_id if half is Half.SYSTEM else begun.system_id
    other = session.get(Account, other_id) if other_id is not None else None
    if other is not None and (other.id == maker.id or same_person(other, maker)):
        raise SamePersonError
    letters = "".join(secrets.choice(ALPHABET) for _ in range(HALF_LENGTH))
    for name, value in (("hash", _hash(letters, half)), ("id", maker.id), ("by", maker.login)):
        setattr(begun, f"{half}_{name}", value)
    session.add(begun)
    if begun.system_hash and begun.security_hash:
        _replace(session)
        begun.state, begun.sealed = "sealed", clock.now()
    session.flush()
    after = {"half": half.value, "complete": begun.state == "sealed"}
    record(session, Event.EMERGENCY_SEALED, actor, subject="emergency", after=after, clock=clock)
    return "-".join(letters[start : start + GROUP] for start in range(0, HALF_LENGTH, GROUP))


def enter(session: Session, text: str, reason: str, *, actor: Actor, clock: Clock = _CLOCK) -> bool:
    """A signed-in person enters a half. Whoever is first says why and will have the power; True when it is open.

    Raises NotSealedError, HalfWrongError, SamePersonError (one person, one half), BearerError, EmergencyOpenError.
    """
    now = clock.now()
    found = _sealed(session, now)
    half = _recognised(found, text)
    me = accounts.get(session, actor.account_id or 0)
    if not _waits(found, now):
        _check_bearer(session, me)
        found.entered_half, found.entered, found.entered_by = half.value, now, me.login
        found.entered_id, found.bearer, found.reason = me.id, me, _given(reason)
        session.flush()
        detail = {"half": half.value, "reason": found.reason}
        record(session, Event.EMERGENCY_HALF_ENTERED, actor, subject="emergency", detail=detail, clock=clock)
        return False
    bearer = found.bearer
    if half.value == found.entered_half:
        raise HalfWrongError
    if bearer is None or bearer.id == me.id or same_person(bearer, me):
        raise SamePersonError
    _check_bearer(session, bearer)
    found.opener_id = me.id
    _open(session, found, bearer, actor, clock)
    return True


def open_at_terminal(
    session: Session, login: str, halves: tuple[str, str], reason: str, *, actor: Actor, clock: Clock = _CLOCK
) -> Account:
    """Two people with a sheet each stand at the machine, and nobody who could sign in; the power is for `login`.

    Raises as `enter`.
    """
    found = _sealed(session, clock.now())
    bearer = accounts.by_login(session, login)
    if {_recognised(found, text) for text in halves} != set(Half):
        raise HalfWrongError
    _check_bearer(session, bearer)
    found.entered_half, found.entered, found.entered_by, found.entered_id = "both", clock.now(), actor.name, None
    found.reason = _given(reason)
    _open(session, found, bearer, actor, clock)
    return bearer


def end(session: Session, *, actor: Actor, clock: Clock = _CLOCK) -> None:
    """Before its time: by the bearer, by an administrator who seals, or at the terminal.

    Raises EmergencyNotOpenError, SealerError.
    """
    if current(session, clock.now()) is None:
        raise EmergencyNotOpenError
    found = _latest(session, "open", lock=True)
    me = session.get(Account, actor.account_id) if actor.account_id is not None else None
    if found is None:
        raise EmergencyNotOpenError
    if me is not None and me.id != found.bearer_id and half_of(me) is None:
        raise SealerError
    found.state, found.ended, found.ended_by = "spent", clock.now(), actor.name
    session.flush()
    after = {"ended": found.ended, "opened": found.opened, "bearer": found.bearer.login if found.bearer else ""}
    record(session, Event.EMERGENCY_ENDED, actor, subject="emergency", after=after, clock=clock)
    log.warning("emergency access was ended by %s", actor.name)


def _open(session: Session, found: EmergencySeal, bearer: Account, actor: Actor, clock: Clock) -> None:
    now = clock.now()
    found.state, found.bearer = "open", bearer
    found.opened, found.opened_by, found.opened_until = now, actor.name, now + LIFE
    session.flush()
    after = {
        "bearer": bearer.login,
        "first_half_by": found.entered_by,
        "reason": found.reason,
        "until": found.opened_until,
    }
    record(session, Event.EMERGENCY_OPENED, actor, subject="emergency", after=after, clock=clock)
    log.warning("EMERGENCY ACCESS OPEN for %s until %s: %s", bearer.login, found.opened_until, found.reason)


def _check_bearer(session: Session, account: Account) -> None:
    """Who keeps the keys or the log does not get it, by whichever account. Raises BearerError."""
    try:
        refuse_conflict(session, account, {*account.roles, Role.NETWORK_ADMIN, Role.OPERATOR})
    except RoleConflictError as error:
        raise BearerError(login=account.login) from error
    if account.disabled:
        raise BearerError(login=account.login)


def _given(reason: str) -> str:
    plain = reason.strip()[:REASON_LENGTH]
    if not plain:
        raise ReasonMissingError
    return plain


def _sealed(session: Session, now: datetime) -> EmergencySeal:
    """Locked, so that of two who enter at once the second is the second."""
    if current(session, now) is not None:
        raise EmergencyOpenError
    found = _latest(session, "sealed", lock=True)
    if found is None:
        raise NotSealedError
    return found


def _recognised(found: EmergencySeal, text: str) -> Half:
    """Which half it is. Both are compared, whatever the first says. Raises HalfWrongError."""
    right = [half for half in Half if hmac.compare_digest(_hash_of(found, half) or "", _hash(text, half))]
    if not right:
        raise HalfWrongError
    return right[0]


def _waits(found: EmergencySeal, now: datetime) -> bool:
    """Whether a first half was entered a moment ago."""
    return found.entered is not None and found.entered <= now < found.entered + PATIENCE


def _hash_of(found: EmergencySeal, half: Half) -> str | None:
    return found.system_hash if half is Half.SYSTEM else found.security_hash


def _hash(text: str, half: Half) -> str:
    """However it is typed: lower case, without the hyphens, with spaces. 100 random bits need no slow hash."""
    letters = "".join(letter for letter in text.upper() if letter in ALPHABET)
    return sha256(f"guanjin-emergency-{half}\n{letters}".encode()).hexdigest()


def _replace(session: Session) -> None:
    for old in session.scalars(select(EmergencySeal).where(EmergencySeal.state.in_(("sealed", "open")))):
        old.state = "replaced" if old.state == "sealed" else "spent"


def _latest(session: Session, state: str, *, lock: bool = False) -> EmergencySeal | None:
    statement = select(EmergencySeal).where(EmergencySeal.state == state).order_by(EmergencySeal.id.desc()).limit(1)
    if lock:
        statement = statement.with_for_update(of=EmergencySeal)
    return session.scalars(statement).first()
