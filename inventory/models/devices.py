"""Devices, their ports, and the groups that people look after."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.database import Base
from inventory.addresses import place_of
from inventory.kinds import DeviceRole, LifeCycle, SnmpVersion
from inventory.models.base import CODE, NAME, PLACE, Entry, Maintained, Row, Spoken, choice
from inventory.models.places import Rack, Room, Site, Unit


class Device(Entry, Spoken, Maintained, Base):
    """设备. Credentials are names in the vault; the inventory never holds a secret."""

    __tablename__ = "inventory_device"
    __table_args__ = (
        UniqueConstraint("address", "snmp_port"),
        CheckConstraint("snmp_port BETWEEN 1 AND 65535", name="snmp_port"),
        CheckConstraint("ssh_port BETWEEN 1 AND 65535", name="ssh_port"),
        CheckConstraint("rack_units BETWEEN 1 AND 60", name="rack_units"),
        *Row.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    role: Mapped[DeviceRole] = mapped_column(choice(DeviceRole, "role"), index=True)
    vendor: Mapped[str] = mapped_column(NAME, default="")
    model: Mapped[str] = mapped_column(NAME, default="")
    platform: Mapped[str] = mapped_column(CODE, default="")  # huawei_vrp, h3c_comware, ruijie_rgos, frr, linux, ups
    serial: Mapped[str] = mapped_column(CODE, default="", index=True)
    address: Mapped[str | None] = mapped_column(String(45))
    place: Mapped[str | None] = mapped_column(String(33), index=True)  # of the address: 10.0.0.9 before 10.0.0.10
    snmp_port: Mapped[int] = mapped_column(default=161)
    snmp_version: Mapped[SnmpVersion] = mapped_column(choice(SnmpVersion, "snmp_version"), default=SnmpVersion.V2C)
    snmp_credential: Mapped[str] = mapped_column(CODE, default="")
    ssh_port: Mapped[int] = mapped_column(default=22)
    ssh_credential: Mapped[str] = mapped_column(CODE, default="")
    life_cycle: Mapped[LifeCycle] = mapped_column(choice(LifeCycle, "life_cycle"), default=LifeCycle.SERVICE)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_site.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_room.id"), index=True)
    rack_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_rack.id"), index=True)
    rack_position: Mapped[int | None]  # lowest rack unit that it takes, counted from the bottom
    rack_units: Mapped[int] = mapped_column(default=1)  # how many it takes
    asset_number: Mapped[str] = mapped_column(CODE, default="")
    purchased_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    end_of_life: Mapped[date | None]  # from when the vendor mends it no more

    unit: Mapped[Unit | None] = relationship()
    site: Mapped[Site | None] = relationship()
    room: Mapped[Room | None] = relationship()
    rack: Mapped[Rack | None] = relationship()
    ports: Mapped[list["Port"]] = relationship(back_populates="device", passive_deletes="all")

    @validates("address")
    def _place(self, _: str, address: str | None) -> str | None:
        self.place = place_of(address)
        return address


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
    name: Mapped[str] = mapped_column(NAME, index=True)
    alias: Mapped[str] = mapped_column(PLACE, default="")
    is_key: Mapped[bool] = mapped_column(default=False)

    device: Mapped[Device] = relationship(back_populates="ports")
