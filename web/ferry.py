"""The ferry as pages see it: who may look at which transfer, and how far along its way it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from core.i18n import N_
from inventory.models import Unit
from inventory.scope import Scope
from security.ferry import services
from security.ferry.models import FerryIncoming, FerryTransfer
from security.ferry.peers import as_link
from security.ferry.site import Ferry
from security.ferry.states import Incoming, Outgoing
from security.models import Account
from security.roles import ROLE_LABELS, Permission, Role
from security.sessions import SignedIn
from web.errors import PageMissingError

FERRY = "guanjin_ferry"
CARRIED = (Outgoing.HANDED_OFF, Outgoing.UNCONFIRMED)
ARRIVED = (Incoming.RELEASED, Incoming.COLLECTED)
STAGE_LABELS = {
    "type": N_("real type"),
    "structure": N_("structure"),
    "archive": N_("archive"),
    "active": N_("active content"),
    "marks": N_("marks"),
}


@dataclass(frozen=True)
class Stop:
    """One stop of the stepper: `state` is done, now, bad or empty; `label` is a msgid."""

    label: str
    state: str
    who: str = ""
    at: datetime | None = None


def ferry() -> Ferry:
    found: Ferry = current_app.extensions[FERRY]
    return found


def of_departments(person: SignedIn) -> ColumnElement[bool]:
    """Transfers whose submitters belong to the units that a department's approver was granted."""
    scope = Scope(person.reach(Permission.APPROVE_DEPARTMENT))
    if scope.whole:
        return true()
    people = select(Account.login).where(Account.unit_id.in_(select(Unit.id).where(scope.of(Unit))))
    return FerryTransfer.submitter.in_(people)


def roles_for(session: Session, person: SignedIn, row: FerryTransfer) -> set[str]:
    """The roles in which this person may decide about a transfer; what is wanted of them, the policy says."""
    within = select(FerryTransfer.id).where(FerryTransfer.id == row.id, of_departments(person))
    outside = {Role.DEPARTMENT_APPROVER} if session.scalar(within) is None else set()
    return {role.value for role in person.roles - outside}


def to_decide(session: Session, person: SignedIn) -> list[FerryTransfer]:
    """What waits for this person, in any role."""
    department = person.roles & {Role.DEPARTMENT_APPROVER}
    found = services.waiting_for(session, ferry(), person.roles - department, person.login)
    found += services.waiting_for(session, ferry(), department, person.login, of_departments(person))
    return list({row.id: row for row in found}.values())


def names_of(session: Session, logins: Iterable[str | None]) -> Mapping[str, str]:
    """What people are called, for the log-in names that the ferry keeps."""
    wanted = {login for login in logins if login}
    found = session.execute(select(Account.login, Account.display_name).where(Account.login.in_(wanted)))
    return {login: login for login in wanted} | {row.login: row.display_name for row in found}


def transfer_for(session: Session, person: SignedIn, uid: str) -> FerryTransfer:
    """One that this person has to do with; another one is not there."""
    row = services.get_transfer(session, uid)
    if not may_see(session, person, row):
        raise PageMissingError(path=f"/transfers/{uid}")
    return row


def may_see(session: Session, person: SignedIn, row: FerryTransfer) -> bool:
    if row.submitter == person.login or Permission.VIEW_TRANSFERS in person.permissions:
        return True
    decided = {approval.person for approval in row.approvals} | {row.ended_by}
    approves = roles_for(session, person, row) & {Role.DEPARTMENT_APPROVER, Role.UNIT_ADMIN}
    return bool(approves) and (row.state == Outgoing.REVIEW or person.login in decided)


def addressed_to(session: Session, row: FerryIncoming, person: SignedIn | Account) -> bool:
    """Recipients are named by log-in, by name or by unit, as the submitter at the other network knows them."""
    named = {str(name).strip().casefold() for name in row.recipients or []}
    known = {person.login.casefold(), person.display_name.casefold()}
    unit = session.get(Unit, person.unit_id) if person.unit_id else None
    if unit is not None:
        known |= {unit.name.casefold(), unit.short_name.casefold()}
    return bool(named & known)


def incoming_for(session: Session, person: SignedIn, number: int) -> FerryIncoming:
    row = services.get_incoming(session, number)
    receives = Permission.COLLECT_TRANSFER in person.permissions
    if Permission.VIEW_TRANSFERS in person.permissions:
        return row
    if receives and Incoming(row.state) in ARRIVED and addressed_to(session, row, person):
        return row
    raise PageMissingError(path=f"/incoming/{number}")


def way_out(session: Session, row: FerryTransfer) -> list[Stop]:
    """The stops at the source: submitted, inspected, one approval a role, sealed, carried, receipted."""
    wanted = ferry().policy.for_link(as_link(session, row.link)).approvals
    given = {approval.role: approval for approval in row.approvals}
    state = Outgoing(row.state)
    stops = [Stop(N_("Submitted"), "done", row.submitter, row.created_at)]
    stops.append(Stop(N_("Inspection"), "done" if row.report else ""))
    for role in wanted:
        approval = given.get(role)
        label = ROLE_LABELS[Role(role)]
        stops.append(Stop(label, "done", approval.person, approval.at) if approval else Stop(label, ""))
    sealed = state in {Outgoing.SEALED, *CARRIED, Outgoing.RECEIPTED, Outgoing.CLOSED}
    stops.append(Stop(N_("Sealed"), "done" if sealed else ""))
    stops.append(Stop(N_("On the medium"), "done" if row.handed_off_at else "", "", row.handed_off_at))
    stops.append(Stop(N_("Receipt"), "done" if row.receipted_at else "", "", row.receipted_at))
    bad = state in {Outgoing.BLOCKED, Outgoing.REJECTED, Outgoing.EXPIRED, Outgoing.WITHDRAWN, Outgoing.QUARANTINED}
    if state is Outgoing.BLOCKED:
        stops[1] = Stop(stops[1].label, "bad")
        return stops
    return _mark_next(stops, "bad" if bad or state is Outgoing.UNCONFIRMED else "now")


def way_in(row: FerryIncoming) -> list[Stop]:
    """The stops at the destination: seen, verified, inspected again, released, collected."""
    state = Incoming(row.state)
    released = state in ARRIVED
    stops = [
        Stop(N_("Seen on the medium"), "done", "", row.seen_at),
        Stop(N_("Verified"), "done" if row.uid and state not in {Incoming.REFUSED, Incoming.ASSEMBLING} else ""),
        Stop(N_("Inspected again"), "done" if state is Incoming.RELEASABLE or released else ""),
        Stop(N_("Released"), "done" if released else "", row.released_by or "", row.released_at if released else None),
        Stop(N_("Collected"), "done" if state is Incoming.COLLECTED else ""),
    ]
    return _mark_next(stops, "bad" if state in {Incoming.HELD, Incoming.REFUSED} else "now")


def _mark_next(stops: list[Stop], state: str) -> list[Stop]:
    for number, stop in enumerate(stops):
        if not stop.state:
            stops[number] = Stop(stop.label, state, stop.who, stop.at)
            break
    return stops
