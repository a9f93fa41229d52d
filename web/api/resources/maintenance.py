"""Maintenance marks (挂牌): put on with an end, taken off (摘牌)."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.orm import Session

from core.i18n import N_
from inventory import maintenance
from inventory.devices import device
from inventory.lines import line
from inventory.models import Device, Line
from security.roles import Permission
from web.api.holder import actor, scope
from web.api.operations import NUMBER, operation
from web.api.parameters import Body, Whole, Words
from web.api.resources.shapes import Answer, Mark, mark_of
from web.state import console

TAG: Final = "maintenance"
MARKING: Final = (Permission.MARK_MAINTENANCE,)
MOST_MINUTES: Final = int(maintenance.MOST.total_seconds()) // 60
CREATED: Final = 201


class NewMark(Body):
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES), Whole] = Field(
        description=N_("for how long, from now; the clock of this server counts")
    )
    note: Words = Field("", description=N_("why; shown beside the object"))


class Marked(Answer):
    """The object, and its mark as it is now."""

    id: int
    name: str
    maintenance: Mark | None


@operation(
    "POST",
    f"/devices/{NUMBER}/maintenance",
    tag=TAG,
    summary=N_("Put a maintenance mark on a device"),
    description=N_("Its alarms are held back until the mark ends by itself. A mark that is there is moved."),
    permissions=MARKING,
    body=NewMark,
    answer=Marked,
    status=CREATED,
    once=True,
    parts={"number": N_("number of the device")},
)
def mark_device(session: Session, number: int, body: NewMark) -> Marked:
    return _mark(session, device(session, number, scope()), body)


@operation(
    "DELETE",
    f"/devices/{NUMBER}/maintenance",
    tag=TAG,
    summary=N_("Take the maintenance mark of a device off"),
    permissions=MARKING,
    parts={"number": N_("number of the device")},
)
def unmark_device(number: int) -> None:
    with console().database.write() as session:
        maintenance.unmark(session, device(session, number, scope()), actor=actor(), now=console().clock.now())


@operation(
    "POST",
    f"/lines/{NUMBER}/maintenance",
    tag=TAG,
    summary=N_("Put a maintenance mark on a line"),
    description=N_("Its alarms are held back until the mark ends by itself. A mark that is there is moved."),
    permissions=MARKING,
    body=NewMark,
    answer=Marked,
    status=CREATED,
    once=True,
    parts={"number": N_("number of the line")},
)
def mark_line(session: Session, number: int, body: NewMark) -> Marked:
    return _mark(session, line(session, number, scope()), body)


@operation(
    "DELETE",
    f"/lines/{NUMBER}/maintenance",
    tag=TAG,
    summary=N_("Take the maintenance mark of a line off"),
    permissions=MARKING,
    parts={"number": N_("number of the line")},
)
def unmark_line(number: int) -> None:
    with console().database.write() as session:
        maintenance.unmark(session, line(session, number, scope()), actor=actor(), now=console().clock.now())


def _mark(session: Session, thing: Device | Line, body: NewMark) -> Marked:
    now = console().clock.now()
    until = now + timedelta(minutes=body.minutes)
    maintenance.mark(session, thing, until=until, note=body.note, actor=actor(), now=now)
    return Marked(id=thing.id, name=thing.name, maintenance=mark_of(thing, now))
