"""Links a page at a time, for programs: those with an end in the reach, by their numbers."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from inventory.kinds import LinkStanding, LinkState
from inventory.models import Device, Link
from inventory.scope import ALL, Scope


def links_after(
    session: Session,
    number: int,
    *,
    limit: int,
    scope: Scope = ALL,
    device_id: int | None = None,
    state: LinkState | None = None,
    standing: LinkStanding | None = None,
) -> Sequence[Link]:
    """At most `limit` with a higher number."""
    query = select(Link).where(Link.id > number)
    if not scope.whole:
        reached = select(Device.id).where(scope.of(Device))
        query = query.where(or_(Link.a_device_id.in_(reached), Link.b_device_id.in_(reached)))
    if device_id is not None:
        query = query.where(or_(Link.a_device_id == device_id, Link.b_device_id == device_id))
    if state is not None:
        query = query.where(Link.state == state)
    if standing is not None:
        query = query.where(Link.standing == standing)
    loaded = query.options(joinedload(Link.a_device), joinedload(Link.b_device))
    return session.scalars(loaded.order_by(Link.id).limit(limit)).all()
