"""VLANs, subnets and the addresses in them."""

from ipaddress import ip_address, ip_network

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.database import Base
from inventory.addresses import sort_key
from inventory.kinds import AddressUse
from inventory.models.base import CODE, NAME, Entry, choice
from inventory.models.devices import Device
from inventory.models.places import Site, Unit

ADDRESS_KEY = String(33)


class Vlan(Entry, Base):
    """VLAN. The same number means another network at another site, so it is unique within its site only."""

    __tablename__ = "inventory_vlan"
    __table_args__ = (
        UniqueConstraint("vid", "site_id"),
        CheckConstraint("vid BETWEEN 1 AND 4094", name="vid"),
        *Entry.__table_args__,
    )

    name: Mapped[str] = mapped_column(NAME, unique=True)
    vid: Mapped[int]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_site.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)

    site: Mapped[Site | None] = relationship()
    unit: Mapped[Unit | None] = relationship()


class Subnet(Entry, Base):
    """网段, under its prefix (10.1.0.0/16). `first` and `last` are sort keys, so that a query finds what lies in it."""

    __tablename__ = "inventory_subnet"

    name: Mapped[str] = mapped_column(CODE, unique=True)
    first: Mapped[str] = mapped_column(ADDRESS_KEY, index=True)
    last: Mapped[str] = mapped_column(ADDRESS_KEY)
    purpose: Mapped[str] = mapped_column(NAME, default="")
    gateway: Mapped[str | None] = mapped_column(String(45))
    vlan_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_vlan.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_site.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)

    vlan: Mapped[Vlan | None] = relationship()
    site: Mapped[Site | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    @validates("name")
    def _place(self, _: str, name: str) -> str:
        network = ip_network(name)
        self.first, self.last = sort_key(network.network_address), sort_key(network.broadcast_address)
        return name


class Address(Entry, Base):
    """IP地址 that somebody was given or that is kept free; management addresses of devices need no row of their own."""

    __tablename__ = "inventory_address"

    name: Mapped[str] = mapped_column(String(45), unique=True)
    place: Mapped[str] = mapped_column(ADDRESS_KEY, index=True)
    use: Mapped[AddressUse] = mapped_column(choice(AddressUse, "use"), default=AddressUse.ASSIGNED)
    purpose: Mapped[str] = mapped_column(NAME, default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_device.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_unit.id"), index=True)

    device: Mapped[Device | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    @validates("name")
    def _place(self, _: str, name: str) -> str:
        self.place = sort_key(ip_address(name))
        return name
