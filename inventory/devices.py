"""One device, as readers ask for it."""

from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from inventory.kinds import LifeCycle, ObjectKind
from inventory.listing import Listing
from inventory.models import Device, Room
from inventory.scope import ALL, Scope

DEVICES: Final = Listing(
    ObjectKind.DEVICE,
    Device,
    name=Device.name,
    number=Device.id,
    loaded=(
        joinedload(Device.unit),
        joinedload(Device.site),
        joinedload(Device.room).joinedload(Room.site),
        joinedload(Device.rack),
    ),
)


def watched_devices() -> Select[Device]:
    """Those in service that have an address: they are watched, and handed to other systems."""
    return select(Device).where(Device.life_cycle == LifeCycle.SERVICE, Device.address.is_not(None))


def device(session: Session, number: int, scope: Scope = ALL) -> Device:
    return DEVICES.get(session, number, scope)


def device_named(session: Session, name: str, scope: Scope = ALL) -> Device:
    return DEVICES.named(session, name, scope)
