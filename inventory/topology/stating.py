"""A person states that two ports are wired to each other (人工登记), and takes it back.

For what tells nothing of itself: converters, firewalls, servers, cameras, devices of which nobody may ask.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from core.events import Event
from inventory.errors import LinkEndError, LinkLoopError, LinkNotFoundError, LinkTakenError
from inventory.kinds import LinkEvidence, LinkStanding, LinkState
from inventory.models import Device, Link
from inventory.ports import port_key, port_named
from inventory.scope import ALL, Scope
from inventory.topology.found import End, FoundLink
from inventory.topology.record import LONGEST_KEY, as_found, link_text, statement, write_link
from inventory.topology.stated import same_cable, same_port, with_stated
from security import audit

LONGEST_NOTE: Final = 240
LONGEST_PORT: Final = 120
ONLY: Final = frozenset({LinkEvidence.STATED})


def end_of(device: Device, port: str) -> End:
    """A port under the name that the inventory has for it; of a device whose ports nobody knows, as it is written.

    Raises PortNotFoundError, LinkEndError.
    """
    name = port.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_PORT:
        raise LinkEndError(device=device.name, port=name[:LONGEST_PORT], most=LONGEST_PORT)
    if not device.ports:
        return End(device.id, device.name, None, name)
    found = port_named(device, name)
    return End(device.id, device.name, found.id, found.name)


def state_link(session: Session, a: End, b: End, *, note: str = "", actor: audit.Actor, now: datetime) -> Link:
    """Raises LinkLoopError, LinkTakenError."""
    if a.device_id == b.device_id:
        raise LinkLoopError(device=a.name)
    said = FoundLink(*_ordered(a, b), ONLY, LinkStanding.UNCONFIRMED, now)
    rows = _at(session, said)
    _require_free(said, rows)
    told = [as_found(row) for row in rows if row.state is LinkState.PRESENT and row.stated_by is None]
    link = _row(session, said, rows, now)
    write_link(link, next(one for one in with_stated(told, [said]) if LinkEvidence.STATED in one.evidence))
    link.note, link.stated_by, link.stated_at = note.strip()[:LONGEST_NOTE], actor.name, now
    session.add(link)
    session.flush()
    session.expire(link, ["a_device", "b_device"])
    audit.record(session, Event.LINK_STATED, actor, subject=f"link:{link_text(link)}", after={"note": link.note})
    return link


def withdraw_link(session: Session, link: Link, *, actor: audit.Actor) -> str:
    """What devices tell of it stays. Returns what it was called."""
    name, before = link_text(link), {"note": link.note, "stated_by": link.stated_by}
    told = as_found(link).evidence - ONLY
    if told:
        link.evidence = ",".join(sorted(told))
        link.note, link.stated_by, link.stated_at = "", None, None
    else:
        session.delete(link)
    audit.record(session, Event.LINK_WITHDRAWN, actor, subject=f"link:{name}", before=before)
    return name


def stated_link(session: Session, number: int, scope: Scope = ALL) -> Link:
    """One that a person stated, with both ends in the scope. Raises LinkNotFoundError."""
    reached = select(Device.id).where(scope.of(Device))
    query = select(Link).where(Link.id == number, Link.stated_by.is_not(None))
    query = query.where(Link.a_device_id.in_(reached), Link.b_device_id.in_(reached))
    found = session.scalar(query)
    if found is None:
        raise LinkNotFoundError(name=f"#{number}")
    return found


def stated_at(session: Session, device: Device, port: str) -> Link:
    """The one that a person stated at a port. Raises LinkNotFoundError."""
    wanted = or_(Link.a_device_id == device.id, Link.b_device_id == device.id)
    for link in session.scalars(select(Link).where(wanted, Link.stated_by.is_not(None))):
        for number, name in ((link.a_device_id, link.a_port), (link.b_device_id, link.b_port)):
            if number == device.id and port_key(name) == port_key(port):
                return link
    raise LinkNotFoundError(name=f"{device.name} {port}")


def _ordered(a: End, b: End) -> tuple[End, End]:
    """The same however it was typed, as links that are told are."""
    return (a, b) if a.key <= b.key else (b, a)


def _at(session: Session, said: FoundLink) -> Sequence[Link]:
    """Whatever is known of links of either device."""
    devices = [said.a.device_id, said.b.device_id]
    query = select(Link).where(or_(Link.a_device_id.in_(devices), Link.b_device_id.in_(devices)))
    return session.scalars(query.options(joinedload(Link.a_device)).order_by(Link.id)).all()


def _require_free(said: FoundLink, rows: Sequence[Link]) -> None:
    for row in rows:
        if row.stated_by is None:
            continue
        taken = statement(row)
        for end in (said.a, said.b):
            if any(same_port(end, other) for other in (taken.a, taken.b)):
                raise LinkTakenError(device=end.name, port=end.port, link=link_text(row))


def _row(session: Session, said: FoundLink, rows: Sequence[Link], now: datetime) -> Link:
    """The row that stands for this cable already, or a new one; there is one alone afterwards."""
    key = said.key[:LONGEST_KEY]
    seen = [row for row in rows if row.state is LinkState.PRESENT and row.stated_by is None]
    same = [row for row in rows if row.key == key]
    same += [row for row in seen if row.key != key and same_cable(as_found(row), said)]
    for spare in same[1:]:
        session.delete(spare)
    session.flush()
    link = same[0] if same else Link(since=now, seen=now)
    link.key = key
    return link
