"""Where things stand and whose they are: regions, sites, units with their contacts, rooms, racks."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.kinds import AdministrativeLevel, ContactRole
from inventory.models.base import CODE, NAME, PLACE, Entry, Spoken, choice


class Region(Entry, Spoken, Base):
    """行政区划. Names repeat (every second county has a 新华村), so a name is unique under its parent only."""

    __tablename__ = "inventory_region"
    __table_args__ = (UniqueConstraint("parent_id", "name"), *Entry.__table_args__)

    name: Mapped[str] = mapped_column(NAME)
    level: Mapped[AdministrativeLevel] = mapped_column(choice(AdministrativeLevel, "level"))
    code: Mapped[str | None] = mapped_column(CODE, unique=True)  # GB/T 2260 and GB/T 10114, or the office's own
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_region.id"))

    parent: Mapped["Region | None"] = relationship(remote_side="Region.id")


class Site(Entry, Spoken, Base):
    """地点: a building or a compound."""

    __tablename__ = "inventory_site"

    name: Mapped[str] = mapped_column(NAME, unique=True)
    address: Mapped[str] = mapped_column(PLACE, default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_region.id"), index=True)

    region: Mapped[Region | None] = relationship()


class Unit(Entry, Spoken, Base):
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


class Contact(Entry, Spoken, Base):
    """联系人: whom to call."""

    __tablename__ = "inventory_contact"
    __table_args__ = (UniqueConstraint("unit_id", "name"), *Entry.__table_args__)

    unit_id: Mapped[int] = mapped_column(ForeignKey("inventory_unit.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(NAME)
    role: Mapped[ContactRole] = mapped_column(choice(ContactRole, "role"), default=ContactRole.NETWORK_ADMIN)
    phone: Mapped[str] = mapped_column(CODE, default="")
    email: Mapped[str] = mapped_column(NAME, default="")

    unit: Mapped[Unit] = relationship(back_populates="contacts")


class Room(Entry, Spoken, Base):
    """机房."""

    __tablename__ = "inventory_room"
    __table_args__ = (UniqueConstraint("site_id", "name"), *Entry.__table_args__)

    site_id: Mapped[int] = mapped_column(ForeignKey("inventory_site.id"))
    name: Mapped[str] = mapped_column(NAME)
    floor: Mapped[str] = mapped_column(CODE, default="")

    site: Mapped[Site] = relationship()


class Rack(Entry, Base):
    """机柜. Its rack units are counted from the bottom, as printed on the rails."""

    __tablename__ = "inventory_rack"
    __table_args__ = (
        UniqueConstraint("room_id", "name"),
        CheckConstraint("height BETWEEN 1 AND 60", name="height"),
        *Entry.__table_args__,
    )

    room_id: Mapped[int] = mapped_column(ForeignKey("inventory_room.id"))
    name: Mapped[str] = mapped_column(CODE)
    height: Mapped[int] = mapped_column(default=42)

    room: Mapped[Room] = relationship()
