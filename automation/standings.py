"""How the backup of every device in service with a management address stands, also of those that no driver can read.

What has no value comes last in either direction; ties are broken by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from automation.drivers import PLATFORMS
from automation.models import BackupState, ConfigVersion
from inventory.kinds import LifeCycle
from inventory.listing import Page
from inventory.models import Device
from inventory.scope import ALL, Scope

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
FILTERS: Final = ("state",)
ORDERS: Final = ("state", "device", "changed", "succeeded", "versions")


class Backup(StrEnum):
    """In the order of urgency."""

    FAILED = "failed"
    NEVER = "never"
    OK = "ok"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Standing:
    """How the backup of one device stands. `changed_at` is when the configuration was first seen as it is now."""

    device_id: int
    device: str
    platform: str
    versions: int
    changed_at: datetime | None
    attempted_at: datetime | None
    succeeded_at: datetime | None
    error_code: str
    error_facts: dict[str, Any]

    @property
    def supported(self) -> bool:
        return self.platform in PLATFORMS

    @property
    def state(self) -> Backup:
        if not self.supported:
            return Backup.UNSUPPORTED
        if self.error_code:
            return Backup.FAILED
        return Backup.OK if self.succeeded_at else Backup.NEVER


@dataclass(frozen=True)
class Wanted:
    """All words have to occur in the device's name or platform; `order` is one of ORDERS, `page` counts from 1."""

    words: Sequence[str] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = "state"
    descending: bool = False
    page: int = 1
    size: int = 50


def overview(session: Session, scope: Scope = ALL) -> list[Standing]:
    """All of them, by name."""
    query = scope.apply(_query(_counted()), Device)
    return [_standing(row) for row in session.execute(query.order_by(Device.name))]


def standing_of(session: Session, device_id: int) -> Standing | None:
    """None for a device that is not backed up at all."""
    row = session.execute(_query(_counted()).where(Device.id == device_id)).one_or_none()
    return None if row is None else _standing(row)


def find_standings(session: Session, wanted: Wanted, scope: Scope) -> Page[Standing]:
    """One page; beyond the last one it is the last one."""
    counted = _counted()
    rules = [_state() == value for value in wanted.filters.values()]
    rules += [
        or_(*(text.icontains(word, autoescape=True) for text in (Device.name, Device.platform)))
        for word in wanted.words
    ]
    query = scope.apply(_query(counted).where(*rules), Device)
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Device.id).subquery())) or 0
    page = min(max(1, wanted.page), max(1, -(-total // wanted.size)))
    by = [
        (column.desc() if wanted.descending else column.asc()).nulls_last() for column in _orders(counted)[wanted.order]
    ]
    rows = query.order_by(*by, Device.name, Device.id).limit(wanted.size).offset((page - 1) * wanted.size)
    return Page([_standing(row) for row in session.execute(rows)], total, page, wanted.size)


def _counted() -> Subquery:
    return (
        select(
            ConfigVersion.device_id,
            func.count().label("versions"),
            func.max(ConfigVersion.taken_at).label("changed_at"),
        )
        .group_by(ConfigVersion.device_id)
        .subquery()
    )


def _query(counted: Subquery) -> Select[*tuple[Any, ...]]:
    return (
        select(Device.id, Device.name, Device.platform, counted.c.versions, counted.c.changed_at, BackupState)
        .outerjoin(counted, counted.c.device_id == Device.id)
        .outerjoin(BackupState, BackupState.device_id == Device.id)
        .where(Device.life_cycle == LifeCycle.SERVICE, Device.address.is_not(None))
    )


def _standing(row: Any) -> Standing:
    device_id, name, platform, count, changed_at, state = row
    return Standing(
        device_id,
        name,
        platform,
        versions=count or 0,
        changed_at=changed_at,
        attempted_at=state.attempted_at if state else None,
        succeeded_at=state.succeeded_at if state else None,
        error_code=state.error_code if state else "",
        error_facts=state.error_facts if state else {},
    )


def _state() -> ColumnElement[str]:
    """As `Standing.state`."""
    return case(
        (Device.platform.not_in(list(PLATFORMS)), Backup.UNSUPPORTED.value),
        (and_(BackupState.error_code.is_not(None), BackupState.error_code != ""), Backup.FAILED.value),
        (BackupState.succeeded_at.is_not(None), Backup.OK.value),
        else_=Backup.NEVER.value,
    )


def _orders(counted: Subquery) -> Mapping[str, tuple[Column, ...]]:
    rank = case({word.value: place for place, word in enumerate(Backup)}, value=_state())
    return {
        "state": (rank, Device.name),
        "device": (Device.name,),
        "changed": (counted.c.changed_at,),
        "succeeded": (BackupState.succeeded_at,),
        "versions": (func.coalesce(counted.c.versions, 0),),
    }
