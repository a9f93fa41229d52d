"""Dedicated lines."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.kinds import Carrier, LineKind
from inventory.models.base import CODE, NAME, PLACE, Entry, Maintained, Spoken, choice
from inventory.models.devices import Device, Port
from inventory.models.places import Unit


class Line(Entry, Spoken, Maintained, Base):
    """专线, from end A (the office's side) to end B: a device with its port, or only an address."""

    __tablename__ = "inventory_line"
    __table_args__ = (
        UniqueConstraint("carrier", "circuit_number"),
        CheckConstraint("bandwidth_bps >= 0", name="bandwidth_bps"),
        CheckConstraint("promised_availability_ppm BETWEEN 0 AND 1000000", name="promised_availability_ppm"),
        CheckConstraint("backup_of_id <> id", name="backup_of_another"),
        CheckConstraint("probe_interval_s BETWEEN 1 AND 60", name="probe_interval_s"),
        *Entry.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    carrier: Mapped[Carrier] = mapped_column(choice(Carrier, "carrier"))
    circuit_number: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[LineKind] = mapped_column(choice(LineKind, "kind"))
    bandwidth_bps: Mapped[int | None] = mapped_column(BigInteger)
    a_device_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_device.id"), index=True)
    a_port_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_port.id"), index=True)
    b_device_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_device.id"), index=True)
    b_port_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_port.id"), index=True)
    b_address: Mapped[str] = mapped_column(PLACE, default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)
    backup_of_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_line.id"), index=True)
    monthly_fee_fen: Mapped[int | None] = mapped_column(BigInteger)
    contract_start: Mapped[date | None]
    contract_end: Mapped[date | None]
    promised_availability_ppm: Mapped[int | None]  # 99.95 % is 999,500
    promised_repair_hours: Mapped[int | None]
    probe_interval_s: Mapped[int | None]  # None: the usual one of the settings

    a_device: Mapped[Device | None] = relationship(foreign_keys=[a_device_id])
    a_port: Mapped[Port | None] = relationship(foreign_keys=[a_port_id])
    b_device: Mapped[Device | None] = relationship(foreign_keys=[b_device_id])
    b_port: Mapped[Port | None] = relationship(foreign_keys=[b_port_id])
    unit: Mapped[Unit | None] = relationship()
    backup_of: Mapped["Line | None"] = relationship(remote_side="Line.id")
