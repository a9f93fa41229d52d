"""What can be done with configurations; the caller commits.

request_backup()   enqueue the backup of one device, or of all in service
overview()         how the backup of every device stands
versions()         the versions of a device, newest first
difference()       between two versions, redacted
forget_host_key()  trust a device's next host key
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from automation.difference import Difference, compare
from automation.drivers import PLATFORMS
from automation.errors import VersionMissingError
from automation.models import BackupState, ConfigVersion, HostKey
from automation.store import latest, redacted_text
from core.events import Event
from inventory.kinds import LifeCycle
from inventory.models import Device
from inventory.scope import ALL, Scope
from security import audit


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


def overview(session: Session, scope: Scope = ALL) -> list[Standing]:
    """Every device in service with a management address, by name; those that no driver can read are shown as such."""
    counted = (
        select(
            ConfigVersion.device_id,
            func.count().label("versions"),
            func.max(ConfigVersion.taken_at).label("changed_at"),
        )
        .group_by(ConfigVersion.device_id)
        .subquery()
    )
    query = (
        select(Device.id, Device.name, Device.platform, counted.c.versions, counted.c.changed_at, BackupState)
        .outerjoin(counted, counted.c.device_id == Device.id)
        .outerjoin(BackupState, BackupState.device_id == Device.id)
        .where(Device.life_cycle == LifeCycle.SERVICE, Device.address.is_not(None))
        .order_by(Device.name)
    )
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
        for device_id, name, platform, count, changed_at, state in session.execute(scope.apply(query, Device))
    ]


def versions(session: Session, device_id: int, *, limit: int = 200) -> Sequence[ConfigVersion]:
    """Newest first."""
    query = select(ConfigVersion).where(ConfigVersion.device_id == device_id)
    return session.scalars(query.order_by(ConfigVersion.number.desc()).limit(limit)).all()


def version(session: Session, device: Device, number: int) -> ConfigVersion:
    query = select(ConfigVersion).where(ConfigVersion.device_id == device.id, ConfigVersion.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise VersionMissingError(device=device.name, number=number)
    return found


def newest_number(session: Session, device: Device) -> int:
    """Raises VersionMissingError where there is none yet."""
    found = latest(session, device.id)
    if found is None:
        raise VersionMissingError(device=device.name, number=1)
    return found.number


def redacted(session: Session, device: Device, number: int) -> str:
    return redacted_text(session, version(session, device, number))


def difference(session: Session, device: Device, old: int, new: int, *, context: int = 3) -> Difference:
    """Between two versions, without secrets; version 0 is the empty configuration before the first."""
    before = redacted_text(session, version(session, device, old)) if old else ""
    return compare(before, redacted_text(session, version(session, device, new)), context)


def forget_host_key(session: Session, device: Device, *, actor: audit.Actor) -> None:
    """The device was replaced or its key renewed: the next session pins what it sees."""
    pinned = session.get(HostKey, device.id)
    before = {"fingerprint": pinned.fingerprint} if pinned else None
    if pinned is not None:
        session.delete(pinned)
    audit.record(session, Event.HOST_KEY_FORGOTTEN, actor, subject=f"device:{device.name}", before=before)
