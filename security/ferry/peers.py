"""Who this site is, whom it trusts, and on which links: set up by hand, once, at the machine's own terminal."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Event
from security.audit import Actor, record
from security.ferry import card
from security.ferry.card import Card, CardApprover
from security.ferry.errors import (
    AlreadyInitialisedError,
    FingerprintDiffersError,
    LinkExistsError,
    NotFoundError,
)
from security.ferry.keys import SigningPrivate, WrappingPrivate
from security.ferry.levels import Level, Zone
from security.ferry.links import CarrierKind, Link, Side
from security.ferry.models import FerryLink, FerryPeer, FerryPeerApprover, FerrySigningKey, FerrySite
from security.ferry.site import Ferry, SiteKeys, side, signing_public, site, store_keys, wrapping_public
from security.vault import Keyring, Vault

NO_HEADER = "00" * 32


@dataclass(frozen=True)
class Identity:
    """This site's card as its peers will see it."""

    card: Card

    @property
    def fingerprint(self) -> str:
        return self.card.fingerprint


def initialise(session: Session, ferry: Ferry, name: str, *, actor: Actor) -> FerrySite:
    """Make this site's keys. Once: peers pin them."""
    found = session.get(FerrySite, 1)
    if found is not None:
        raise AlreadyInitialisedError(name=found.name)
    keys = SiteKeys(SigningPrivate.generate(), WrappingPrivate.generate())
    row = FerrySite(
        id=1,
        name=name,
        zone=ferry.zone.value,
        ed25519=keys.signing.public.ed25519,
        mldsa65=keys.signing.public.mldsa65,
        x25519=keys.wrapping.public.x25519,
        mlkem768=keys.wrapping.public.mlkem768,
        created_at=ferry.clock.now(),
    )
    session.add(row)
    store_keys(session, ferry.vault or Vault(Keyring()), keys, actor=actor)
    after = {"site": name, "zone": row.zone, "signing_key_id": keys.signing.public.key_id.hex()}
    record(session, Event.FERRY_KEY_CREATED, actor, subject=f"site:{name}", after=after, clock=ferry.clock)
    return row


def identity(session: Session) -> Identity:
    """Only keys in use are on the card. Raises NotInitialisedError."""
    row = site(session)
    in_use = select(FerrySigningKey).where(FerrySigningKey.revoked_at.is_(None))
    keys = session.scalars(in_use.order_by(FerrySigningKey.person))
    approvers = tuple(CardApprover(key.person, tuple(sorted(key.roles)), key.public) for key in keys)
    return Identity(Card(row.name, Zone(row.zone), signing_public(row), wrapping_public(row), approvers))


def pin_peer(session: Session, ferry: Ferry, given: Card, fingerprint: str, *, actor: Actor) -> FerryPeer:
    """Trust a site's card, after a person has compared the fingerprint; a later card replaces the earlier one."""
    if "".join(fingerprint.split()).lower() != given.fingerprint:
        raise FingerprintDiffersError(name=given.name)
    row = session.scalars(select(FerryPeer).where(FerryPeer.name == given.name)).one_or_none()
    before = None if row is None else {"fingerprint": row.fingerprint}
    row = row or FerryPeer(name=given.name)
    row.zone, row.sender = given.zone.value, given.signing.key_id.hex()
    row.ed25519, row.mldsa65 = given.signing.ed25519, given.signing.mldsa65
    row.x25519, row.mlkem768 = given.wrapping.x25519, given.wrapping.mlkem768
    row.fingerprint, row.pinned_at, row.pinned_by = given.fingerprint, ferry.clock.now(), actor.name
    row.approvers.clear()
    session.add(row)
    session.flush()
    row.approvers.extend(
        FerryPeerApprover(person=one.person, roles=list(one.roles), public=one.public) for one in given.approvers
    )
    after = {"fingerprint": given.fingerprint, "approvers": [one.person for one in given.approvers]}
    record(
        session,
        Event.FERRY_PEER_PINNED,
        actor,
        subject=f"site:{given.name}",
        before=before,
        after=after,
        clock=ferry.clock,
    )
    return row


def add_link(
    session: Session,
    ferry: Ferry,
    name: str,
    *,
    peer: str,
    outgoing: bool,
    carrier: CarrierKind,
    ceiling: Level,
    actor: Actor,
) -> FerryLink:
    """A link to or from a pinned site; what the floor or the policy forbids cannot be added at all."""
    found = session.scalars(select(FerryPeer).where(FerryPeer.name == peer)).one_or_none()
    if found is None:
        raise NotFoundError(kind="peer", name=peer)
    exists = select(FerryLink.id).where(FerryLink.name == name, FerryLink.outgoing == outgoing)
    if session.scalar(exists) is not None:
        raise LinkExistsError(name=name)
    here, there = side(session), Side(found.name, Zone(found.zone))
    link = Link(name, *((here, there) if outgoing else (there, here)), carrier, ceiling)
    ferry.policy.for_link(link)
    row = FerryLink(
        uid=link.link_id.hex(),
        name=name,
        outgoing=outgoing,
        peer=found,
        carrier=carrier.value,
        ceiling=ceiling.code,
        sequence=0,
        header=NO_HEADER,
        created_at=ferry.clock.now(),
    )
    session.add(row)
    after = {"peer": peer, "outgoing": outgoing, "carrier": carrier, "ceiling": ceiling.label}
    record(session, Event.FERRY_LINK_CREATED, actor, subject=f"link:{name}", after=after, clock=ferry.clock)
    return row


def links(session: Session, *, outgoing: bool | None = None) -> list[FerryLink]:
    statement = select(FerryLink).order_by(FerryLink.name, FerryLink.outgoing)
    if outgoing is not None:
        statement = statement.where(FerryLink.outgoing == outgoing)
    return list(session.scalars(statement))


def find_link(session: Session, name: str) -> FerryLink:
    """The outgoing link of this name."""
    statement = select(FerryLink).where(FerryLink.name == name, FerryLink.outgoing)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFoundError(kind="link", name=name)
    return found


def as_link(session: Session, row: FerryLink) -> Link:
    """The value that the floor and the policy judge; zones as they were pinned."""
    here, there = side(session), Side(row.peer.name, Zone(row.peer.zone))
    source, destination = (here, there) if row.outgoing else (there, here)
    return Link(row.name, source, destination, CarrierKind(row.carrier), Level.of(row.ceiling))


def export_card(session: Session, keys: SiteKeys) -> bytes:
    return card.export(identity(session).card, keys.signing)
