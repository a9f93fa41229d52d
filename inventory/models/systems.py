"""Business systems, and what they need."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.models.base import NAME, Entry, Spoken
from inventory.models.devices import Device
from inventory.models.lines import Line
from inventory.models.places import Unit


def _used_by(kind: str) -> Table:
    """What a business system needs; deleting the system frees it, deleting the thing is refused while it is needed."""
    return Table(
        f"inventory_business_system_{kind}",
        Base.metadata,
        Column("business_system_id", ForeignKey("inventory_business_system.id", ondelete="CASCADE"), primary_key=True),
        Column(f"{kind}_id", ForeignKey(f"inventory_{kind}.id"), primary_key=True, index=True),
    )


business_system_unit = _used_by("unit")
business_system_line = _used_by("line")
business_system_device = _used_by("device")


class BusinessSystem(Entry, Spoken, Base):
    """业务系统: what runs over the lines, and so what is hit when one fails."""

    __tablename__ = "inventory_business_system"
    __table_args__ = (
        CheckConstraint("protection_level BETWEEN 1 AND 5", name="protection_level"),
        *Entry.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)
    protection_level: Mapped[int | None]  # 等级保护, GB/T 22239

    owner: Mapped[Unit | None] = relationship()
    units: Mapped[list[Unit]] = relationship(secondary=business_system_unit, order_by=Unit.name)
    lines: Mapped[list[Line]] = relationship(secondary=business_system_line, order_by=Line.name)
    devices: Mapped[list[Device]] = relationship(secondary=business_system_device, order_by=Device.name)
