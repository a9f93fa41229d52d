"""The ends of the way: releasing at the destination, collecting, and the receipt that closes the transfer."""

from dataclasses import dataclass
from io import BufferedReader

from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from security.audit import Actor
from security.ferry import judging
from security.ferry.bundle import receipt
from security.ferry.errors import (
    NotFoundError,
    NotReleasedError,
    ReceiptWrongError,
    TransitionRefusedError,
    UnknownLinkError,
)
from security.ferry.ledger import incoming, look, move, refusals_recorded, step, transfer
from security.ferry.models import FerryIncoming
from security.ferry.site import Ferry
from security.ferry.statement import SignedStatement
from security.ferry.states import Act, Facts, Incoming, Outgoing, Step


@dataclass(frozen=True)
class Collected:
    """A released file: the name made here, its type, its size in bytes, and its bytes."""

    name: str
    kind: str
    size: int
    file: BufferedReader


def release(session: Session, ferry: Ferry, number: int, *, actor: Actor) -> FerryIncoming:
    """RELEASABLE to RELEASED, after the approvals have been checked once more against who is pinned today."""
    row = incoming(session, number)
    if row.link is None:
        raise UnknownLinkError
    signed = tuple(SignedStatement(one.statement.encode(), one.signature) for one in row.approvals)
    if Incoming(row.state) is Incoming.RELEASABLE:
        judging.check_quorum(session, ferry, row.link, row.submitter or "", signed)
    row.released_by, row.released_at = actor.name, ferry.clock.now()
    detail = {"transfer": row.transfer, "files": [file.sha256 for file in row.files]}
    step(
        session,
        ferry,
        row,
        Step.RELEASE,
        Event.BUNDLE_RELEASED,
        facts=Facts(quorum=True, inspected=True),
        actor=actor,
        detail=detail,
    )
    return row


def hold(session: Session, ferry: Ferry, number: int, *, reason: str, actor: Actor) -> FerryIncoming:
    """A person at the destination says no to what every machine let through."""
    row = incoming(session, number)
    detail = {"reason": reason}
    step(session, ferry, row, Step.HOLD, Event.BUNDLE_HELD, actor=actor, result="refused", detail=detail)
    return row


def collect(session: Session, ferry: Ferry, number: int, position: int, *, actor: Actor) -> Collected:
    """One released file for its recipient; every handing out is recorded. The bytes are checked before they go."""
    row = incoming(session, number)
    if Incoming(row.state) not in (Incoming.RELEASED, Incoming.COLLECTED):
        raise NotReleasedError
    file = next((one for one in row.files if one.position == position), None)
    if file is None:
        raise NotFoundError(kind="file", name=position)
    ferry.store.check(file.sha256)
    detail = {"file": file.name, "sha256": file.sha256}
    step(session, ferry, row, Step.COLLECT, Event.BUNDLE_COLLECTED, actor=actor, detail=detail)
    return Collected(file.name, file.kind, file.size, ferry.store.open(file.sha256))


def receipt_code(row: FerryIncoming) -> str:
    """The code to be told to the source; only what was released has one. Raises NotReleasedError."""
    if Incoming(row.state) not in (Incoming.RELEASED, Incoming.COLLECTED) or row.receipt_code is None:
        raise NotReleasedError
    return row.receipt_code


def confirm_receipt(database: Database, ferry: Ferry, uid: str, code: str, *, actor: Actor) -> Outgoing:
    """The source's operator types the code in: HANDED_OFF to RECEIPTED to CLOSED. For an edge; commits.

    The comparison is slow on purpose, so it stands between two transactions.
    """
    with refusals_recorded(database, ferry, Event.TRANSFER_RECEIPTED, actor=actor, subject=f"transfer:{uid}"):
        with database.read() as session:
            row = look(session, uid)
            verifier = row.bundle.receipt if row.bundle else None
            if verifier is None or Outgoing(row.state) not in (Outgoing.HANDED_OFF, Outgoing.UNCONFIRMED):
                raise TransitionRefusedError(state=row.state, event=Act.RECEIPT.value)
        if not receipt.matches(verifier, code):
            raise ReceiptWrongError
        with database.write() as session:
            return close(session, ferry, uid, actor=actor)


def close(session: Session, ferry: Ferry, uid: str, *, actor: Actor) -> Outgoing:
    """After a matching receipt code: receipted and closed."""
    row = transfer(session, uid)
    row.receipted_at = ferry.clock.now()
    move(session, ferry, row, Act.RECEIPT, Event.TRANSFER_RECEIPTED, actor=actor)
    return move(session, ferry, row, Act.CLOSE, Event.TRANSFER_CLOSED, actor=actor)
