"""Sealing and handing off: the last checks, one pass over the bytes, and what is known only to the bundle's two ends.

begin()   checks every approval anew, uses them up, takes the next number of the link: one transaction
encrypt() hashes and encrypts into the store; a byte that differs from the manifest stops it
finish()  the bundle counts from here on;  give_up() makes its number void, which the next header announces
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import GuanjinError
from core.events import Event
from core.jobs import enqueue
from security.audit import Actor, record, stored_tree
from security.audit.models import AuditHead
from security.ferry.approving import verified_statements
from security.ferry.bundle import receipt
from security.ferry.bundle.payload import Documents
from security.ferry.bundle.seal import Place, seal
from security.ferry.carriers.base import Parcel
from security.ferry.errors import PolicyChangedError, SealBusyError, TransferExpiredError, stored
from security.ferry.keys import WrappingPublic
from security.ferry.ledger import look, move, transfer
from security.ferry.models import FerryBundle, FerryLink, FerryNonce, FerryTransfer
from security.ferry.peers import NO_HEADER
from security.ferry.site import Ferry, SiteKeys, wrapping_public
from security.ferry.statement import SignedStatement
from security.ferry.states import Act, Facts, Outgoing
from security.ferry.submitting import manifest_of

CARRY = "ferry.carry"
SEALING, SEALED, VOID = "sealing", "sealed", "void"
_READY = Facts(quorum=True, inspected=True)


@dataclass(frozen=True)
class Encrypted:
    """The bundle in the store; `receipt` is the verifier of the receipt code, never the code."""

    sha256: str
    size: int
    header: str
    receipt: bytes


@dataclass(frozen=True)
class Plan:
    place: Place
    documents: Documents
    recipient: WrappingPublic


def begin(session: Session, ferry: Ferry, uid: str, *, actor: Actor) -> None:
    """APPROVED to SEALING. A second call for the same transfer changes nothing, so a killed job can come again."""
    row = transfer(session, uid)
    if Outgoing(row.state) is Outgoing.SEALING:
        return
    if row.expires_at <= ferry.clock.now():
        raise TransferExpiredError(at=row.expires_at)
    if row.policy != ferry.policy.digest:
        raise PolicyChangedError
    statements = verified_statements(session, ferry, row)
    link = _held(session, row.link_id)
    _use_up(session, ferry, statements, uid)
    row.bundle = _take_number(session, ferry, row, link, statements)
    detail = {"sequence": row.bundle.sequence, "bundle": row.bundle.uid}
    move(session, ferry, row, Act.SEAL, Event.TRANSFER_SEALING, facts=_READY, actor=actor, detail=detail)


def plan(session: Session, ferry: Ferry, uid: str) -> Plan:
    """Everything that the bundle is made of but the files' bytes, with every approval checked once more."""
    row = look(session, uid)
    bundle = _bundle(row)
    signed = verified_statements(session, ferry, row)
    content = replace(manifest_of(row), witness=stored_tree.newest_note(session) or "")
    documents = Documents(content, signed, (row.report or "").encode())
    return Plan(_place(session, row.link, bundle), documents, wrapping_public(row.link.peer))


def encrypt(ferry: Ferry, planned: Plan, keys: SiteKeys) -> Encrypted:
    """Write the bundle into the store. Done again after a crash, it makes another bundle that nobody has seen yet."""
    with ferry.store.writer(sm3=False) as writer:
        sealed = seal(
            planned.place,
            planned.documents,
            ferry.store.open,
            writer,
            sender=keys.signing,
            recipients=[planned.recipient],
        )
        written = writer.commit()
    return Encrypted(written.sha256, written.size, sealed.header_digest.hex(), receipt.verifier(sealed.receipt_code))


def finish(session: Session, ferry: Ferry, uid: str, made: Encrypted, *, actor: Actor) -> None:
    """SEALING to SEALED: the bundle is the link's last, and waits to be carried."""
    row = transfer(session, uid)
    bundle, link = _bundle(row), _held(session, row.link_id)
    bundle.state, bundle.header, bundle.sha256 = SEALED, made.header, made.sha256
    bundle.size, bundle.receipt = made.size, made.receipt
    link.header = made.header
    _enqueue_carry(session, ferry, row, actor)
    detail = {"sequence": bundle.sequence, "bundle": bundle.uid, "sha256": made.sha256, "size": made.size}
    move(session, ferry, row, Act.FINISH_SEAL, Event.TRANSFER_SEALED, facts=_READY, actor=actor, detail=detail)


def quarantine(session: Session, ferry: Ferry, uid: str, error: GuanjinError, *, actor: Actor) -> None:
    """What is stored is not what was approved: nothing is sealed, and the number, if one was taken, is void."""
    row = transfer(session, uid)
    row.refusal = stored(error)
    if row.bundle is not None:
        row.bundle.state = VOID
    event = Event.TRANSFER_QUARANTINED
    move(session, ferry, row, Act.QUARANTINE, event, actor=actor, result="failed", detail=row.refusal)


def hand_off(session: Session, ferry: Ferry, uid: str, *, actor: Actor) -> None:
    """SEALED to HANDED_OFF: the bundle lies on the carrier, whole."""
    row = transfer(session, uid)
    if Outgoing(row.state) is Outgoing.HANDED_OFF:
        return
    row.handed_off_at = ferry.clock.now()
    detail = {"bundle": _bundle(row).uid, "carrier": row.link.carrier}
    move(session, ferry, row, Act.HAND_OFF, Event.TRANSFER_HANDED_OFF, actor=actor, detail=detail)


def carry_again(session: Session, ferry: Ferry, uid: str, *, actor: Actor) -> None:
    """Another try at handing a sealed bundle off, for instance after the medium was inserted."""
    row = transfer(session, uid)
    if Outgoing(row.state) is Outgoing.SEALED:
        _enqueue_carry(session, ferry, row, actor)
        detail = {"bundle": _bundle(row).uid, "carrier": row.link.carrier}
        record(session, Event.TRANSFER_CARRIED, actor, subject=f"transfer:{uid}", detail=detail, clock=ferry.clock)


def parcel_of(row: FerryTransfer) -> Parcel:
    bundle = _bundle(row)
    return Parcel(bundle.uid, bundle.size or 0, bundle.sha256 or "")


def _use_up(session: Session, ferry: Ferry, statements: tuple[SignedStatement, ...], uid: str) -> None:
    now = ferry.clock.now()
    session.add_all(FerryNonce(nonce=one.statement.nonce, transfer=uid, used_at=now) for one in statements)


def _take_number(
    session: Session, ferry: Ferry, row: FerryTransfer, link: FerryLink, statements: tuple[SignedStatement, ...]
) -> FerryBundle:
    busy = select(FerryBundle.id).where(FerryBundle.link_id == link.id, FerryBundle.state == SEALING)
    if session.scalar(busy) is not None:
        raise SealBusyError(link=link.name)
    link.sequence += 1
    not_after = min(one.statement.not_after for one in statements)
    return FerryBundle(
        uid=secrets.token_hex(16),
        link_id=link.id,
        sequence=link.sequence,
        transfer_id=row.id,
        state=SEALING,
        created_at=ferry.clock.now(),
        not_after=datetime.fromtimestamp(not_after, UTC),
    )


def _place(session: Session, link: FerryLink, bundle: FerryBundle) -> Place:
    anchor = session.scalar(select(AuditHead.hash)) or NO_HEADER
    return Place(
        link=bytes.fromhex(link.uid),
        bundle=bytes.fromhex(bundle.uid),
        sequence=bundle.sequence,
        previous=bytes.fromhex(link.header),
        voids=_voids(session, bundle),
        created=int(bundle.created_at.timestamp()),
        not_after=int(bundle.not_after.timestamp()),
        audit=bytes.fromhex(anchor),
    )


def _voids(session: Session, bundle: FerryBundle) -> tuple[int, ...]:
    """Numbers taken since the last sealed bundle that will never come: announced, so that they make no alarm."""
    same = (FerryBundle.link_id == bundle.link_id, FerryBundle.sequence < bundle.sequence)
    last = session.scalar(
        select(FerryBundle.sequence)
        .where(*same, FerryBundle.state == SEALED)
        .order_by(FerryBundle.sequence.desc())
        .limit(1)
    )
    void = select(FerryBundle.sequence).where(*same, FerryBundle.state == VOID, FerryBundle.sequence > (last or 0))
    return tuple(session.scalars(void.order_by(FerryBundle.sequence)))


def _held(session: Session, link_id: int) -> FerryLink:
    statement = select(FerryLink).where(FerryLink.id == link_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _bundle(row: FerryTransfer) -> FerryBundle:
    if row.bundle is None:
        raise SealBusyError(link=row.link.name)
    return row.bundle


def _enqueue_carry(session: Session, ferry: Ferry, row: FerryTransfer, actor: Actor) -> None:
    enqueue(
        session,
        CARRY,
        {"transfer": row.uid},
        actor=actor.name,
        subject=f"transfer:{row.uid}",
        dedupe=f"carry:{row.uid}",
        clock=ferry.clock,
    )
