"""挂牌 and 摘牌: while a device or a line carries a mark, its alarms are held back. A mark always ends by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Event
from inventory.errors import MaintenanceEndError
from inventory.kinds import ObjectKind
from inventory.models import Device, Line, MaintenanceRecord
from security import audit

MOST: Final = timedelta(days=30)


def mark(
    session: Session, thing: Device | Line, *, until: datetime, note: str, actor: audit.Actor, now: datetime
) -> None:
    """Set or move the mark; raises MaintenanceEndError unless it ends in the future, and soon enough."""
    if not now < until <= now + MOST:
        raise MaintenanceEndError(until=until.isoformat(timespec="minutes"), days=MOST.days)
    before = _shown(thing)
    record = _current(session, thing, now)
    if not thing.in_maintenance(now):
        thing.maintenance_since = now
    thing.maintenance_until = until
    thing.maintenance_note = note
    thing.maintenance_by = actor.name
    if record is None:
        record = MaintenanceRecord(kind=_kind(thing), subject_id=thing.id, since=now)
        session.add(record)
    record.until, record.note, record.marked_by = until, note, actor.name
    _record(session, Event.MAINTENANCE_MARKED, thing, before, actor)


def unmark(session: Session, thing: Device | Line, *, actor: audit.Actor, now: datetime) -> None:
    """Take the mark off; taking off what is not there changes nothing and is not recorded."""
    if thing.maintenance_until is None:
        return
    before = _shown(thing)
    if record := _current(session, thing, now):
        record.until = max(record.since, now)
    thing.maintenance_since = thing.maintenance_until = None
    thing.maintenance_note = thing.maintenance_by = ""
    _record(session, Event.MAINTENANCE_UNMARKED, thing, before, actor)


def marks_between(
    session: Session, kind: ObjectKind, begin: datetime, end: datetime, subject_id: int | None = None
) -> Sequence[MaintenanceRecord]:
    """Those that were on at any time of a period; of one object, or of all of a kind."""
    wanted = select(MaintenanceRecord).where(
        MaintenanceRecord.kind == kind, MaintenanceRecord.until > begin, MaintenanceRecord.since < end
    )
    if subject_id is not None:
        wanted = wanted.where(MaintenanceRecord.subject_id == subject_id)
    return session.scalars(wanted.order_by(MaintenanceRecord.since)).all()


def _current(session: Session, thing: Device | Line, now: datetime) -> MaintenanceRecord | None:
    wanted = select(MaintenanceRecord).where(
        MaintenanceRecord.kind == _kind(thing),
        MaintenanceRecord.subject_id == thing.id,
        MaintenanceRecord.until > now,
    )
    return session.scalars(wanted).first()


def _kind(thing: Device | Line) -> ObjectKind:
    return ObjectKind.DEVICE if isinstance(thing, Device) else ObjectKind.LINE


def _record(session: Session, event: Event, thing: Device | Line, before: object, actor: audit.Actor) -> None:
    audit.record(session, event, actor, subject=f"{_kind(thing)}:{thing.name}", before=before, after=_shown(thing))


def _shown(thing: Device | Line) -> dict[str, str] | None:
    if thing.maintenance_until is None:
        return None
    return {
        "until": thing.maintenance_until.isoformat(),
        "note": thing.maintenance_note,
        "by": thing.maintenance_by,
    }
