"""What surveys have found. Derived like all state: no foreign keys into the inventory (`collectors.models` says why).

`since` is when it was first found there, `seen` when it was last, to within `merge.SEEN_EVERY`.
"""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class StationState(Base):
    """A MAC address behind a port of a bridge; `vlan` is 0 where the bridge does not say."""

    __tablename__ = "station_state"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mac: Mapped[str] = mapped_column(String(17), primary_key=True, index=True)
    vlan: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    port_id: Mapped[int | None] = mapped_column(Integer, index=True)
    port: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    seen: Mapped[datetime]


class BindingState(Base):
    """An IP address and its MAC address, as a router has them."""

    __tablename__ = "binding_state"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(45), primary_key=True, index=True)
    mac: Mapped[str] = mapped_column(String(17), index=True)
    port: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    seen: Mapped[datetime]


class InterfaceAddress(Base):
    """An address that a device has itself; `prefix_length` is empty where it does not say."""

    __tablename__ = "interface_address"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(45), primary_key=True, index=True)
    prefix_length: Mapped[int | None]
    port_id: Mapped[int | None] = mapped_column(Integer, index=True)
    port: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    seen: Mapped[datetime]

    @property
    def text(self) -> str:
        return self.address if self.prefix_length is None else f"{self.address}/{self.prefix_length}"


class ComponentState(Base):
    """A part of a device (ENTITY-MIB)."""

    __tablename__ = "component_state"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(255))
    descr: Mapped[str] = mapped_column(String(255))
    model: Mapped[str] = mapped_column(String(255))
    serial: Mapped[str] = mapped_column(String(128), index=True)
    maker: Mapped[str] = mapped_column(String(128))
    hardware: Mapped[str] = mapped_column(String(64))
    firmware: Mapped[str] = mapped_column(String(64))
    software: Mapped[str] = mapped_column(String(128))
    since: Mapped[datetime]
    seen: Mapped[datetime]
