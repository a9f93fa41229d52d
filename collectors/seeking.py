"""The same lists for programs: what follows a row, by the seek method, so that pages stay put while a list changes.

What has no value comes last in either direction; ties are broken by number, in the same direction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from collectors.health import DeviceHealth, LineHealth, device_health_of, line_health_of
from collectors.lists import Narrowed, narrowed_devices, narrowed_lines
from collectors.models import DeviceState, LineState
from inventory.models import Device, Line
from inventory.scope import Scope

Value = str | int | float | date
Column = InstrumentedAttribute[Any]
Row = TypeVar("Row")
DEVICE_COLUMNS: Final[Mapping[str, Column]] = {
    "id": Device.id,
    "name": Device.name,
    "cpu_percent": DeviceState.cpu_percent,
    "memory_percent": DeviceState.memory_percent,
    "rtt_ms": DeviceState.rtt_ms,
}
LINE_COLUMNS: Final[Mapping[str, Column]] = {
    "id": Line.id,
    "name": Line.name,
    "bandwidth_bps": Line.bandwidth_bps,
    "utilisation_percent": LineState.utilisation_percent,
    "rtt_ms": LineState.rtt_ms,
    "loss_percent": LineState.loss_percent,
    "contract_end": Line.contract_end,
}


class Place(NamedTuple):
    """Of a row in its list: what it is sorted by, and its number."""

    value: Value | None
    number: int


@dataclass(frozen=True)
class Sought:
    """`filters` as in `collectors.lists`, and `maintenance` yes or no; `after` is the place of the row before."""

    words: Sequence[str] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = "id"
    descending: bool = False
    after: Place | None = None
    limit: int = 50


def seek_devices(session: Session, now: datetime, sought: Sought, scope: Scope) -> list[tuple[DeviceHealth, Place]]:
    found = narrowed_devices(session, now, sought.words, sought.filters, scope)
    rows = _rows(session, found, DEVICE_COLUMNS[sought.order], Device.id, sought)
    interval_s = found.poller.interval_s
    return [
        (device_health_of(device, state, now, interval_s), Place(value, device.id)) for device, state, value in rows
    ]


def seek_lines(session: Session, now: datetime, sought: Sought, scope: Scope) -> list[tuple[LineHealth, Place]]:
    found = narrowed_lines(session, now, sought.words, sought.filters, scope)
    rows = _rows(session, found, LINE_COLUMNS[sought.order], Line.id, sought)
    interval_s = found.poller.interval_s
    return [(line_health_of(line, state, now, interval_s), Place(value, line.id)) for line, state, value in rows]


def _rows(session: Session, found: Narrowed, by: Column, number: Column, sought: Sought) -> Sequence[Any]:
    query = found.query.add_columns(by).options(*found.load)
    if sought.after is not None:
        query = query.where(_behind(by, number, sought.after, descending=sought.descending))
    order = (by.desc(), number.desc()) if sought.descending else (by.asc(), number.asc())
    return session.execute(query.order_by(order[0].nulls_last(), order[1]).limit(sought.limit)).all()


def _behind(by: Column, number: Column, place: Place, *, descending: bool) -> ColumnElement[bool]:
    beyond = number < place.number if descending else number > place.number
    if place.value is None:
        return and_(by.is_(None), beyond)
    further = by < place.value if descending else by > place.value
    return or_(further, and_(by == place.value, beyond), by.is_(None))
