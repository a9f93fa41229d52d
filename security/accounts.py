"""Accounts: one a person. What pages and commands call; they check permissions, this module keeps the rules.

Every change is recorded in the same transaction. Passwords come as `HashedPassword` from
`PasswordPolicy.accept(text, login=...)`, made before the transaction begins.
"""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database import flush_unique
from core.events import Event
from security import addresses, password_history, sessions
from security.audit import Actor, record
from security.audit.redaction import plain
from security.errors import (
    AccountExistsError,
    AccountNotFoundError,
    DisplayNameError,
    LastAdministratorError,
    LoginNameError,
)
from security.models import DISPLAY_NAME_LENGTH, LOGIN_LENGTH, Account, RoleGrant
from security.passwords import HashedPassword
from security.persons import person_of
from security.roles import THREE_ADMINISTRATORS, Role

_CLOCK = SystemClock()
_LOGIN = re.compile(r"\w[\w.-]+")
# The log names the program and the terminal so.
_RESERVED = frozenset({"system", "console"})


@dataclass(frozen=True)
class NewAccount:
    login: str
    display_name: str
    unit_id: int | None = None
    must_change_password: bool = True
    personnel_number: str = ""


def normal_login(text: str) -> str:
    """One account however its name is typed: full width, capitals, spaces around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def create(
    session: Session, new: NewAccount, password: HashedPassword, *, actor: Actor, clock: Clock = _CLOCK
) -> Account:
    """A new account without any role; `security.proposals` gives it some.

    Raises LoginNameError, DisplayNameError, PersonnelNumberError, AccountExistsError.
    """
    login = normal_login(new.login)
    name = unicodedata.normalize("NFKC", new.display_name).strip()
    if not _LOGIN.fullmatch(login) or len(login) > LOGIN_LENGTH or login in _RESERVED:
        raise LoginNameError(login=plain(login, LOGIN_LENGTH), length=LOGIN_LENGTH)
    if not name or plain(name, DISPLAY_NAME_LENGTH) != name:
        raise DisplayNameError(name=plain(name, DISPLAY_NAME_LENGTH), length=DISPLAY_NAME_LENGTH)
    if find(session, login) is not None:
        raise AccountExistsError(login=login)
    now = clock.now()
    account = Account(
        login=login,
        display_name=name,
        person=person_of(new.personnel_number, name),
        unit_id=new.unit_id,
        disabled=False,
        must_change_password=new.must_change_password,
        password_hash=password.phc,
        password_changed=now,
        created=now,
        grants=[],
    )
    session.add(account)
    flush_unique(session, AccountExistsError(login=login))
    after = {"login": login, "display_name": name, "person": account.person, "unit_id": new.unit_id}
    record(session, Event.ACCOUNT_CREATED, actor, subject=subject_of(account), after=after, clock=clock)
    return account


def find(session: Session, login: str) -> Account | None:
    return session.scalars(select(Account).where(Account.login == normal_login(login))).one_or_none()


def get(session: Session, account_id: int) -> Account:
    """Raises AccountNotFoundError."""
    account = session.get(Account, account_id)
    if account is None:
        raise AccountNotFoundError(login=f"#{account_id}")
    return account


def by_login(session: Session, login: str) -> Account:
    """Raises AccountNotFoundError."""
    account = find(session, login)
    if account is None:
        raise AccountNotFoundError(login=plain(login, LOGIN_LENGTH))
    return account


def every(session: Session, *, role: Role | None = None) -> tuple[Account, ...]:
    """All accounts by login name, or the holders of a role."""
    statement = select(Account).order_by(Account.login)
    if role is not None:
        statement = statement.where(Account.grants.any(RoleGrant.role == role.value))
    return tuple(session.scalars(statement))


def disable(session: Session, account_id: int, *, actor: Actor, clock: Clock = _CLOCK) -> Account:
    """The account can no longer log in, and its sessions end now. Nothing is deleted: the log names it.

    Raises AccountNotFoundError, LastAdministratorError.
    """
    account = get(session, account_id)
    if account.disabled:
        return account
    for role in THREE_ADMINISTRATORS:
        if role in account.roles:
            refuse_last_holder(session, account, role)
    account.disabled = True
    ended = sessions.end_all(session, account_id)
    record(
        session,
        Event.ACCOUNT_DISABLED,
        actor,
        subject=subject_of(account),
        before={"disabled": False},
        after={"disabled": True},
        detail={"sessions_ended": ended},
        clock=clock,
    )
    return account


def enable(session: Session, account_id: int, *, actor: Actor, clock: Clock = _CLOCK) -> Account:
    """With the roles that it had: while it was disabled they still counted. Raises AccountNotFoundError."""
    account = get(session, account_id)
    if not account.disabled:
        return account
    account.disabled = False
    record(
        session,
        Event.ACCOUNT_ENABLED,
        actor,
        subject=subject_of(account),
        before={"disabled": True},
        after={"disabled": False},
        clock=clock,
    )
    return account


def allow_addresses(session: Session, account_id: int, text: str, *, actor: Actor, clock: Clock = _CLOCK) -> Account:
    """From now on the account is used from these networks only; from everywhere where the text is empty.

    Raises AccountNotFoundError, AddressRangeError, AddressRangesError.
    """
    account = get(session, account_id)
    before, after = list(account.allowed_addresses), list(addresses.parse(text))
    account.allowed_addresses = after
    record(
        session,
        Event.ADDRESSES_CHANGED,
        actor,
        subject=subject_of(account),
        before={"addresses": before},
        after={"addresses": after},
        clock=clock,
    )
    return account


def set_password(
    session: Session,
    account_id: int,
    password: HashedPassword,
    *,
    must_change: bool,
    actor: Actor,
    keep_session: int | None = None,
    remembered: int = 1,
    clock: Clock = _CLOCK,
) -> Account:
    """Replace a password and end the account's sessions (but `keep_session`). `must_change` when somebody else set it;
    `remembered` as the profile says.

    A person changing their own goes through `security.login.change_password`, which asks for the old one.
    """
    account = get(session, account_id)
    password_history.keep(session, account, remembered, clock.now())
    account.password_hash = password.phc
    account.password_changed = clock.now()
    account.must_change_password = must_change
    ended = sessions.end_all(session, account_id, but=keep_session)
    detail = {"must_change": must_change, "sessions_ended": ended}
    record(session, Event.PASSWORD_CHANGED, actor, subject=subject_of(account), detail=detail, clock=clock)
    return account


def subject_of(account: Account) -> str:
    return f"account:{account.login}"


def refuse_last_holder(session: Session, account: Account, role: Role) -> None:
    """Each of the three stays filled, or nobody could ever fill it again. Raises LastAdministratorError."""
    # Two who leave at the same moment must not each count on the other.
    session.execute(select(RoleGrant.account_id).where(RoleGrant.role == role.value).with_for_update())
    others = (other for other in every(session, role=role) if other.id != account.id and not other.disabled)
    if next(others, None) is None:
        raise LastAdministratorError(login=account.login, role=role)
