"""Devices as readers ask for them."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from inventory.kinds import DeviceRole, LifeCycle, ObjectKind
from inventory.listing import PAGE_SIZE, Listing, Page
from inventory.models import Device, Room
from inventory.scope import ALL, Scope

DEVICES: Final = Listing(
    ObjectKind.DEVICE,
    Device,
    name=Device.name,
    number=Device.id,
    searched=(Device.name, Device.address, Device.serial, Device.model, Device.vendor),
    orders={
        "name": Device.name,
        "role": Device.role,
        "address": Device.address,
        "vendor": Device.vendor,
        "model": Device.model,
        "life_cycle": Device.life_cycle,
        "maintenance_until": Device.maintenance_until,
    },
    loaded=(
        joinedload(Device.unit),
        joinedload(Device.site),
        joinedload(Device.room).joinedload(Room.site),
        joinedload(Device.rack),
    ),
)


def find_devices(
    session: Session,
    *,
    scope: Scope = ALL,
    text: str = "",
    role: DeviceRole | None = None,
    life_cycle: LifeCycle | None = None,
    unit_id: int | None = None,
    site_id: int | None = None,
    room_id: int | None = None,
    maintained_at: datetime | None = None,
    order: str = "name",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Device]:
    """`maintained_at` keeps devices that carry a maintenance mark at that moment."""
    asked = {
        Device.role: role,
        Device.life_cycle: life_cycle,
        Device.unit_id: unit_id,
        Device.site_id: site_id,
        Device.room_id: room_id,
    }
    where: list[ColumnElement[bool]] = [column == value for column, value in asked.items() if value is not None]
    if maintained_at is not None:
        where.append(Device.maintenance_until > maintained_at)
    return DEVICES.page(session, scope=scope, text=_searched(text), where=where, order=order, number=number, size=size)


def watched_devices() -> Select[Device]:
    """Those in service that have an address: they are watched, and handed to other systems."""
    return select(Device).where(Device.life_cycle == LifeCycle.SERVICE, Device.address.is_not(None))


def _searched(text: str) -> str:
    """An address is often pasted with its mask: 10.1.1.1/24."""
    head, slash, mask = text.strip().partition("/")
    return head if slash and mask.isdigit() and head.replace(".", "").isdigit() else text


def device(session: Session, number: int, scope: Scope = ALL) -> Device:
    return DEVICES.get(session, number, scope)


def device_named(session: Session, name: str, scope: Scope = ALL) -> Device:
    return DEVICES.named(session, name, scope)
