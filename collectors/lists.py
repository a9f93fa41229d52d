"""The long lists of devices and lines with how they stand: scope, words, filters, order and page are the query's.

Ties are broken by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, case, false, not_, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from collectors import standing
from collectors.freshness import PollerHealth, poller_health
from collectors.health import DeviceHealth, LineHealth, device_health_of, line_health_of
from collectors.models import DeviceState, LineState
from collectors.standing import DeviceStanding, LineStanding
from inventory.kinds import Carrier, DeviceRole, LineKind
from inventory.listing import Column, Page, Wanted, all_words, cut, number_in
from inventory.models import Device, Line, Unit
from inventory.scope import Scope

DEVICE_FILTERS: Final = ("state", "role", "vendor", "unit", "site", "fresh")
DEVICE_ORDERS: Final = ("state", "name", "address", "role", "unit", "model", "cpu", "memory", "rtt", "age")
LINE_FILTERS: Final = ("state", "carrier", "kind", "unit", "device")
LINE_ORDERS: Final = ("state", "name", "unit", "carrier", "bandwidth", "use", "rtt", "loss", "since", "ends")
_far = aliased(Device)


@dataclass(frozen=True)
class Narrowed:
    """The rows of a list, neither sorted nor cut, with what is loaded beside them and how they are judged."""

    query: Select[Any, Any]
    shown: ColumnElement[str]
    load: tuple[ORMOption, ...]
    poller: PollerHealth


def narrowed_devices(
    session: Session, now: datetime, words: Sequence[str], filters: Mapping[str, str], scope: Scope
) -> Narrowed:
    """Rows of a device and its state."""
    poller = poller_health(session, now)
    shown = standing.device_standing(now, poller)
    rule = and_(
        scope.of(Device),
        *(_device_filter(name, value, shown, now, poller) for name, value in filters.items()),
        *all_words(words, (Device.name, Device.address, Device.vendor, Device.model, Device.serial, Unit.name)),
    )
    joined = (
        select(Device, DeviceState)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .outerjoin(Unit, Unit.id == Device.unit_id)
        .where(rule)
    )
    return Narrowed(joined, shown, (contains_eager(Device.unit), joinedload(Device.site)), poller)


def find_devices(session: Session, now: datetime, wanted: Wanted, scope: Scope) -> Page[DeviceHealth]:
    found = narrowed_devices(session, now, wanted.words, wanted.filters, scope)
    orders: Mapping[str, tuple[Column, ...]] = {
        "state": (standing.rank(found.shown, list(DeviceStanding)),),
        "name": (Device.name,),
        "address": (Device.place,),
        "role": (standing.rank(type_coerce(Device.role, String), list(DeviceRole)),),
        "unit": (Unit.name,),
        "model": (Device.vendor, Device.model),
        "cpu": (_of_watched(DeviceState.cpu_percent),),
        "memory": (_of_watched(DeviceState.memory_percent),),
        "rtt": (_of_watched(DeviceState.rtt_ms),),
        "age": (DeviceState.last_answer,),
    }
    if wanted.order == "age":  # it grows as the moment of the last answer goes back
        wanted = replace(wanted, descending=not wanted.descending)
    page = cut(session, found.query.options(*found.load), wanted, orders[wanted.order], (Device.name, Device.id))
    items = [device_health_of(device, state, now, found.poller.interval_s) for device, state in page.items]
    return replace(page, items=items)


def narrowed_lines(
    session: Session, now: datetime, words: Sequence[str], filters: Mapping[str, str], scope: Scope
) -> Narrowed:
    """Rows of a line and its state."""
    poller = poller_health(session, now)
    shown = standing.line_standing(now, poller)
    rule = and_(
        scope.of(Line),
        *(_line_filter(name, value, shown, now) for name, value in filters.items()),
        *all_words(words, (Line.name, Line.circuit_number, Line.b_address, Unit.name, _far.name)),
    )
    joined = (
        select(Line, LineState)
        .outerjoin(LineState, LineState.line_id == Line.id)
        .outerjoin(Unit, Unit.id == Line.unit_id)
        .outerjoin(_far, _far.id == Line.b_device_id)
        .where(rule)
    )
    others = (Line.a_device, Line.a_port, Line.b_port)
    far = contains_eager(Line.b_device.of_type(_far))
    return Narrowed(joined, shown, (contains_eager(Line.unit), far, *(joinedload(one) for one in others)), poller)


def find_lines(session: Session, now: datetime, wanted: Wanted, scope: Scope) -> Page[LineHealth]:
    found = narrowed_lines(session, now, wanted.words, wanted.filters, scope)
    orders: Mapping[str, tuple[Column, ...]] = {
        "state": (standing.rank(found.shown, list(LineStanding)),),
        "name": (Line.name,),
        "unit": (Unit.name,),
        "carrier": (type_coerce(Line.carrier, String),),
        "bandwidth": (Line.bandwidth_bps,),
        "use": (LineState.utilisation_percent,),
        "rtt": (LineState.rtt_ms,),
        "loss": (LineState.loss_percent,),
        "since": (LineState.since,),
        "ends": (Line.contract_end,),
    }
    page = cut(session, found.query.options(*found.load), wanted, orders[wanted.order], (Line.name, Line.id))
    items = [line_health_of(line, state, now, found.poller.interval_s) for line, state in page.items]
    return replace(page, items=items)


def vendors(session: Session, scope: Scope) -> Sequence[str]:
    """Of the devices in the scope, for a drop-down."""
    wanted = scope.apply(select(Device.vendor).where(Device.vendor != "").distinct().order_by(Device.vendor), Device)
    return session.scalars(wanted).all()


def _device_filter(
    name: str, value: str, shown: ColumnElement[str], now: datetime, poller: PollerHealth
) -> ColumnElement[bool]:
    if name == "state":
        return shown == value
    if name == "fresh":
        old = and_(standing.watched(), standing.stale(now, poller.interval_s))
        return old if value == "no" else not_(old) if value == "yes" else false()
    if name == "maintenance":
        return _marked(Device.maintenance_until, value, now)
    if name in {"unit", "site"}:
        return _number(Device.unit_id if name == "unit" else Device.site_id, value)
    return type_coerce(Device.role, String) == value if name == "role" else Device.vendor == value


def _line_filter(name: str, value: str, shown: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    if name == "state":
        return shown == value
    if name == "maintenance":
        return _marked(Line.maintenance_until, value, now)
    if name == "unit":
        return _number(Line.unit_id, value)
    if name == "device":
        return or_(_number(Line.a_device_id, value), _number(Line.b_device_id, value))
    words: Mapping[str, InstrumentedAttribute[Carrier] | InstrumentedAttribute[LineKind]] = {
        "carrier": Line.carrier,
        "kind": Line.kind,
    }
    return type_coerce(words[name], String) == value


def _marked(until: InstrumentedAttribute[datetime | None], value: str, now: datetime) -> ColumnElement[bool]:
    """Whether it carries a maintenance mark."""
    return until > now if value == "yes" else or_(until.is_(None), until <= now)


def _number(column: InstrumentedAttribute[int | None], value: str) -> ColumnElement[bool]:
    """What is no number of a row names nothing."""
    number = number_in(value)
    return false() if number is None else column == number


def _of_watched(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """What an unwatched device once measured is not shown, so it is not sorted by."""
    return case((standing.watched(), column), else_=None)
