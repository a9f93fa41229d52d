"""Tables of the inventory: what there is, where it stands, whose it is and what runs over it.

Optional text is empty, not NULL, except where uniqueness needs NULL (`Device.address`, `Line.circuit_number`,
`Region.code`). Ids are never used twice, because history of ports and devices is kept under them elsewhere.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.kinds import (
    AdministrativeLevel,
    Carrier,
    ContactRole,
    DeviceRole,
    LifeCycle,
    LineKind,
    ObjectKind,
    SnmpVersion,
)

NAME = String(120)
CODE = String(64)
KIND = 24


def _choice(kind: type[StrEnum], name: str) -> Enum:
    """A column of one vocabulary: text with a check constraint, so that a new word is a plain migration."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=KIND,
        values_callable=lambda words: [word.value for word in words],
    )


class Row:
    """What every kind has: a number that is never used twice, and notes."""

    __table_args__: Any = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    notes: Mapped[str] = mapped_column(Text, default="")


class Maintained:
    """挂牌: alarms are held back until a moment that is always given; see `inventory.maintenance`."""

    maintenance_since: Mapped[datetime | None]
    maintenance_until: Mapped[datetime | None] = mapped_column(index=True)
    maintenance_note: Mapped[str] = mapped_column(Text, default="")
    maintenance_by: Mapped[str] = mapped_column(NAME, default="")

    def in_maintenance(self, now: datetime) -> bool:
        return self.maintenance_until is not None and now < self.maintenance_until


class MaintenanceRecord(Base):
    """From when to when a device or line carried a mark, and why: what is left when the mark is off.

    `until` is when it ends or ended. No foreign key: like an outage, it outlives what it is about.
    """

    __tablename__ = "inventory_maintenance"
    __table_args__ = (Index("ix_inventory_maintenance_kind_subject_id_until", "kind", "subject_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ObjectKind] = mapped_column(_choice(ObjectKind, "kind"))
    subject_id: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    marked_by: Mapped[str] = mapped_column(NAME)


class Region(Row, Base):
    """行政区划. Names repeat (every second county has a 新华村), so a name is unique under its parent only."""

    __tablename__ = "inventory_region"
    __table_args__ = (UniqueConstraint("parent_id", "name"), *Row.__table_args__)

    name: Mapped[str] = mapped_column(NAME)
    level: Mapped[AdministrativeLevel] = mapped_column(_choice(AdministrativeLevel, "level"))
    code: Mapped[str | None] = mapped_column(CODE, unique=True)  # GB/T 2260 and GB/T 10114, or the office's own
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_region.id"))

    parent: Mapped["Region | None"] = relationship(remote_side="Region.id")


class Site(Row, Base):
    """地点: a building or a compound."""

    __tablename__ = "inventory_site"

    name: Mapped[str] = mapped_column(NAME, unique=True)
    address: Mapped[str] = mapped_column(String(240), default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_region.id"), index=True)

    region: Mapped[Region | None] = relationship()


class Unit(Row, Base):
    """单位: an organisation; what a unit's own administrator may see is decided by it."""

    __tablename__ = "inventory_unit"

    name: Mapped[str] = mapped_column(NAME, unique=True)
    short_name: Mapped[str] = mapped_column(NAME, default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_region.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_site.id"), index=True)

    region: Mapped[Region | None] = relationship()
    site: Mapped[Site | None] = relationship()
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="unit", order_by="Contact.name", passive_deletes="all"
    )


class Contact(Row, Base):
    """联系人: whom to call."""

    __tablename__ = "inventory_contact"
    __table_args__ = (UniqueConstraint("unit_id", "name"), *Row.__table_args__)

    unit_id: Mapped[int] = mapped_column(ForeignKey("inventory_unit.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(NAME)
    role: Mapped[ContactRole] = mapped_column(_choice(ContactRole, "role"), default=ContactRole.NETWORK_ADMIN)
    phone: Mapped[str] = mapped_column(CODE, default="")
    email: Mapped[str] = mapped_column(NAME, default="")

    unit: Mapped[Unit] = relationship(back_populates="contacts")


class Room(Row, Base):
    """机房."""

    __tablename__ = "inventory_room"
    __table_args__ = (UniqueConstraint("site_id", "name"), *Row.__table_args__)

    site_id: Mapped[int] = mapped_column(ForeignKey("inventory_site.id"))
    name: Mapped[str] = mapped_column(NAME)
    floor: Mapped[str] = mapped_column(CODE, default="")

    site: Mapped[Site] = relationship()


class Device(Row, Maintained, Base):
    """设备. Credentials are names in the vault; the inventory never holds a secret."""

    __tablename__ = "inventory_device"
    __table_args__ = (
        UniqueConstraint("address", "snmp_port"),
        CheckConstraint("snmp_port BETWEEN 1 AND 65535", name="snmp_port"),
        CheckConstraint("ssh_port BETWEEN 1 AND 65535", name="ssh_port"),
        *Row.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    role: Mapped[DeviceRole] = mapped_column(_choice(DeviceRole, "role"), index=True)
    vendor: Mapped[str] = mapped_column(NAME, default="")
    model: Mapped[str] = mapped_column(NAME, default="")
    platform: Mapped[str] = mapped_column(CODE, default="")  # huawei_vrp, h3c_comware, ruijie_rgos, frr, linux, ups
    serial: Mapped[str] = mapped_column(CODE, default="", index=True)
    address: Mapped[str | None] = mapped_column(String(45))
    snmp_port: Mapped[int] = mapped_column(default=161)
    snmp_version: Mapped[SnmpVersion] = mapped_column(_choice(SnmpVersion, "snmp_version"), default=SnmpVersion.V2C)
    snmp_credential: Mapped[str] = mapped_column(CODE, default="")
    ssh_port: Mapped[int] = mapped_column(default=22)
    ssh_credential: Mapped[str] = mapped_column(CODE, default="")
    life_cycle: Mapped[LifeCycle] = mapped_column(_choice(LifeCycle, "life_cycle"), default=LifeCycle.SERVICE)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_site.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_room.id"), index=True)
    rack: Mapped[str] = mapped_column(CODE, default="")
    rack_position: Mapped[int | None]  # lowest rack unit that it takes, counted from the bottom

    unit: Mapped[Unit | None] = relationship()
    site: Mapped[Site | None] = relationship()
    room: Mapped[Room | None] = relationship()
    ports: Mapped[list["Port"]] = relationship(back_populates="device", passive_deletes="all")


device_group_device = Table(
    "inventory_device_group_device",
    Base.metadata,
    Column("device_group_id", ForeignKey("inventory_device_group.id", ondelete="CASCADE"), primary_key=True),
    Column("device_id", ForeignKey("inventory_device.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class DeviceGroup(Row, Base):
    """设备组: devices that some people look after, whoever has them and wherever; a grant may be limited to it."""

    __tablename__ = "inventory_device_group"

    name: Mapped[str] = mapped_column(NAME, unique=True)

    devices: Mapped[list[Device]] = relationship(secondary=device_group_device, order_by=Device.name)


class Port(Row, Base):
    """端口, under a name that stays; its ifIndex and state change and belong to the collectors.

    The hours of a key port (重点端口) are kept as long as a line's.
    """

    __tablename__ = "inventory_port"
    __table_args__ = (UniqueConstraint("device_id", "name"), *Row.__table_args__)

    device_id: Mapped[int] = mapped_column(ForeignKey("inventory_device.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(NAME)
    alias: Mapped[str] = mapped_column(String(240), default="")
    is_key: Mapped[bool] = mapped_column(default=False)

    device: Mapped[Device] = relationship(back_populates="ports")


class Line(Row, Maintained, Base):
    """专线, from end A (the office's side) to end B: a device with its port, or only an address."""

    __tablename__ = "inventory_line"
    __table_args__ = (
        UniqueConstraint("carrier", "circuit_number"),
        CheckConstraint("bandwidth_bps >= 0", name="bandwidth_bps"),
        CheckConstraint("promised_availability_ppm BETWEEN 0 AND 1000000", name="promised_availability_ppm"),
        CheckConstraint("backup_of_id <> id", name="backup_of_another"),
        CheckConstraint("probe_interval_s BETWEEN 1 AND 60", name="probe_interval_s"),
        *Row.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    carrier: Mapped[Carrier] = mapped_column(_choice(Carrier, "carrier"))
    circuit_number: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[LineKind] = mapped_column(_choice(LineKind, "kind"))
    bandwidth_bps: Mapped[int | None] = mapped_column(BigInteger)
    a_device_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_device.id"), index=True)
    a_port_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_port.id"), index=True)
    b_device_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_device.id"), index=True)
    b_port_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_port.id"), index=True)
    b_address: Mapped[str] = mapped_column(String(240), default="")
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


class BusinessSystem(Row, Base):
    """业务系统: what runs over the lines, and so what is hit when one fails."""

    __tablename__ = "inventory_business_system"
    __table_args__ = (
        CheckConstraint("protection_level BETWEEN 1 AND 5", name="protection_level"),
        *Row.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)
    protection_level: Mapped[int | None]  # 等级保护, GB/T 22239

    owner: Mapped[Unit | None] = relationship()
    units: Mapped[list[Unit]] = relationship(secondary=business_system_unit, order_by=Unit.name)
    lines: Mapped[list[Line]] = relationship(secondary=business_system_line, order_by=Line.name)
    devices: Mapped[list[Device]] = relationship(secondary=business_system_device, order_by=Device.name)
