"""Giving and taking roles, under the rules of separation: per account in the database, per person here."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import accounts
from security.accounts import refuse_last_holder, subject_of
from security.audit import Actor, record
from security.errors import OwnRoleError, RoleConflictError, RoleMissingError
from security.models import Account, RoleGrant
from security.roles import THREE_ADMINISTRATORS, Role, conflict

_CLOCK = SystemClock()


def grant(session: Session, account_id: int, role: Role, *, actor: Actor, clock: Clock = _CLOCK) -> Account:
    """Give a role; giving one that is held changes nothing.

    Raises AccountNotFoundError; OwnRoleError (nobody grants to themselves); RoleConflictError (the three
    administrators and what else one person may not hold together; a person is recognised by the display name too).
    """
    account = accounts.get(session, account_id)
    _refuse_own(account, actor)
    if role in account.roles:
        return account
    refuse_conflict(session, account, {*account.roles, role})
    before = _names(account.roles)
    account.grants.append(
        RoleGrant(
            role=role.value,
            administrator=1 if role in THREE_ADMINISTRATORS else None,
            granted=clock.now(),
            granted_by=actor.name,
        )
    )
    session.flush()
    _record(session, Event.ROLE_GRANTED, account, before, actor=actor, clock=clock)
    return account


def revoke(session: Session, account_id: int, role: Role, *, actor: Actor, clock: Clock = _CLOCK) -> Account:
    """Take a role. Raises AccountNotFoundError, RoleMissingError, OwnRoleError, LastAdministratorError."""
    account = accounts.get(session, account_id)
    _refuse_own(account, actor)
    held = [given for given in account.grants if given.role == role.value]
    if not held:
        raise RoleMissingError(login=account.login, role=role)
    if role in THREE_ADMINISTRATORS:
        refuse_last_holder(session, account, role)
    before = _names(account.roles)
    account.grants.remove(held[0])
    session.flush()
    _record(session, Event.ROLE_REVOKED, account, before, actor=actor, clock=clock)
    return account


def refuse_conflict(session: Session, account: Account, roles: Iterable[Role]) -> None:
    """Raises RoleConflictError where these roles, with those of the same person's other accounts, do not go together.

    Namesakes are taken for one person until their display names are told apart: too strict is the safe side.
    """
    wanted = set(roles)
    namesakes = select(Account).where(
        Account.display_name == account.display_name, Account.id != account.id, Account.disabled.is_(False)
    )
    for other in (account, *session.scalars(namesakes)):
        pair = conflict(wanted | other.roles)
        if pair is not None and not set(pair) <= other.roles:
            raise RoleConflictError(login=other.login, role=pair[0], other=pair[1])


def _refuse_own(account: Account, actor: Actor) -> None:
    if actor.account_id == account.id:
        raise OwnRoleError(login=account.login)


def _record(session: Session, event: Event, account: Account, before: list[str], *, actor: Actor, clock: Clock) -> None:
    record(
        session,
        event,
        actor,
        subject=subject_of(account),
        before={"roles": before},
        after={"roles": _names(account.roles)},
        clock=clock,
    )


def _names(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)
