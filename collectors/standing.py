"""How a device or a line stands, in one word; once for a row that was read, once for the database to sort by.

The words are in the order of urgency. What is not known freshly is never called normal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, not_, or_, type_coerce

from collectors.freshness import STALE_INTERVALS, PollerHealth
from collectors.health import DeviceHealth, LineHealth
from collectors.models import DeviceState, LineCondition, LineState, Reachability
from inventory.kinds import LifeCycle
from inventory.models import Device, Line


class DeviceStanding(StrEnum):
    DOWN = "down"
    SILENT = "silent"
    STALE = "stale"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    UP = "up"
    UNWATCHED = "unwatched"


class LineStanding(StrEnum):
    DOWN = "down"
    DEGRADED = "degraded"
    STALE = "stale"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    UP = "up"


def of_device(found: DeviceHealth) -> DeviceStanding:
    if not found.watched:
        return DeviceStanding.UNWATCHED
    if found.in_maintenance:
        return DeviceStanding.MAINTENANCE
    if found.state is None:
        return DeviceStanding.UNKNOWN
    if found.reachability is Reachability.UP and found.freshness.stale:
        return DeviceStanding.STALE
    return DeviceStanding(found.reachability.value)


def of_line(found: LineHealth, poller: PollerHealth) -> LineStanding:
    """A line's row is written when it changes, so only a running poller vouches for it."""
    if found.in_maintenance or found.condition is LineCondition.MAINTENANCE:
        return LineStanding.MAINTENANCE
    if found.state is None or found.condition is LineCondition.UNKNOWN:
        return LineStanding.UNKNOWN
    return LineStanding(found.condition.value) if poller.running else LineStanding.STALE


def watched() -> ColumnElement[bool]:
    return and_(Device.life_cycle == LifeCycle.SERVICE, Device.address.is_not(None))


def stale(now: datetime, interval_s: int) -> ColumnElement[bool]:
    """Of a device's state, joined from outside: one that never answered is."""
    oldest = now - timedelta(seconds=STALE_INTERVALS * interval_s)
    return or_(DeviceState.last_answer.is_(None), DeviceState.last_answer < oldest)


def device_standing(now: datetime, poller: PollerHealth) -> ColumnElement[str]:
    """As `of_device`, where the state is joined from outside."""
    reachability = type_coerce(DeviceState.reachability, String)
    return case(
        (not_(watched()), DeviceStanding.UNWATCHED.value),
        (Device.maintenance_until > now, DeviceStanding.MAINTENANCE.value),
        (DeviceState.device_id.is_(None), DeviceStanding.UNKNOWN.value),
        (
            and_(reachability == Reachability.UP.value, stale(now, poller.interval_s)),
            DeviceStanding.STALE.value,
        ),
        else_=reachability,
    )


def line_standing(now: datetime, poller: PollerHealth) -> ColumnElement[str]:
    """As `of_line`, where the state is joined from outside."""
    condition = type_coerce(LineState.state, String)
    marked = or_(Line.maintenance_until > now, condition == LineCondition.MAINTENANCE.value)
    unknown = or_(LineState.line_id.is_(None), condition == LineCondition.UNKNOWN.value)
    return case(
        (marked, LineStanding.MAINTENANCE.value),
        (unknown, LineStanding.UNKNOWN.value),
        else_=condition if poller.running else LineStanding.STALE.value,
    )


def rank(column: ColumnElement[Any], words: Sequence[StrEnum]) -> ColumnElement[int]:
    """The place of a word in its vocabulary, to be sorted by."""
    return case({word.value: place for place, word in enumerate(words)}, value=column, else_=len(words))
