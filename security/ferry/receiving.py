"""Receiving, step by step; each step is one transaction that a killed job can come back to.

seen -> assembling   the parcel's bytes are copied from the carrier into the store
-> verified     both signatures over all of it; link, sender, recipient, clock, number and chain
-> opened       decrypted into the store, once the approvals inside have been accepted
-> reinspecting -> releasable | held
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import GuanjinError
from core.events import Event
from core.jobs import enqueue
from security.audit import SYSTEM, Actor, record
from security.ferry import judging, names
from security.ferry.bundle import open as opening
from security.ferry.bundle.header import Header
from security.ferry.bundle.open import Opened, Verified
from security.ferry.bundle.payload import Documents
from security.ferry.carriers.base import Parcel
from security.ferry.carriers.medium import MediumCarrier
from security.ferry.errors import (
    BundleAlteredError,
    BundleExpiredError,
    BundleFromFutureError,
    MediumUnusableError,
    ReplayedError,
    TooMuchError,
    UnknownLinkError,
    UnknownSenderError,
    WrongRecipientError,
    stored,
)
from security.ferry.gaps import check_chain, note_gaps
from security.ferry.inspection.report import Report
from security.ferry.keys import SigningPublic
from security.ferry.ledger import incoming, step
from security.ferry.models import (
    FerryIncoming,
    FerryIncomingApproval,
    FerryIncomingFile,
    FerryLink,
    FerryNonce,
    FerryPeer,
)
from security.ferry.peers import links
from security.ferry.site import Ferry, SiteKeys, signing_public, site, wrapping_public
from security.ferry.states import Facts, Incoming, Step

RECEIVE = "ferry.receive"
CLOCK_SKEW = timedelta(minutes=15)
UNDER_WAY = frozenset({Incoming.SEEN, Incoming.ASSEMBLING, Incoming.VERIFIED, Incoming.OPENED, Incoming.REINSPECTING})
_LONGEST_PLACE = 500
_CHUNK = 1 << 20


def see(session: Session, ferry: Ferry, place: str, parcel: Parcel, *, actor: Actor = SYSTEM) -> FerryIncoming | None:
    """A new row and the job that receives it; None for a parcel that was seen in this place before."""
    known = session.scalars(
        select(FerryIncoming).where(
            FerryIncoming.place == place,
            FerryIncoming.name == parcel.name,
            FerryIncoming.offered_sha256 == parcel.sha256,
        )
    ).one_or_none()
    if known is not None:
        if Incoming(known.state) in UNDER_WAY:
            _enqueue(session, ferry, known, actor)
        return None
    if len(place) > _LONGEST_PLACE:
        raise MediumUnusableError(path=place, problem="path")
    now = ferry.clock.now()
    row = FerryIncoming(
        place=place,
        name=parcel.name,
        offered_size=parcel.size,
        offered_sha256=parcel.sha256,
        state=Incoming.SEEN.value,
        seen_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    _enqueue(session, ferry, row, actor)
    detail = {"name": parcel.name, "size": parcel.size, "sha256": parcel.sha256, "place": place}
    record(session, Event.BUNDLE_SEEN, actor, subject=f"bundle:{parcel.name}", detail=detail, clock=ferry.clock)
    return row


def look_at_medium(database: Database, ferry: Ferry, folder: Path | None = None, *, actor: Actor) -> list[int]:
    """Bundles that lie on the medium and were not seen before; each gets a job that receives it. Commits.

    Without a folder, the folders of the links into this site are looked at; a given one is looked at as it is.
    """
    with database.read() as session:
        uids = [link.uid for link in links(session, outgoing=False)]
    places = [MediumCarrier(folder.resolve())] if folder else [ferry.carrier(uid) for uid in uids]
    numbers = []
    for place in places:
        for parcel in place.poll():
            with database.write() as session:
                row = see(session, ferry, str(place.folder), parcel, actor=actor)
                if row is not None:
                    numbers.append(row.id)
    return numbers


def _enqueue(session: Session, ferry: Ferry, row: FerryIncoming, actor: Actor) -> None:
    enqueue(
        session,
        RECEIVE,
        {"incoming": row.id},
        actor=actor.name,
        subject=f"bundle:{row.name}",
        lane="ferry-receive",
        dedupe=f"receive:{row.id}",
        clock=ferry.clock,
    )


def copy(ferry: Ferry, row: FerryIncoming) -> None:
    """Bring the bytes into the store; they are what the `.ok` promised, or altered."""
    parcel = Parcel(row.name, row.offered_size, row.offered_sha256)
    limit = 2 * ferry.max_file_bytes
    if parcel.size > limit:
        raise TooMuchError(name=row.name, found=parcel.size, limit=limit)
    with MediumCarrier(Path(row.place)).fetch(parcel) as source, ferry.store.writer(sm3=False) as writer:
        while data := source.read(min(_CHUNK, parcel.size + 1 - writer.size)):
            writer.write(data)
            if writer.size > parcel.size:
                break
        found = writer.flush()
        if (found.sha256, found.size) != (parcel.sha256, parcel.size):
            raise BundleAlteredError(part="file")
        writer.commit()


def check(ferry: Ferry, row: FerryIncoming, senders: Mapping[bytes, SigningPublic]) -> Verified:
    """Framing and signatures, over every byte."""
    with ferry.store.open(row.offered_sha256) as file:
        return opening.verify(file, row.offered_size, senders)


def senders(session: Session) -> dict[bytes, SigningPublic]:
    """The pinned sites' keys by key id."""
    keys = (signing_public(peer) for peer in session.scalars(select(FerryPeer)))
    return {key.key_id: key for key in keys}


def accept(session: Session, ferry: Ferry, number: int, verified: Verified) -> None:
    """ASSEMBLING to VERIFIED: the header's claims against what this site knows, in the order of the format."""
    row = incoming(session, number)
    if Incoming(row.state) is not Incoming.ASSEMBLING:
        return
    header = verified.header
    link = _link(session, header)
    _check_recipient(session, header)
    _check_clock(ferry, header)
    _check_new(session, link, header)
    check_chain(session, link, header)
    row.link, row.sequence, row.uid = link, header.sequence, header.bundle.hex()
    row.header, row.previous, row.audit_anchor = header.digest.hex(), header.previous.hex(), header.audit.hex()
    row.sealed_at = datetime.fromtimestamp(header.created, UTC)
    row.not_after = datetime.fromtimestamp(header.not_after, UTC)
    note_gaps(session, ferry, link, header)
    detail = {"link": link.name, "sequence": header.sequence, "sender": header.sender.hex(), "audit": row.audit_anchor}
    step(session, ferry, row, Step.VERIFY, Event.BUNDLE_VERIFIED, detail=detail)


def unseal(database: Database, ferry: Ferry, row: FerryIncoming, verified: Verified, keys: SiteKeys) -> Opened:
    """Decrypt into the store, after the approvals inside have been judged. Reads rows only."""

    def judge(inside: Documents) -> None:
        with database.read() as session:
            judging.judge(session, ferry, known_link(session, row.link_id), inside)

    with ferry.store.open(row.offered_sha256) as file:
        return opening.open_bundle(file, verified, keys.wrapping, ferry.store, judge)


def admit(session: Session, ferry: Ferry, number: int, opened: Opened) -> None:
    """VERIFIED to OPENED: what was inside becomes rows, and its approvals are used up."""
    row = incoming(session, number)
    if Incoming(row.state) is not Incoming.VERIFIED or row.link is None:
        return
    documents, manifest = opened.documents, opened.documents.manifest
    judging.judge(session, ferry, row.link, documents)
    _use_up(session, ferry, opened)
    row.transfer, row.level, row.submitter = manifest.transfer, manifest.level.code, manifest.submitter
    row.purpose, row.recipients = manifest.purpose, list(manifest.recipients)
    row.manifest, row.summary = manifest.encode().decode(), documents.summary.decode()
    row.receipt_code = opened.receipt_code
    row.files.extend(_files(opened))
    row.approvals.extend(_approvals(opened))
    detail = {
        "transfer": manifest.transfer,
        "root": manifest.root,
        "level": manifest.level.label,
        "files": len(manifest.files),
        "approvers": [one.person for one in row.approvals],
    }
    step(session, ferry, row, Step.OPEN, Event.BUNDLE_OPENED, facts=Facts(quorum=True, inspected=True), detail=detail)


def conclude(session: Session, ferry: Ferry, number: int, found: Report) -> Incoming:
    """REINSPECTING to RELEASABLE, or HELD where this site's own inspection objects or sees another type."""
    row = incoming(session, number)
    if Incoming(row.state) is not Incoming.REINSPECTING:
        return Incoming(row.state)
    row.report = found.encode().decode()
    same_kinds = all(file.kind == one.kind for file, one in zip(row.files, found.files, strict=True))
    made = names.distinct(
        [names.safe(file.claimed_name, one.kind) for file, one in zip(row.files, found.files, strict=True)]
    )
    for file, name, one in zip(row.files, made, found.files, strict=True):
        file.name, file.kind = name, one.kind
    detail = {"inspection": found.digest}
    if found.passes and same_kinds:
        facts = Facts(inspected=True)
        return step(session, ferry, row, Step.PASS, Event.BUNDLE_RELEASABLE, facts=facts, detail=detail)
    return step(session, ferry, row, Step.HOLD, Event.BUNDLE_HELD, result="refused", detail=detail)


def refuse(session: Session, ferry: Ferry, number: int, error: GuanjinError) -> None:
    """An end by name; what was copied or decrypted is removed by the caller."""
    row = incoming(session, number)
    if Incoming(row.state) in (Incoming.REFUSED, Incoming.HELD):
        return
    row.refusal = stored(error)
    held = Incoming(row.state) is Incoming.REINSPECTING
    what, event = (Step.HOLD, Event.BUNDLE_HELD) if held else (Step.REFUSE, Event.BUNDLE_REFUSED)
    step(session, ferry, row, what, event, result="refused", detail=row.refusal)


def discard(session: Session, ferry: Ferry, number: int) -> None:
    """Remove the sealed bytes of a refused bundle, unless another row has the same ones."""
    row = session.get_one(FerryIncoming, number)
    same = select(FerryIncoming.id).where(
        FerryIncoming.offered_sha256 == row.offered_sha256, FerryIncoming.state != Incoming.REFUSED.value
    )
    if session.scalar(same) is None:
        ferry.store.remove(row.offered_sha256)


def known_link(session: Session, link_id: int | None) -> FerryLink:
    link = session.get(FerryLink, link_id) if link_id is not None else None
    if link is None:
        raise UnknownLinkError
    return link


def _link(session: Session, header: Header) -> FerryLink:
    statement = select(FerryLink).where(FerryLink.uid == header.link.hex(), ~FerryLink.outgoing).with_for_update()
    link = session.scalars(statement).one_or_none()
    if link is None:
        raise UnknownLinkError
    if link.peer.sender != header.sender.hex():
        raise UnknownSenderError(key=header.sender.hex())
    return link


def _check_recipient(session: Session, header: Header) -> None:
    mine = wrapping_public(site(session)).key_id
    if mine not in {wrap.key_id for wrap in header.wraps}:
        raise WrongRecipientError(key=mine.hex())


def _check_clock(ferry: Ferry, header: Header) -> None:
    now = ferry.clock.now()
    not_after = datetime.fromtimestamp(header.not_after, UTC)
    created = datetime.fromtimestamp(header.created, UTC)
    if not_after <= now:
        raise BundleExpiredError(not_after=not_after)
    if created > now + CLOCK_SKEW:
        raise BundleFromFutureError(created=created)


def _check_new(session: Session, link: FerryLink, header: Header) -> None:
    same_number = (FerryIncoming.link_id == link.id) & (FerryIncoming.sequence == header.sequence)
    known = select(FerryIncoming.id).where(same_number | (FerryIncoming.uid == header.bundle.hex()))
    if session.scalar(known) is not None:
        raise ReplayedError(sequence=header.sequence)


def _use_up(session: Session, ferry: Ferry, opened: Opened) -> None:
    now, uid = ferry.clock.now(), opened.documents.manifest.transfer
    used = [FerryNonce(nonce=one.statement.nonce, transfer=uid, used_at=now) for one in opened.documents.approvals]
    session.add_all(used)


def _files(opened: Opened) -> list[FerryIncomingFile]:
    files = opened.documents.manifest.files
    made = names.distinct([names.safe(entry.name, entry.kind) for entry in files])
    return [
        FerryIncomingFile(
            position=position,
            claimed_name=entry.name,
            name=name,
            kind=entry.kind,
            size=entry.size,
            sha256=entry.sha256,
            sm3=entry.sm3,
        )
        for position, (entry, name) in enumerate(zip(files, made, strict=True))
    ]


def _approvals(opened: Opened) -> list[FerryIncomingApproval]:
    return [
        FerryIncomingApproval(
            position=position,
            person=one.statement.approver,
            role=one.statement.role,
            issued_at=datetime.fromtimestamp(one.statement.issued, UTC),
            statement=one.text.decode(),
            signature=one.signature,
        )
        for position, one in enumerate(opened.documents.approvals)
    ]
