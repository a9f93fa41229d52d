"""Keeping what was derived: what is new, seen again, gone or moved, and one record in the audit log of all that.

What a person stated is told anew by its own row each time, so it is never among what is gone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.events import Event
from inventory.kinds import LinkEvidence, LinkStanding, LinkState
from inventory.models import Link
from inventory.topology.found import End, FoundLink
from inventory.topology.stated import Pair, pair, same_cable, with_stated
from security import audit

# Writing each time that nothing has changed would be most of the writing.
SEEN_EVERY: Final = timedelta(hours=6)
LONGEST: Final = 255
LONGEST_KEY: Final = 640


@dataclass(frozen=True)
class Changed:
    """Links by what happened to them; one that is seen again after it was gone is new again."""

    new: Sequence[Link]
    gone: Sequence[Link]
    moved: Sequence[Link]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.moved)


def record_links(session: Session, found: Sequence[FoundLink], now: datetime, actor: audit.Actor) -> Changed:
    """`found` are all links that devices tell of now. Nothing is written to the log when nothing happened."""
    known = {link.key: link for link in session.scalars(select(Link).options(joinedload(Link.a_device)))}
    stated = [statement(link) for link in known.values() if link.stated_by is not None]
    present = {one.key[:LONGEST_KEY]: one for one in with_stated(found, stated)}
    _rename(known, present)
    new = []
    for key, one in present.items():
        link = known.get(key)
        if link is None:
            link = known[key] = Link(key=key, since=one.seen)
            session.add(link)
        if link.state is not LinkState.PRESENT:
            new.append(link)
        write_link(link, one)
    lost = [link for key, link in known.items() if key not in present and link.state is LinkState.PRESENT]
    wired = {port for key in present for port in _ports(known[key])}
    for link in lost:
        link.state = LinkState.MOVED if _ports(link) & wired else LinkState.GONE
        link.gone = now
    session.flush()
    changed = Changed(
        new,
        [link for link in lost if link.state is LinkState.GONE],
        [link for link in lost if link.state is LinkState.MOVED],
    )
    if changed:
        _tell(session, changed, actor)
    return changed


def as_found(link: Link) -> FoundLink:
    """A row as it was told."""
    return FoundLink(
        End(link.a_device_id, link.a_device.name, link.a_port_id, link.a_port),
        End(link.b_device_id, link.b_name, link.b_port_id, link.b_port),
        frozenset(LinkEvidence(word) for word in link.evidence.split(",")),
        link.standing,
        link.seen,
        link.candidates,
    )


def statement(link: Link) -> FoundLink:
    """What a person said of it, without what devices added, under the name that the far device has now."""
    found, only = as_found(link), frozenset({LinkEvidence.STATED})
    far = replace(found.b, name=link.b_device.name if link.b_device else link.b_name)
    return replace(found, b=far, evidence=only, standing=LinkStanding.UNCONFIRMED, seen=link.stated_at or link.since)


def _rename(known: dict[str, Link], present: Mapping[str, FoundLink]) -> None:
    """A cable of which more is known by now, or less, is the same row: a port got its name, a statement was taken back.

    Otherwise it would be told as one that was moved.
    """
    unseen: defaultdict[Pair, list[Link]] = defaultdict(list)
    for key, link in known.items():
        if key not in present and link.state is LinkState.PRESENT:
            unseen[frozenset({link.a_device_id, link.b_device_id})].append(link)
    for key, one in present.items():
        same = [link for link in unseen.get(pair(one), ()) if same_cable(as_found(link), one)]
        if key not in known and len(same) == 1 and known.pop(same[0].key, None) is not None:
            same[0].key, known[key] = key, same[0]


def write_link(link: Link, one: FoundLink) -> None:
    """What differs; the time of the last sight roughly."""
    link.a_device_id, link.a_port_id, link.a_port = one.a.device_id or 0, one.a.port_id, one.a.port[:LONGEST]
    link.b_device_id, link.b_port_id, link.b_port = one.b.device_id, one.b.port_id, one.b.port[:LONGEST]
    link.b_name, link.candidates = one.b.name[:LONGEST], one.candidates
    link.evidence = ",".join(sorted(one.evidence))
    link.standing = one.standing
    if link.state is not LinkState.PRESENT or one.seen - link.seen >= SEEN_EVERY:
        link.seen = one.seen
    link.state, link.gone = LinkState.PRESENT, None


def _ports(link: Link) -> set[tuple[int, str]]:
    """Those of managed devices: a moved cable is one whose port is wired to something else."""
    ends = {(link.a_device_id, link.a_port)}
    if link.b_device_id is not None and link.b_port:
        ends.add((link.b_device_id, link.b_port))
    return ends


def _tell(session: Session, changed: Changed, actor: audit.Actor) -> None:
    """A cable that was moved is told whole; of the others, how many."""
    detail = {
        "new": len(changed.new),
        "gone": len(changed.gone),
        "moved": [link_text(link) for link in changed.moved],
    }
    audit.record(session, Event.LINKS_CHANGED, actor, subject="links:all", detail=detail)


def link_text(link: Link) -> str:
    return f"{link.a_device.name} {link.a_port} = {link.b_name} {link.b_port}".rstrip()
