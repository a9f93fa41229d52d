"""挂牌 and 摘牌: while a device or a line carries a mark, its alarms are held back. A mark always ends by itself."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from core.events import Event
from inventory.errors import MaintenanceEndError
from inventory.models import Device, Line
from security import audit

MOST: Final = timedelta(days=30)


def mark(
    session: Session, thing: Device | Line, *, until: datetime, note: str, actor: audit.Actor, now: datetime
) -> None:
    """Set or move the mark; raises MaintenanceEndError unless it ends in the future, and soon enough."""
    if not now < until <= now + MOST:
        raise MaintenanceEndError(until=until.isoformat(timespec="minutes"), days=MOST.days)
    before = _shown(thing)
    if not thing.in_maintenance(now):
        thing.maintenance_since = now
    thing.maintenance_until = until
    thing.maintenance_note = note
    thing.maintenance_by = actor.name
    _record(session, Event.MAINTENANCE_MARKED, thing, before, actor)


def unmark(session: Session, thing: Device | Line, *, actor: audit.Actor) -> None:
    """Take the mark off; taking off what is not there changes nothing and is not recorded."""
    if thing.maintenance_until is None:
        return
    before = _shown(thing)
    thing.maintenance_since = thing.maintenance_until = None
    thing.maintenance_note = thing.maintenance_by = ""
    _record(session, Event.MAINTENANCE_UNMARKED, thing, before, actor)


def _record(session: Session, event: Event, thing: Device | Line, before: object, actor: audit.Actor) -> None:
    kind = "device" if isinstance(thing, Device) else "line"
    audit.record(session, event, actor, subject=f"{kind}:{thing.name}", before=before, after=_shown(thing))


def _shown(thing: Device | Line) -> dict[str, str] | None:
    if thing.maintenance_until is None:
        return None
    return {
        "until": thing.maintenance_until.isoformat(),
        "note": thing.maintenance_note,
        "by": thing.maintenance_by,
    }
