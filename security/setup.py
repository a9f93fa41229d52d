"""The first set-up: whoever stands at the machine reads a one-time token, and with it names the three administrators.

There is no default account, so until this is done nobody can log in; and it is done once.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType

from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import accounts, grants
from security.accounts import NewAccount
from security.audit import SYSTEM, Actor, record
from security.errors import AdministratorsError, AlreadySetUpError, SetupTokenError
from security.models import Account, Setup
from security.passwords import HashedPassword
from security.roles import THREE_ADMINISTRATORS, Role

TOKEN_LIFE = timedelta(hours=24)
# No letters or digits that are mistaken for others; 20 of 32 make 100 bits.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
TOKEN_LENGTH = 20
GROUP = 5

_CLOCK = SystemClock()


@dataclass(frozen=True)
class Administrator:
    """One of the three. `must_change_password` where somebody else typed the password for this person."""

    login: str
    display_name: str
    password: HashedPassword
    must_change_password: bool = True


def is_set_up(session: Session) -> bool:
    row = session.get(Setup, 1)
    return row is not None and row.completed is not None


def issue_token(session: Session, *, actor: Actor = SYSTEM, clock: Clock = _CLOCK) -> str:
    """The token for the set-up page, valid for a day, to be shown once; one issued before is void.

    Raises AlreadySetUpError.
    """
    if is_set_up(session):
        raise AlreadySetUpError
    letters = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    row = session.get(Setup, 1) or Setup(id=1)
    row.token_hash, row.expires = _hash(letters), clock.now() + TOKEN_LIFE
    session.add(row)
    record(session, Event.SETUP_TOKEN_ISSUED, actor, subject="setup", detail={"expires": row.expires}, clock=clock)
    return "-".join(letters[start : start + GROUP] for start in range(0, TOKEN_LENGTH, GROUP))


def check_token(session: Session, token: str, *, clock: Clock = _CLOCK) -> None:
    """Before the passwords of the form are hashed. Raises AlreadySetUpError, SetupTokenError (wrong or expired)."""
    row = session.get(Setup, 1)
    if row is not None and row.completed is not None:
        raise AlreadySetUpError
    if row is None or row.token_hash is None or row.expires is None or clock.now() >= row.expires:
        raise SetupTokenError
    if not hmac.compare_digest(row.token_hash, _hash(token)):
        raise SetupTokenError


def complete_setup(
    session: Session,
    token: str,
    administrators: Mapping[Role, Administrator],
    *,
    address: str | None = None,
    clock: Clock = _CLOCK,
) -> Mapping[Role, Account]:
    """Create the three administrators, three persons, and close the door behind: the token is spent.

    Raises AlreadySetUpError, SetupTokenError, AdministratorsError (not exactly the three roles, or two of one person),
    and what `accounts.create` raises; nothing is changed then.
    """
    # Of two who hold the token at the same moment, the second waits here and finds it spent.
    session.get(Setup, 1, with_for_update=True, populate_existing=True)
    check_token(session, token, clock=clock)
    _check_persons(administrators)
    actor = Actor("setup", "person", address=address)
    created = {role: _create(session, role, administrators[role], actor, clock) for role in THREE_ADMINISTRATORS}
    row = session.get_one(Setup, 1)
    row.token_hash, row.expires, row.completed = None, None, clock.now()
    after = {role.value: account.login for role, account in created.items()}
    record(session, Event.SETUP_COMPLETED, actor, subject="setup", after=after, clock=clock)
    return MappingProxyType(created)


def _create(session: Session, role: Role, person: Administrator, actor: Actor, clock: Clock) -> Account:
    new = NewAccount(person.login, person.display_name, must_change_password=person.must_change_password)
    account = accounts.create(session, new, person.password, actor=actor, clock=clock)
    return grants.grant(session, account.id, role, actor=actor, clock=clock)


def _check_persons(administrators: Mapping[Role, Administrator]) -> None:
    persons = administrators.values()
    names = {person.display_name.strip() for person in persons}
    logins = {accounts.normal_login(person.login) for person in persons}
    three = len(THREE_ADMINISTRATORS)
    if set(administrators) != set(THREE_ADMINISTRATORS) or len(names) != three or len(logins) != three:
        raise AdministratorsError


def _hash(token: str) -> str:
    """However it is typed: lower case, without the hyphens, with spaces."""
    letters = "".join(letter for letter in token.upper() if letter in ALPHABET)
    return sha256(b"guanjin-setup\n" + letters.encode()).hexdigest()
