"""What happens by itself as time goes by: transfers expire, a changed policy sends them back, leftovers are removed.

Nothing here approves, seals or releases.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from security.audit import SYSTEM
from security.ferry.ledger import move
from security.ferry.models import FerryBundle, FerryFile, FerryIncoming, FerryIncomingFile, FerryTransfer
from security.ferry.sealing import SEALED, VOID
from security.ferry.site import Ferry
from security.ferry.states import Act, Incoming, Outgoing
from security.ferry.submitting import reinspect

_WAITING = (Outgoing.SUBMITTED, Outgoing.INSPECTING, Outgoing.REVIEW, Outgoing.APPROVED)
_SEALED = (Outgoing.SEALING, Outgoing.SEALED, Outgoing.HANDED_OFF)
_REVIEWED = (Outgoing.REVIEW, Outgoing.APPROVED)
_OVER = (Outgoing.BLOCKED, Outgoing.REJECTED, Outgoing.EXPIRED, Outgoing.WITHDRAWN, Outgoing.CLOSED)
# How long bytes outlive the end of their transfer, so that a mistake can still be looked into.
KEPT_AFTER_END = timedelta(days=7)
_UNNAMED = timedelta(days=1)


def expire(session: Session, ferry: Ferry, uid: str) -> None:
    """What was not decided in time is over; what was handed off without a receipt is unconfirmed."""
    row = session.scalars(select(FerryTransfer).where(FerryTransfer.uid == uid).with_for_update()).one()
    handed_off = Outgoing(row.state) is Outgoing.HANDED_OFF
    if row.bundle is not None and not handed_off and row.bundle.state != SEALED:
        row.bundle.state = VOID
    event = Event.TRANSFER_UNCONFIRMED if handed_off else Event.TRANSFER_EXPIRED
    move(session, ferry, row, Act.EXPIRE, event, actor=SYSTEM, result="failed")


def overdue(session: Session, now: datetime) -> list[str]:
    """Transfers whose time is over: the approval's before the seal, the bundle's after it."""
    waiting = select(FerryTransfer.uid).where(FerryTransfer.state.in_(_WAITING), FerryTransfer.expires_at <= now)
    late = (
        select(FerryTransfer.uid)
        .join(FerryBundle, FerryBundle.transfer_id == FerryTransfer.id)
        .where(FerryTransfer.state.in_(_SEALED), FerryBundle.not_after <= now)
    )
    return [*session.scalars(waiting), *session.scalars(late)]


def outdated(session: Session, policy: str) -> list[str]:
    """Transfers that were inspected under another policy and are not sealed yet."""
    statement = select(FerryTransfer.uid).where(FerryTransfer.state.in_(_REVIEWED), FerryTransfer.policy != policy)
    return list(session.scalars(statement))


def send_back(session: Session, ferry: Ferry, uid: str) -> None:
    row = session.scalars(select(FerryTransfer).where(FerryTransfer.uid == uid).with_for_update()).one()
    if Outgoing(row.state) in _REVIEWED and row.policy != ferry.policy.digest:
        reinspect(session, ferry, row, actor=SYSTEM)


def sweep(database: Database, ferry: Ferry) -> int:
    """Remove objects that no row needs any more; the number removed."""
    now = ferry.clock.now()
    with database.read() as session:
        wanted = _wanted(session, now - KEPT_AFTER_END)
    return ferry.store.sweep(before=(now - _UNNAMED).timestamp(), wanted=wanted.__contains__)


def _wanted(session: Session, ended_before: datetime) -> set[str]:
    gone = FerryTransfer.state.in_(_OVER) & (FerryTransfer.changed_at < ended_before)
    files = select(FerryFile.sha256).join(FerryTransfer, FerryTransfer.id == FerryFile.transfer_id).where(~gone)
    bundles = (
        select(FerryBundle.sha256)
        .join(FerryTransfer, FerryTransfer.id == FerryBundle.transfer_id)
        .where(~gone, FerryBundle.sha256.is_not(None))
    )
    received = select(FerryIncoming.offered_sha256).where(FerryIncoming.state != Incoming.REFUSED.value)
    arrived = select(FerryIncomingFile.sha256)
    return {sha256 for query in (files, bundles, received, arrived) for sha256 in session.scalars(query) if sha256}
