"""Device groups (设备组): named sets of devices that a grant may be limited to.

Who is in a group decides what its people reach, so only somebody whose own grant reaches everything changes one, and
every change is recorded with who came and who went.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.database import flush_unique
from core.events import Event
from inventory.errors import GroupInUseError, GroupNameError, GroupNotFoundError, GroupTakenError
from inventory.models import Device, DeviceGroup
from security import audit
from security.models import Account, RoleGrant

NAME_LENGTH = 60


def every(session: Session) -> Sequence[DeviceGroup]:
    return session.scalars(
        select(DeviceGroup).options(selectinload(DeviceGroup.devices)).order_by(DeviceGroup.name)
    ).all()


def get(session: Session, number: int) -> DeviceGroup:
    """Raises GroupNotFoundError."""
    found = session.get(DeviceGroup, number)
    if found is None:
        raise GroupNotFoundError(number=number)
    return found


def create(session: Session, name: str, devices: Iterable[int], *, actor: audit.Actor) -> DeviceGroup:
    """Numbers of devices that there are not are left out. Raises GroupNameError, GroupTakenError."""
    group = DeviceGroup(name=_free(session, name), devices=_devices(session, devices))
    session.add(group)
    flush_unique(session, GroupTakenError(name=group.name))
    audit.record(session, Event.DEVICE_GROUP_CREATED, actor, subject=_subject(group), after=_shown(group))
    return group


def change(session: Session, number: int, name: str, devices: Iterable[int], *, actor: audit.Actor) -> DeviceGroup:
    """Raises GroupNotFoundError, GroupNameError, GroupTakenError. What changes nothing is not recorded."""
    group = get(session, number)
    before = _shown(group)
    group.devices = _devices(session, devices)
    group.name = _free(session, name, but=group.id)
    flush_unique(session, GroupTakenError(name=group.name))
    if _shown(group) != before:
        subject, after = _subject(group), _shown(group)
        audit.record(session, Event.DEVICE_GROUP_CHANGED, actor, subject=subject, before=before, after=after)
    return group


def delete(session: Session, number: int, *, actor: audit.Actor) -> DeviceGroup:
    """Raises GroupNotFoundError; GroupInUseError while a grant names it."""
    group = get(session, number)
    if holders := holders_of(session, number):
        raise GroupInUseError(name=group.name, logins=", ".join(holders))
    before = _shown(group)
    session.delete(group)
    session.flush()
    audit.record(session, Event.DEVICE_GROUP_DELETED, actor, subject=_subject(group), before=before)
    return group


def holders_of(session: Session, number: int) -> list[str]:
    """Log-in names of those whose grants are limited to a group, among others."""
    granted = session.execute(select(Account.login, RoleGrant).join(RoleGrant, RoleGrant.account_id == Account.id))
    return sorted({login for login, grant in granted if number in grant.reach.groups})


def _free(session: Session, name: str, but: int | None = None) -> str:
    plain = name.strip()
    if not plain or len(plain) > NAME_LENGTH or not plain.isprintable():
        raise GroupNameError(name=plain[:NAME_LENGTH], length=NAME_LENGTH)
    taken = session.scalar(select(DeviceGroup.id).where(DeviceGroup.name == plain))
    if taken is not None and taken != but:
        raise GroupTakenError(name=plain)
    return plain


def _devices(session: Session, numbers: Iterable[int]) -> list[Device]:
    return list(session.scalars(select(Device).where(Device.id.in_(sorted(set(numbers)))).order_by(Device.name)))


def _subject(group: DeviceGroup) -> str:
    return f"device-group:{group.name}"


def _shown(group: DeviceGroup) -> dict[str, Any]:
    return {"name": group.name, "devices": sorted(device.name for device in group.devices)}
