"""What can be done with configurations; the caller commits.

request_backup()   enqueue the backup of one device, or of all in service
versions()         the versions of a device, newest first
difference()       between two versions, redacted
forget_host_key()  trust a device's next host key
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from automation.difference import Difference, compare
from automation.errors import VersionMissingError
from automation.models import ConfigVersion, HostKey
from automation.store import latest, redacted_text
from core.events import Event
from inventory.models import Device
from security import audit


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
