"""What can be done with the ferry.

Each function takes a session, plain values and the actor, and never commits; those that take the database instead are
whole acts for an edge, and do.

Every refusal is a FerryError; `errors.restore(row.refusal)` gives back one that was stored with a row.

Set up (at the machine's terminal; approvers' keys in the console too, see `security.ferry.signing_keys`)
    initialise(session, ferry, name, *, actor) -> FerrySite
    add_approver_key(session, ferry, key: LockedKey, roles, *, actor)      key: approver_key.create(person, pin), slow
    identity(session) -> Identity(card, fingerprint)                       card.grouped(fingerprint) is how it is shown
    export_card(session, keys) -> bytes;  pin_peer(session, ferry, card, fingerprint, *, actor) -> FerryPeer
    add_link(session, ferry, name, *, peer, outgoing, carrier, ceiling, actor) -> FerryLink
    links(session, *, outgoing=None) -> list[FerryLink];  open_gaps(session) -> list[FerryGap]

At the source
    stage(ferry, name, stream) -> Staged                                   copies the bytes; no session, no transaction
    submit(session, ferry, *, link, level, purpose, recipients, files: Sequence[Staged], actor) -> FerryTransfer
    give_approval(DATABASE, ferry, uid, *, pin, roles, actor) -> Outgoing  commits; records refusals and wrong PINs
    reject(session, ferry, uid, *, reason, roles, actor);  withdraw(session, ferry, uid, *, actor)
    carry_again(session, ferry, uid, *, actor)                             after the medium was inserted
    confirm_receipt(DATABASE, ferry, uid, code, *, actor) -> Outgoing      commits; records a wrong code

At the destination
    look_at_medium(DATABASE, ferry, folder=None, *, actor) -> list[int]    commits; new bundles, one job each
    release(session, ferry, number, *, actor);  hold(session, ferry, number, *, reason, actor)
    collect(session, ferry, number, position, *, actor) -> Collected(name, kind, size, file)
    receipt_code(row) -> str                                               once released

Reading
    get_transfer(session, uid), find_transfers(session, *, submitter, states, before, limit), get_incoming(session,
    number), find_incoming(session, *, states, limit), waiting_for(session, ferry, roles, person): rows, all loaded
    report_of(row) -> Report | None                                        wording.render(finding, translate)
"""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from security.ferry import jobs
from security.ferry.approving import approve, draft, give_approval
from security.ferry.errors import NotFoundError
from security.ferry.floor import same_person
from security.ferry.gaps import open_gaps
from security.ferry.inspection import report
from security.ferry.inspection.report import Report
from security.ferry.models import FerryApproval, FerryIncoming, FerryLink, FerryTransfer
from security.ferry.peers import (
    Identity,
    add_link,
    as_link,
    export_card,
    find_link,
    identity,
    initialise,
    links,
    pin_peer,
)
from security.ferry.receiving import look_at_medium
from security.ferry.releasing import Collected, collect, confirm_receipt, hold, receipt_code, release
from security.ferry.sealing import carry_again
from security.ferry.signing_keys import add_approver_key
from security.ferry.site import Ferry
from security.ferry.states import Incoming, Outgoing
from security.ferry.submitting import Staged, reject, stage, submit, withdraw

__all__ = [
    "Collected",
    "Identity",
    "Staged",
    "add_approver_key",
    "add_link",
    "approve",
    "carry_again",
    "collect",
    "confirm_receipt",
    "draft",
    "export_card",
    "find_incoming",
    "find_link",
    "find_transfers",
    "get_incoming",
    "get_transfer",
    "give_approval",
    "hold",
    "identity",
    "initialise",
    "links",
    "look_at_medium",
    "open_gaps",
    "pin_peer",
    "receipt_code",
    "reject",
    "release",
    "report_of",
    "stage",
    "submit",
    "waiting_for",
    "withdraw",
]

# Whoever enqueues a job must know its kind: using the services registers the handlers.
HANDLERS = (jobs.inspect, jobs.seal, jobs.carry, jobs.receive)

_TRANSFER = (
    joinedload(FerryTransfer.link).joinedload(FerryLink.peer),
    joinedload(FerryTransfer.bundle),
    selectinload(FerryTransfer.files),
    selectinload(FerryTransfer.approvals).joinedload(FerryApproval.key),
)
_INCOMING = (
    joinedload(FerryIncoming.link).joinedload(FerryLink.peer),
    selectinload(FerryIncoming.files),
    selectinload(FerryIncoming.approvals),
)


def get_transfer(session: Session, uid: str) -> FerryTransfer:
    """Raises NotFoundError."""
    found = session.scalars(select(FerryTransfer).where(FerryTransfer.uid == uid).options(*_TRANSFER)).one_or_none()
    if found is None:
        raise NotFoundError(kind="transfer", name=uid)
    return found


def find_transfers(
    session: Session,
    *where: ColumnElement[bool],
    submitter: str | None = None,
    states: Collection[Outgoing] = (),
    before: FerryTransfer | None = None,
    limit: int = 100,
) -> list[FerryTransfer]:
    """Newest first; `where` is what the reader may see, `before` the last one of the page before."""
    statement = select(FerryTransfer).options(*_TRANSFER).where(*where)
    if submitter is not None:
        statement = statement.where(FerryTransfer.submitter == submitter)
    if states:
        statement = statement.where(FerryTransfer.state.in_(list(states)))
    if before is not None:
        as_early = and_(FerryTransfer.created_at == before.created_at, FerryTransfer.id < before.id)
        statement = statement.where(or_(FerryTransfer.created_at < before.created_at, as_early))
    newest = statement.order_by(FerryTransfer.created_at.desc(), FerryTransfer.id.desc())
    return list(session.scalars(newest.limit(limit)))


def waiting_for(
    session: Session, ferry: Ferry, roles: Iterable[str], person: str, *where: ColumnElement[bool]
) -> list[FerryTransfer]:
    """What this person could approve now: in review, not their own, in a role that is wanted and still missing."""
    held = set(roles)
    found = []
    for row in find_transfers(session, *where, states=(Outgoing.REVIEW,), limit=1000):
        missing = set(ferry.policy.for_link(as_link(session, row.link)).approvals) - {one.role for one in row.approvals}
        decided = any(same_person(one.person, person) for one in row.approvals)
        if held & missing and not decided and not same_person(row.submitter, person):
            found.append(row)
    return found


def get_incoming(session: Session, number: int) -> FerryIncoming:
    """Raises NotFoundError."""
    found = session.scalars(select(FerryIncoming).where(FerryIncoming.id == number).options(*_INCOMING)).one_or_none()
    if found is None:
        raise NotFoundError(kind="bundle", name=number)
    return found


def find_incoming(session: Session, *, states: Collection[Incoming] = (), limit: int = 100) -> list[FerryIncoming]:
    """Newest first."""
    statement = select(FerryIncoming).options(*_INCOMING)
    if states:
        statement = statement.where(FerryIncoming.state.in_(list(states)))
    newest = statement.order_by(FerryIncoming.seen_at.desc(), FerryIncoming.id.desc())
    return list(session.scalars(newest.limit(limit)))


def report_of(row: FerryTransfer | FerryIncoming) -> Report | None:
    """The inspection report of this site; None before the inspection."""
    if row.report is None:
        return None
    return report.decode(row.report.encode())
