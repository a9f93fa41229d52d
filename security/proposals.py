"""Two persons for every role (授权申请与复核): one proposes a grant or a revocation, another one confirms it.

                      ┌─ confirm ──> confirmed   (the role changes now)
    propose ──> open ─┼─ refuse ───> refused
                      ├─ withdraw ─> withdrawn
                      └─ 7 days ───> expired

A security administrator proposes. Another security administrator confirms, or, since most offices have one only, the
system administrator, who can propose nothing. The machine's own terminal may propose: whoever is master of the machine
could write to the database anyway, and shall not get used to it. But it never confirms, and what it proposes only a
security administrator confirms: the terminal is the system administrator's own seat, and one person must not be both.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import accounts, grants
from security.accounts import subject_of
from security.audit import Actor, record
from security.errors import (
    ConfirmerError,
    ProposalNotFoundError,
    ProposalOpenError,
    ProposalOverError,
    RoleHeldError,
)
from security.models import Account, RoleProposal
from security.persons import same_person
from security.reach import EVERYWHERE, Reach
from security.roles import Permission, Role

LIFE = timedelta(days=7)
_CLOCK = SystemClock()


class Change(StrEnum):
    GRANT = "grant"
    REVOKE = "revoke"


class State(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def propose(
    session: Session,
    account_id: int,
    change: Change,
    role: Role,
    reach: Reach = EVERYWHERE,
    *,
    reason: str = "",
    actor: Actor,
    clock: Clock = _CLOCK,
) -> RoleProposal:
    """A grant with a new reach of a role that is held changes where it holds.

    Raises AccountNotFoundError; RoleHeldError (nothing would change); ProposalOpenError (one about this role waits
    already); and what `grants.check_grant` and `grants.check_revocation` raise: what could not be confirmed is not
    proposed.
    """
    account, now = accounts.get(session, account_id), clock.now()
    if change is Change.REVOKE:
        grants.check_revocation(session, account, role, actor)
    else:
        grants.check_grant(session, account, role, reach, actor)
    held = grants.given(account, role)
    if change is Change.GRANT and held is not None and held.reach == reach:
        raise RoleHeldError(login=account.login, role=role)
    _refuse_second(session, account, role, now)
    found = RoleProposal(
        account=account,
        change=change.value,
        role=role.value,
        limits=reach.public(),
        reason=reason,
        proposed=now,
        proposed_by=actor.name,
        proposer_id=actor.account_id,
        expires=now + LIFE,
        state=State.OPEN.value,
    )
    session.add(found)
    session.flush()
    after = _shown(found) | {"reason": reason, "expires": found.expires}
    before = grants.shown(account)
    record(session, Event.ROLE_PROPOSED, actor, subject=subject_of(account), before=before, after=after, clock=clock)
    return found


def confirm(session: Session, number: int, *, actor: Actor, clock: Clock = _CLOCK) -> Account:
    """The change happens now, with one record that names both persons.

    Raises ProposalNotFoundError, ProposalOverError, ConfirmerError, and what the change itself raises: between the
    proposal and now the person may have got another role.
    """
    found = _open(session, number, clock.now())
    _refuse_confirmer(session, found, actor)
    _close(found, State.CONFIRMED, actor, clock.now())
    session.flush()
    detail = {"proposal": found.id, "proposed_by": found.proposed_by, "reason": found.reason}
    role = Role(found.role)
    if found.change == Change.REVOKE:
        return grants.revoke(session, found.account_id, role, actor=actor, detail=detail, clock=clock)
    return grants.grant(
        session,
        found.account_id,
        role,
        found.reach,
        proposed_by=found.proposed_by,
        actor=actor,
        detail=detail,
        clock=clock,
    )


def refuse(session: Session, number: int, *, reason: str, actor: Actor, clock: Clock = _CLOCK) -> RoleProposal:
    """By whoever could have confirmed it. Raises as `confirm`."""
    found = _open(session, number, clock.now())
    _refuse_confirmer(session, found, actor)
    _close(found, State.REFUSED, actor, clock.now())
    _record_end(session, found, Event.ROLE_PROPOSAL_REFUSED, actor, {"reason": reason}, clock=clock)
    return found


def withdraw(session: Session, number: int, *, actor: Actor, clock: Clock = _CLOCK) -> RoleProposal:
    """By any who may propose: taking a proposal back gives nobody anything.

    Raises ProposalNotFoundError, ProposalOverError.
    """
    found = _open(session, number, clock.now())
    _close(found, State.WITHDRAWN, actor, clock.now())
    _record_end(session, found, Event.ROLE_PROPOSAL_WITHDRAWN, actor, {}, clock=clock)
    return found


def waiting(session: Session, now: datetime) -> Sequence[RoleProposal]:
    """Those that can still be confirmed, the oldest first."""
    statement = select(RoleProposal).where(RoleProposal.state == State.OPEN, RoleProposal.expires > now)
    return session.scalars(statement.order_by(RoleProposal.id)).all()


def over(session: Session, now: datetime, limit: int = 50) -> Sequence[RoleProposal]:
    """The latest that were decided or have expired."""
    done = or_(RoleProposal.state != State.OPEN, RoleProposal.expires <= now)
    return session.scalars(select(RoleProposal).where(done).order_by(RoleProposal.id.desc()).limit(limit)).all()


def state_of(found: RoleProposal, now: datetime) -> State:
    """One that nobody decided in time has expired, whether or not that was written down."""
    return State.EXPIRED if found.state == State.OPEN and found.expires <= now else State(found.state)


def may_confirm(session: Session, found: RoleProposal, actor: Actor) -> bool:
    """For lists and counts."""
    try:
        _refuse_confirmer(session, found, actor)
    except ConfirmerError:
        return False
    return True


def _refuse_second(session: Session, account: Account, role: Role, now: datetime) -> None:
    """One that has expired makes room."""
    same = select(RoleProposal).where(
        RoleProposal.account_id == account.id, RoleProposal.role == role.value, RoleProposal.state == State.OPEN
    )
    found = session.scalars(same).one_or_none()
    if found is not None and found.expires > now:
        raise ProposalOpenError(login=account.login, role=role)
    if found is not None:
        found.state = State.EXPIRED.value
        session.flush()


def _open(session: Session, number: int, now: datetime) -> RoleProposal:
    """Held until the transaction ends: of two who decide at once, the second finds it decided."""
    statement = select(RoleProposal).where(RoleProposal.id == number).with_for_update(of=RoleProposal)
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise ProposalNotFoundError(number=number)
    if state_of(found, now) is not State.OPEN:
        raise ProposalOverError(number=number)
    return found


def _refuse_confirmer(session: Session, found: RoleProposal, actor: Actor) -> None:
    """Somebody else than who proposed and than who is concerned, by account and by person. Raises ConfirmerError."""
    confirmer = session.get(Account, actor.account_id) if actor.account_id is not None else None
    if confirmer is None or Permission.CONFIRM_GRANTS not in confirmer.permissions:
        raise ConfirmerError(number=found.id)
    if found.proposer_id is None and Role.SECURITY_ADMIN not in confirmer.roles:
        raise ConfirmerError(number=found.id)
    proposer = session.get(Account, found.proposer_id) if found.proposer_id is not None else None
    for other in (found.account, proposer):
        if other is not None and (other.id == confirmer.id or same_person(other, confirmer)):
            raise ConfirmerError(number=found.id)


def _close(found: RoleProposal, state: State, actor: Actor, now: datetime) -> None:
    found.state, found.decided = state.value, now
    found.decided_by, found.decider_id = actor.name, actor.account_id


def _record_end(
    session: Session, found: RoleProposal, event: Event, actor: Actor, facts: dict[str, Any], *, clock: Clock
) -> None:
    session.flush()
    detail, subject = {"proposed_by": found.proposed_by, **facts}, subject_of(found.account)
    record(session, event, actor, subject=subject, before=_shown(found), detail=detail, clock=clock)


def _shown(found: RoleProposal) -> dict[str, Any]:
    return {"proposal": found.id, "change": found.change, "role": found.role, "where": found.limits}
