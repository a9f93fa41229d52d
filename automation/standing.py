"""How the backup of each device stands: the list that the database narrows and sorts, all of it, or one device's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from automation.drivers import PLATFORMS
from automation.models import BackupState, ConfigVersion
from inventory.kinds import LifeCycle
from inventory.listing import Column, Page, Wanted, all_words, cut
from inventory.models import Device
from inventory.scope import ALL, Scope

FILTERS: Final = ("state",)
ORDERS: Final = ("state", "device", "changed", "succeeded", "versions")


class BackupStanding(StrEnum):
    """In the order of urgency."""

    FAILED = "failed"
    NEVER = "never"
    OK = "ok"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Standing:
    """Of one device. `changed_at` is when the configuration was first seen as it is now."""

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
    def state(self) -> BackupStanding:
        if self.platform not in PLATFORMS:
            return BackupStanding.UNSUPPORTED
        if self.error_code:
            return BackupStanding.FAILED
        return BackupStanding.OK if self.succeeded_at else BackupStanding.NEVER


# The number of the newest version is found in an index; its row is asked for afterwards, because the others are large.
_counted = (
    select(
        ConfigVersion.device_id,
        func.count().label("versions"),
        func.max(ConfigVersion.number).label("newest"),
    )
    .group_by(ConfigVersion.device_id)
    .subquery()
)
_newest = aliased(ConfigVersion)
_state = case(
    (Device.platform.not_in(PLATFORMS), BackupStanding.UNSUPPORTED.value),
    (func.coalesce(BackupState.error_code, "") != "", BackupStanding.FAILED.value),
    (BackupState.succeeded_at.is_not(None), BackupStanding.OK.value),
    else_=BackupStanding.NEVER.value,
)
_rank: ColumnElement[int] = case({word.value: place for place, word in enumerate(BackupStanding)}, value=_state)
_orders: Final[Mapping[str, Column]] = {
    "state": _rank,
    "device": Device.name,
    "changed": _newest.taken_at,
    "succeeded": BackupState.succeeded_at,
    "versions": func.coalesce(_counted.c.versions, 0),
}


def find_standings(session: Session, wanted: Wanted, scope: Scope = ALL) -> Page[Standing]:
    rules = [_state == value for name, value in wanted.filters.items() if name == "state"]
    query = _every(scope).where(*rules, *all_words(wanted.words, (Device.name, Device.platform)))
    page = cut(session, query, wanted, (_orders[wanted.order],), (Device.name, Device.id))
    return replace(page, items=_standings(page.items))


def every_standing(session: Session, scope: Scope = ALL) -> list[Standing]:
    """Every device in service with a management address, by name; those that no driver can read are shown as such."""
    return _standings(session.execute(_every(scope).order_by(Device.name)))


def standing_of(session: Session, device_id: int) -> Standing | None:
    """None for a device that is not in service, or has no address."""
    return next(iter(_standings(session.execute(_every(ALL).where(Device.id == device_id)))), None)


def _every(scope: Scope) -> Select[Any, Any]:
    newest = and_(_newest.device_id == Device.id, _newest.number == _counted.c.newest)
    columns: Sequence[Any] = (
        Device.id,
        Device.name,
        Device.platform,
        _counted.c.versions,
        _newest.taken_at,
        BackupState,
    )
    query = (
        select(*columns)
        .select_from(Device)
        .outerjoin(_counted, _counted.c.device_id == Device.id)
        .outerjoin(_newest, newest)
        .outerjoin(BackupState, BackupState.device_id == Device.id)
        .where(Device.life_cycle == LifeCycle.SERVICE, Device.address.is_not(None))
    )
    return scope.apply(query, Device)


def _standings(rows: Iterable[Any]) -> list[Standing]:
    return [
        Standing(
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
        for device_id, name, platform, count, changed_at, state in rows
    ]
