"""What should have arrived and did not: numbers missing on a link, and headers that do not continue each other."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Event
from security.audit import SYSTEM, record
from security.ferry.bundle.header import Header
from security.ferry.errors import ChainBrokenError
from security.ferry.models import FerryGap, FerryIncoming, FerryLink
from security.ferry.peers import NO_HEADER
from security.ferry.site import Ferry

MOST_ALARMS = 1000


def check_chain(session: Session, link: FerryLink, header: Header) -> None:
    """The header names the one before it; wherever both are here, in either order of arrival, they must agree."""
    before = _neighbour(session, link, _predecessor(header))
    expected = NO_HEADER if _predecessor(header) == 0 else before.header if before else None
    if expected is not None and header.previous.hex() != expected:
        raise ChainBrokenError(sequence=header.sequence)
    after = session.scalars(
        select(FerryIncoming).where(FerryIncoming.link_id == link.id, FerryIncoming.sequence == header.sequence + 1)
    ).one_or_none()
    if after is not None and after.previous != header.digest.hex():
        raise ChainBrokenError(sequence=header.sequence)


def note_gaps(session: Session, ferry: Ferry, link: FerryLink, header: Header) -> None:
    """Raise an alarm for each number that was passed over and is not announced as void; close the one that came."""
    gap = session.get(FerryGap, (link.id, header.sequence))
    if gap is not None:
        gap.closed_at = ferry.clock.now()
    for void in header.voids:
        late = session.get(FerryGap, (link.id, void))
        if late is not None:
            late.closed_at = late.closed_at or ferry.clock.now()
    missing = [
        number for number in range(link.sequence + 1, header.sequence)[:MOST_ALARMS] if number not in header.voids
    ]
    session.add_all(FerryGap(link_id=link.id, sequence=number, noticed_at=ferry.clock.now()) for number in missing)
    link.sequence = max(link.sequence, header.sequence)
    if missing:
        detail = {"missing": missing[:20], "count": len(missing)}
        subject = f"link:{link.name}"
        record(session, Event.BUNDLE_GAP, SYSTEM, subject=subject, result="failed", detail=detail, clock=ferry.clock)


def open_gaps(session: Session) -> list[FerryGap]:
    statement = select(FerryGap).where(FerryGap.closed_at.is_(None)).order_by(FerryGap.link_id, FerryGap.sequence)
    return list(session.scalars(statement))


def _predecessor(header: Header) -> int:
    """The number before, passing over the announced voids."""
    number = header.sequence - 1
    while number in header.voids:
        number -= 1
    return number


def _neighbour(session: Session, link: FerryLink, number: int) -> FerryIncoming | None:
    statement = select(FerryIncoming).where(FerryIncoming.link_id == link.id, FerryIncoming.sequence == number)
    return session.scalars(statement).one_or_none()
