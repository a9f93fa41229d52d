"""Links as readers ask for them: those with an end in their reach; of the other end they see what the cable tells."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from inventory.models import Device, Link
from inventory.scope import ALL, Scope


def links_of(session: Session, *, scope: Scope = ALL, device_id: int | None = None) -> Sequence[Link]:
    """Present ones and those that are gone or moved, by the first end's name and port."""
    query = select(Link).join(Device, Link.a_device_id == Device.id)
    if not scope.whole:
        reached = select(Device.id).where(scope.of(Device))
        query = query.where(or_(Link.a_device_id.in_(reached), Link.b_device_id.in_(reached)))
    if device_id is not None:
        query = query.where(or_(Link.a_device_id == device_id, Link.b_device_id == device_id))
    loaded = query.options(joinedload(Link.a_device), joinedload(Link.b_device))
    return session.scalars(loaded.order_by(Device.name, Link.a_port, Link.id)).all()
