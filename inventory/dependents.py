"""What hangs on a device or a line: the first question when one fails. Redundancy is not weighed yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inventory.models import (
    BusinessSystem,
    Device,
    Line,
    Unit,
    business_system_device,
    business_system_line,
)


@dataclass(frozen=True, slots=True)
class Dependents:
    """Each ordered by name."""

    lines: Sequence[Line]
    units: Sequence[Unit]
    systems: Sequence[BusinessSystem]


def dependents(session: Session, *, devices: Collection[int] = (), lines: Collection[int] = ()) -> Dependents:
    """The lines that end on these devices or are named themselves, their units, and the systems that need any."""
    on_devices = or_(Line.a_device_id.in_(devices), Line.b_device_id.in_(devices))
    hit = session.scalars(select(Line).where(or_(on_devices, Line.id.in_(lines))).order_by(Line.name)).all()
    numbers = [line.id for line in hit]
    of_devices = select(Device.unit_id).where(Device.id.in_(devices))
    of_lines = select(Line.unit_id).where(Line.id.in_(numbers))
    units = select(Unit).where(or_(Unit.id.in_(of_devices), Unit.id.in_(of_lines))).order_by(Unit.name)
    by_device = select(business_system_device.c.business_system_id).where(
        business_system_device.c.device_id.in_(devices)
    )
    by_line = select(business_system_line.c.business_system_id).where(business_system_line.c.line_id.in_(numbers))
    systems = (
        select(BusinessSystem)
        .where(or_(BusinessSystem.id.in_(by_device), BusinessSystem.id.in_(by_line)))
        .order_by(BusinessSystem.name)
    )
    return Dependents(hit, session.scalars(units).all(), session.scalars(systems).all())
