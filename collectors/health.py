"""The state of devices and lines beside their inventory entries: what lists and pages show.

Every function takes the reader's `scope`: nothing outside it exists, because it stands in the query. Only devices in
service that have an address are watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from collectors.freshness import Freshness, freshness, poller_health
from collectors.models import (
    DeviceState,
    LineCondition,
    LineState,
    OutageRecord,
    Reachability,
    SubjectKind,
)
from inventory.kinds import LifeCycle
from inventory.models import Device, Line
from inventory.scope import ALL, Scope


@dataclass(frozen=True)
class DeviceHealth:
    """`state` is None until the first poll. `freshness` is the age of the last SNMP answer."""

    device: Device
    state: DeviceState | None
    reachability: Reachability
    freshness: Freshness
    in_maintenance: bool
    watched: bool


@dataclass(frozen=True)
class LineHealth:
    line: Line
    state: LineState | None
    condition: LineCondition
    freshness: Freshness
    in_maintenance: bool


def list_devices(session: Session, now: datetime, *, scope: Scope = ALL) -> list[DeviceHealth]:
    """Every device, by name; those that are not watched have `watched` false and no state."""
    return _devices(session, now, scope.apply(select(Device), Device))


def devices_in_room(session: Session, now: datetime, room_id: int, *, scope: Scope = ALL) -> list[DeviceHealth]:
    """What stands in a machine room, by name."""
    return _devices(session, now, scope.apply(select(Device).where(Device.room_id == room_id), Device))


def list_lines(session: Session, now: datetime, *, scope: Scope = ALL) -> list[LineHealth]:
    """Every line, by name."""
    return _lines(session, now, scope.apply(select(Line), Line))


def line_health(session: Session, now: datetime, line_id: int, *, scope: Scope = ALL) -> LineHealth | None:
    found = _lines(session, now, scope.apply(select(Line).where(Line.id == line_id), Line))
    return found[0] if found else None


def outages_of(session: Session, kind: SubjectKind, subject_id: int, limit: int = 20) -> Sequence[OutageRecord]:
    """The latest first; one that is still open has no `ended`."""
    return session.scalars(
        select(OutageRecord)
        .where(OutageRecord.subject_kind == kind, OutageRecord.subject_id == subject_id)
        .order_by(OutageRecord.began.desc())
        .limit(limit)
    ).all()


def _devices(session: Session, now: datetime, query: Select[Device]) -> list[DeviceHealth]:
    interval_s = poller_health(session, now).interval_s
    rows = session.execute(
        query.add_columns(DeviceState)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .options(joinedload(Device.unit), joinedload(Device.site))
        .order_by(Device.name)
    )
    return [device_health_of(device, state, now, interval_s) for device, state in rows]


def device_health(session: Session, now: datetime, device_id: int, *, scope: Scope = ALL) -> DeviceHealth | None:
    found = _devices(session, now, scope.apply(select(Device).where(Device.id == device_id), Device))
    return found[0] if found else None


def device_health_of(device: Device, state: DeviceState | None, now: datetime, interval_s: int) -> DeviceHealth:
    watched = device.life_cycle is LifeCycle.SERVICE and device.address is not None
    return DeviceHealth(
        device=device,
        state=state if watched else None,
        reachability=state.reachability if watched and state else Reachability.UNKNOWN,
        freshness=freshness(state.last_answer if state else None, now, interval_s),
        in_maintenance=device.in_maintenance(now),
        watched=watched,
    )


def _lines(session: Session, now: datetime, query: Select[Line]) -> list[LineHealth]:
    interval_s = poller_health(session, now).interval_s
    ends = (Line.unit, Line.a_device, Line.b_device, Line.a_port, Line.b_port)
    rows = session.execute(
        query.add_columns(LineState)
        .outerjoin(LineState, LineState.line_id == Line.id)
        .options(*(joinedload(end) for end in ends))
        .order_by(Line.name)
    )
    return [line_health_of(line, state, now, interval_s) for line, state in rows]


def line_health_of(line: Line, state: LineState | None, now: datetime, interval_s: int) -> LineHealth:
    return LineHealth(
        line=line,
        state=state,
        condition=state.state if state else LineCondition.UNKNOWN,
        freshness=freshness(state.updated if state else None, now, interval_s),
        in_maintenance=line.in_maintenance(now),
    )
