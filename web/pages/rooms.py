"""Machine rooms (机房): which there are, and one room's page with its racks, rounds, findings and who is inside."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, render_template
from sqlalchemy import select

from collectors.health import DeviceHealth, devices_in_room
from inventory import visits
from inventory.elevation import Placed, Slot, elevation
from inventory.models import Device, Finding, Rack, Visit
from inventory.rooms import find_rooms, room, standing_in
from inventory.rounds import findings, recording, rhythm
from security.roles import Permission
from web import moments, states
from web.access import requires
from web.scope import scope_of, seen
from web.state import console

blueprint = Blueprint("rooms", __name__)
# A province has as many; more would be a list of cabinets.
MOST_ROOMS = 1000
LATEST = 10
Noted = TypeVar("Noted", Finding, Visit)


@dataclass(frozen=True)
class RackView:
    """A rack as seen from the front; `loose` are those of its devices of which nobody wrote where they stand."""

    rack: Rack
    slots: Sequence[Slot[DeviceHealth]]
    loose: Sequence[DeviceHealth]

    @property
    def used(self) -> int:
        return sum(slot.units for slot in self.slots if slot.things)


@blueprint.get("/rooms")
@requires(Permission.VIEW_MONITORING)
def index() -> str:
    today = moments.today()
    with console().database.read() as session:
        rooms = find_rooms(session, scope=seen(), size=MOST_ROOMS).items
        numbers = [one.id for one in rooms]
        pending = rhythm.pending(session, numbers, today, console().settings.site.timezone)
        return render_template(
            "rooms.html",
            rooms=rooms,
            devices=standing_in(session, Device, numbers),
            racks=standing_in(session, Rack, numbers),
            due=[one for one in pending if one.due and one.due.now],
            findings=_by_room(findings.open_in(session, numbers)),
            inside=_by_room(visits.inside(session, numbers)),
            today=today,
        )


@blueprint.get("/rooms/<int:number>")
@requires(Permission.VIEW_MONITORING)
def show(number: int) -> str:
    now, today = console().clock.now(), moments.today()
    with console().database.read() as session:
        found = room(session, number, seen())
        devices = devices_in_room(session, now, number, scope=seen())
        racks = session.scalars(select(Rack).where(Rack.room_id == number).order_by(Rack.name)).all()
        return render_template(
            "room.html",
            room=found,
            racks=[seen_from_the_front(rack, devices) for rack in racks],
            standing=[one for one in devices if one.device.rack_id is None],
            shown=states.of_device,
            pending=rhythm.pending(session, [number], today, console().settings.site.timezone),
            rounds=recording.of_room(session, number, LATEST),
            findings=findings.open_in(session, [number]),
            inside=visits.inside(session, [number]),
            forgotten=lambda visit: visits.forgotten(visit, now),
            may_keep=scope_of(Permission.KEEP_ROOMS).covers(session, found),
            today=today,
            this_moment=moments.field_value(now),
        )


def seen_from_the_front(rack: Rack, devices: Sequence[DeviceHealth]) -> RackView:
    mounted = [one for one in devices if one.device.rack_id == rack.id]
    placed = [
        Placed(one, one.device.rack_position, one.device.rack_units)
        for one in mounted
        if one.device.rack_position is not None
    ]
    return RackView(rack, elevation(rack.height, placed), [one for one in mounted if one.device.rack_position is None])


def _by_room(noted: Sequence[Noted]) -> Mapping[int, list[Noted]]:
    found: dict[int, list[Noted]] = defaultdict(list)
    for one in noted:
        found[one.room_id].append(one)
    return found
