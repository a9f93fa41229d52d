"""Approving: a statement is drafted, signed with the approver's own key, and taken only if everything still holds.

The signature takes a quarter of a second of deliberate slowness, so it is made between two transactions:

    draft()  reads            sign()  stretches the PIN            approve()  checks all over again, and writes
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from core.jobs import enqueue
from security.audit import Actor
from security.ferry import approver_key, floor, signing_keys, statement
from security.ferry.approver_key import LockedKey
from security.ferry.errors import (
    BadApprovalError,
    NoSigningKeyError,
    NotPermittedError,
    PinWrongError,
    PolicyChangedError,
    QuorumMissingError,
    TransferExpiredError,
)
from security.ferry.floor import Approver
from security.ferry.ledger import look, move, refusals_recorded, transfer
from security.ferry.models import FerryApproval, FerrySigningKey, FerryTransfer
from security.ferry.peers import as_link
from security.ferry.persons import check_persons
from security.ferry.site import Ferry
from security.ferry.statement import Binding, Decision, SignedStatement, Statement
from security.ferry.states import OUTGOING, Act, Facts, Outgoing, advance
from security.ferry.submitting import manifest_of

SEAL = "ferry.seal"


@dataclass(frozen=True)
class Draft:
    """What the approver is about to sign, and the locked key to sign it with."""

    statement: Statement
    key: LockedKey


def give_approval(
    database: Database, ferry: Ferry, uid: str, *, pin: str, roles: Iterable[str], actor: Actor
) -> Outgoing:
    """The whole act, for an edge: draft, sign, approve. Refusals and wrong PINs are recorded. Commits."""
    with refusals_recorded(database, ferry, Event.TRANSFER_APPROVED, actor=actor, subject=f"transfer:{uid}"):
        with database.read() as session:
            drafted = draft(session, ferry, uid, roles=roles, actor=actor)
        try:
            signed = approver_key.sign(drafted.key, pin, drafted.statement)
        except PinWrongError:
            with database.write() as session:
                signing_keys.note_wrong_pin(session, ferry, drafted.key.public, actor.name)
            raise
        with database.write() as session:
            return approve(session, ferry, signed, actor=actor)


def draft(session: Session, ferry: Ferry, uid: str, *, roles: Iterable[str], actor: Actor) -> Draft:
    """The statement that this person would sign, in the first of their roles that is still wanted."""
    row = look(session, uid)
    advance(OUTGOING, Outgoing(row.state), Act.APPROVE, Facts())
    _check_current(ferry, row)
    key = signing_keys.usable(session, ferry, actor.name)
    rules = ferry.policy.for_link(as_link(session, row.link))
    given = {approval.role for approval in row.approvals}
    held = [role for role in rules.approvals if role in set(roles) & set(key.roles)]
    if not held:
        raise NotPermittedError(person=actor.name)
    role = next((role for role in held if role not in given), held[0])
    floor.check_separation(row.submitter, [*_approvers(row), Approver(actor.name, role)])
    check_persons(session, row.submitter, [one.person for one in row.approvals] + [actor.name])
    now = ferry.clock.now()
    made = Statement(
        binding=binding_of(row),
        decision=Decision.APPROVE,
        approver=actor.name,
        role=role,
        issued=int(now.timestamp()),
        not_after=int((now + timedelta(hours=rules.valid_hours)).timestamp()),
        nonce=secrets.token_hex(16),
    )
    return Draft(made, signing_keys.locked(key))


def approve(session: Session, ferry: Ferry, signed: SignedStatement, *, actor: Actor) -> Outgoing:
    """Take a signed approval; with the last one that is needed the transfer is approved and its seal enqueued."""
    given = signed.statement
    row = transfer(session, given.binding.transfer)
    _check_current(ferry, row)
    key = signing_keys.usable(session, ferry, actor.name, hold=True)
    _check_statement(row, given, signed, key, int(ferry.clock.now().timestamp()))
    if given.approver != actor.name:
        raise BadApprovalError(person=given.approver, field="approver")
    everyone = [*_approvers(row), Approver(given.approver, given.role)]
    floor.check_separation(row.submitter, everyone)
    check_persons(session, row.submitter, [one.person for one in everyone])
    complete = _complete(session, ferry, row, everyone)
    key.failures = 0
    row.approvals.append(
        FerryApproval(
            submitter=row.submitter,
            person=given.approver,
            role=given.role,
            key=key,
            statement=signed.text.decode(),
            signature=signed.signature,
            nonce=given.nonce,
            at=ferry.clock.now(),
        )
    )
    if complete:
        _enqueue_seal(session, ferry, row, actor)
    detail = {"role": given.role, "root": given.binding.root, "inspection": given.binding.inspection}
    facts = Facts(quorum=complete, inspected=True)
    return move(session, ferry, row, Act.APPROVE, Event.TRANSFER_APPROVED, facts=facts, actor=actor, detail=detail)


def verified_statements(session: Session, ferry: Ferry, row: FerryTransfer) -> tuple[SignedStatement, ...]:
    """Every approval checked anew, and the quorum with them: what the sealer trusts instead of a state column."""
    now = int(ferry.clock.now().timestamp())
    signed = tuple(_signed_while_in_use(approval) for approval in row.approvals)
    for one, approval in zip(signed, row.approvals, strict=True):
        if approval.key is None:
            raise NoSigningKeyError(person=approval.person)
        _check_statement(row, one.statement, one, approval.key, now)
    approvers = [Approver(one.statement.approver, one.statement.role) for one in signed]
    check_persons(session, row.submitter, [one.person for one in approvers])
    link = as_link(session, row.link)
    floor.check_quorum(link, row.submitter, approvers, ferry.policy.for_link(link).approvals)
    return signed


def binding_of(row: FerryTransfer) -> Binding:
    if row.inspection is None or row.policy is None:
        raise QuorumMissingError(given=0, needed=2)
    return statement.binding(manifest_of(row), inspection=row.inspection, policy=row.policy)


def _signed_while_in_use(approval: FerryApproval) -> SignedStatement:
    """What was decided before its key was revoked stays decided.

    Both times are the registry's, taken in the transactions that recorded the two acts; what the statement says of its
    own time is not asked. Raises BadApprovalError.
    """
    key = approval.key
    if key is not None and key.revoked_at is not None and key.revoked_at < approval.at:
        raise BadApprovalError(person=approval.person, field="revoked")
    return SignedStatement(approval.statement.encode(), approval.signature)


def _check_current(ferry: Ferry, row: FerryTransfer) -> None:
    if row.expires_at <= ferry.clock.now():
        raise TransferExpiredError(at=row.expires_at)
    if row.policy != ferry.policy.digest:
        raise PolicyChangedError


def _check_statement(
    row: FerryTransfer, given: Statement, signed: SignedStatement, key: FerrySigningKey, now: int
) -> None:
    """Each of these has to hold of every approval, whoever is looking."""
    wrong = (
        ("binding", given.binding != binding_of(row)),
        ("decision", given.decision is not Decision.APPROVE),
        ("approver", given.approver != key.person),
        ("role", given.role not in key.roles),
        ("not_after", given.not_after <= now),
        ("signature", not approver_key.holds(key.public, signed)),
    )
    for field, broken in wrong:
        if broken:
            raise BadApprovalError(person=given.approver, field=field)


def _approvers(row: FerryTransfer) -> list[Approver]:
    return [Approver(approval.person, approval.role) for approval in row.approvals]


def _complete(session: Session, ferry: Ferry, row: FerryTransfer, approvers: list[Approver]) -> bool:
    link = as_link(session, row.link)
    try:
        floor.check_quorum(link, row.submitter, approvers, ferry.policy.for_link(link).approvals)
    except QuorumMissingError:
        return False
    return True


def _enqueue_seal(session: Session, ferry: Ferry, row: FerryTransfer, actor: Actor) -> None:
    enqueue(
        session,
        SEAL,
        {"transfer": row.uid},
        actor=actor.name,
        subject=f"transfer:{row.uid}",
        lane=f"ferry-link:{row.link.uid}",
        dedupe=f"seal:{row.uid}",
        clock=ferry.clock,
    )
