"""Machine rooms (机房) as readers ask for them. Whoever sees a site sees its rooms; who sees one unit finds none."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from inventory.kinds import ObjectKind
from inventory.listing import PAGE_SIZE, Listing, Page
from inventory.models import Device, Rack, Room
from inventory.scope import ALL, Scope

ROOMS: Final = Listing(
    ObjectKind.ROOM,
    Room,
    name=Room.name,
    number=Room.id,
    searched=(Room.name,),
    orders={"name": Room.name, "id": Room.id},
    loaded=(joinedload(Room.site),),
)


def find_rooms(
    session: Session,
    *,
    scope: Scope = ALL,
    text: str = "",
    site_id: int | None = None,
    after: int = 0,
    order: str = "name",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Room]:
    """`after` keeps those with a larger number."""
    where = [Room.id > after] if site_id is None else [Room.id > after, Room.site_id == site_id]
    return ROOMS.page(session, scope=scope, text=text, where=where, order=order, number=number, size=size)


def room(session: Session, number: int, scope: Scope = ALL) -> Room:
    return ROOMS.get(session, number, scope)


def standing_in(session: Session, kind: type[Device] | type[Rack], rooms: Sequence[int]) -> Mapping[int, int]:
    """How many devices or racks stand in each of these rooms; a room with none is left out."""
    counted = select(kind.room_id, func.count()).where(kind.room_id.in_(rooms)).group_by(kind.room_id)
    return {room: count for room, count in session.execute(counted) if room is not None}
