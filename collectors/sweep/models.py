"""Ranges that may be swept, the sweeps that were asked for, and what they found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, Json
from inventory.kinds import DeviceRole, SnmpVersion


class SweepState(StrEnum):
    """`stopping`: somebody does not want to see its end."""

    ASKED = "asked"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


def _choice(kind: type[StrEnum], name: str) -> Enum:
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda words: [word.value for word in words],
    )


class SweepRange(Base):
    """A subnet in which an administrator allows to look for devices, and with which credentials of the vault."""

    __tablename__ = "sweep_range"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(String(240), default="")
    snmp_port: Mapped[int] = mapped_column(default=161)
    credentials: Mapped[list[Any]] = mapped_column(Json)  # names, in the order in which they are tried
    allowed_by: Mapped[str] = mapped_column(String(120))
    allowed_at: Mapped[datetime]

    sweeps: Mapped[list["Sweep"]] = relationship(
        back_populates="range", cascade="all, delete-orphan", passive_deletes=True, order_by="Sweep.id.desc()"
    )


class Sweep(Base):
    """`asked` of `addresses` have been asked so far."""

    __tablename__ = "sweep"
    __table_args__ = (Index("ix_sweep_state", "state"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    range_id: Mapped[int] = mapped_column(ForeignKey("sweep_range.id", ondelete="CASCADE"), index=True)
    state: Mapped[SweepState] = mapped_column(_choice(SweepState, "state"))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    addresses: Mapped[int]
    asked: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_facts: Mapped[dict[str, Any] | None] = mapped_column(Json)

    range: Mapped[SweepRange] = relationship(back_populates="sweeps")
    finds: Mapped[list["SweepFind"]] = relationship(
        back_populates="sweep", cascade="all, delete-orphan", passive_deletes=True, order_by="SweepFind.place"
    )


class SweepFind(Base):
    """Something that answered at an address; without `credential`, to an echo only."""

    __tablename__ = "sweep_find"
    __table_args__ = (UniqueConstraint("sweep_id", "address"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    sweep_id: Mapped[int] = mapped_column(ForeignKey("sweep.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(45))
    place: Mapped[str] = mapped_column(String(33))  # `inventory.addresses.sort_key`
    rtt_ms: Mapped[float | None]
    credential: Mapped[str] = mapped_column(String(64), default="")
    snmp_version: Mapped[SnmpVersion] = mapped_column(_choice(SnmpVersion, "snmp_version"), default=SnmpVersion.V2C)
    name: Mapped[str] = mapped_column(String(255), default="")
    descr: Mapped[str] = mapped_column(String(255), default="")
    vendor: Mapped[str] = mapped_column(String(120), default="")
    model: Mapped[str] = mapped_column(String(120), default="")
    platform: Mapped[str] = mapped_column(String(64), default="")
    serial: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[str] = mapped_column(String(255), default="")
    mac: Mapped[str] = mapped_column(String(17), default="")
    ports: Mapped[int] = mapped_column(default=0)
    role: Mapped[DeviceRole | None] = mapped_column(_choice(DeviceRole, "role"))

    sweep: Mapped[Sweep] = relationship(back_populates="finds")
