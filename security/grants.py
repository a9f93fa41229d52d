"""What a confirmed proposal does: giving and taking roles, under the rules of separation.

Nothing but `security.proposals` and the first set-up calls `grant` and `revoke`: everywhere else a role is proposed by
one and confirmed by another. The rules are checked when something is proposed and again when it is confirmed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import accounts
from security.accounts import refuse_last_holder, subject_of
from security.audit import Actor, record
from security.directory.kinds import Source
from security.directory.linking import refuse_administrator
from security.errors import (
    OwnRoleError,
    ReachEmptyError,
    ReachRefusedError,
    RoleConflictError,
    RoleElsewhereError,
    RoleMissingError,
)
from security.models import Account, RoleGrant
from security.persons import of_the_same_person, same_person
from security.reach import EVERYWHERE, LIMITABLE, Reach
from security.roles import THREE_ADMINISTRATORS, Role, conflict

_CLOCK = SystemClock()


def grant(
    session: Session,
    account_id: int,
    role: Role,
    reach: Reach = EVERYWHERE,
    *,
    proposed_by: str | None = None,
    actor: Actor,
    detail: object = None,
    clock: Clock = _CLOCK,
) -> Account:
    """Give a role, or change where it holds; `actor` confirms what `proposed_by` (else the actor) proposed.

    Giving what is held changes nothing. Raises what `check_grant` raises.
    """
    account = accounts.get(session, account_id)
    check_grant(session, account, role, reach, actor)
    held = given(account, role)
    if held is not None and held.reach == reach:
        return account
    before = shown(account)
    if held is None:
        held = RoleGrant(
            person=account.person, role=role.value, administrator=1 if role in THREE_ADMINISTRATORS else None
        )
        account.grants.append(held)
    held.limits, held.granted = reach.public(), clock.now()
    held.granted_by, held.confirmed_by = proposed_by or actor.name, actor.name
    session.flush()
    record(
        session,
        Event.ROLE_GRANTED,
        actor,
        subject=subject_of(account),
        before=before,
        after=shown(account),
        detail=detail,
        clock=clock,
    )
    return account


def revoke(
    session: Session, account_id: int, role: Role, *, actor: Actor, detail: object = None, clock: Clock = _CLOCK
) -> Account:
    """Take a role. Raises what `check_revocation` raises."""
    account = accounts.get(session, account_id)
    check_revocation(session, account, role, actor)
    before = shown(account)
    account.grants.remove(next(one for one in account.grants if one.role == role.value))
    session.flush()
    record(
        session,
        Event.ROLE_REVOKED,
        actor,
        subject=subject_of(account),
        before=before,
        after=shown(account),
        detail=detail,
        clock=clock,
    )
    return account


def check_grant(session: Session, account: Account, role: Role, reach: Reach, actor: Actor) -> None:
    """Raises OwnRoleError (nobody grants to themselves, by whichever account); ReachRefusedError (a role that cannot be
    limited), ReachEmptyError; RoleConflictError, RoleElsewhereError (what one person may not hold together);
    DirectoryAdministratorError (the three administrators have passwords of ours).
    """
    refuse_own(session, account, actor)
    if account.source != Source.LOCAL:
        refuse_administrator(account, frozenset({role}))
    if role not in LIMITABLE and not reach.everywhere:
        raise ReachRefusedError(role=role)
    if not reach:
        raise ReachEmptyError(role=role)
    refuse_conflict(session, account, {*account.roles, role})


def check_revocation(session: Session, account: Account, role: Role, actor: Actor) -> None:
    """Raises OwnRoleError, RoleMissingError, LastAdministratorError."""
    refuse_own(session, account, actor)
    if given(account, role) is None:
        raise RoleMissingError(login=account.login, role=role)
    if role in THREE_ADMINISTRATORS:
        refuse_last_holder(session, account, role)


def given(account: Account, role: Role) -> RoleGrant | None:
    return next((one for one in account.grants if one.role == role.value), None)


def refuse_conflict(session: Session, account: Account, roles: Iterable[Role]) -> None:
    """Raises RoleConflictError where these roles, with those of the same person's other accounts, do not go together.

    A disabled account counts too: it can be enabled again. RoleElsewhereError where another account of the person
    already is the same one of the three administrators.
    """
    wanted = set(roles)
    others = session.scalars(select(Account).where(of_the_same_person(account)))
    for other in (account, *others):
        pair = conflict(wanted | other.roles)
        if pair is not None and not set(pair) <= other.roles:
            raise RoleConflictError(login=other.login, role=pair[0], other=pair[1])
        twice = wanted & other.roles & set(THREE_ADMINISTRATORS)
        if twice and other is not account:
            raise RoleElsewhereError(login=other.login, role=min(twice))


def refuse_own(session: Session, account: Account, actor: Actor) -> None:
    """Nor by another account of one's own. Raises OwnRoleError."""
    if actor.account_id is None:
        return
    me = session.get(Account, actor.account_id)
    if actor.account_id == account.id or (me is not None and same_person(me, account)):
        raise OwnRoleError(login=account.login)


def shown(account: Account) -> Mapping[str, Any]:
    """For the log: each role with where it holds."""
    return {"roles": {one.role: one.limits for one in sorted(account.grants, key=lambda one: one.role)}}
