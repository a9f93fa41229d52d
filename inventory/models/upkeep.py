"""What is kept about machine rooms: the lists by which they are gone round and accepted, what was found, who was in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, Json
from inventory.kinds import ChecklistPurpose
from inventory.models.base import CODE, NAME, PLACE, choice
from inventory.models.places import Room

checklist_room = Table(
    "inventory_checklist_room",
    Base.metadata,
    Column("checklist_id", Integer, ForeignKey("inventory_checklist.id", ondelete="CASCADE"), primary_key=True),
    Column("room_id", Integer, ForeignKey("inventory_room.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Checklist(Base):
    """检查清单: what is looked at in which rooms. `items` as `inventory.rounds.items` reads them."""

    __tablename__ = "inventory_checklist"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(CODE, unique=True)
    purpose: Mapped[ChecklistPurpose] = mapped_column(choice(ChecklistPurpose, "purpose"))
    items: Mapped[list[Any]] = mapped_column(Json)
    every_days: Mapped[int | None]  # a round is due that long after the last one; None for what has no rhythm
    retired: Mapped[bool] = mapped_column(default=False)

    rooms: Mapped[list[Room]] = relationship(secondary=checklist_room, order_by=Room.name)


class Round(Base):
    """巡检 or 验收: one list gone through in one room. It keeps the list as it was, and is never changed."""

    __tablename__ = "inventory_round"
    __table_args__ = (
        Index("ix_inventory_round_room_id_done_at", "room_id", "done_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("inventory_checklist.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("inventory_room.id"))
    name: Mapped[str] = mapped_column(CODE)
    purpose: Mapped[ChecklistPurpose] = mapped_column(choice(ChecklistPurpose, "purpose"))
    answers: Mapped[list[Any]] = mapped_column(Json)
    wrong: Mapped[int]  # how many answers are not as they should be
    remarks: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime]
    done_by: Mapped[str] = mapped_column(NAME)

    room: Mapped[Room] = relationship()
    findings: Mapped[list["Finding"]] = relationship(back_populates="round", order_by="Finding.id")


class Finding(Base):
    """整改项: what a round found wrong, until when it is to be put right, and how it was."""

    __tablename__ = "inventory_finding"
    __table_args__ = (
        Index("ix_inventory_finding_room_id_closed_at", "room_id", "closed_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("inventory_round.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("inventory_room.id"))
    item: Mapped[str] = mapped_column(PLACE)
    found: Mapped[str] = mapped_column(PLACE)  # the answer, and what was noted beside it
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(NAME, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")

    room: Mapped[Room] = relationship()
    round: Mapped[Round] = relationship(back_populates="findings")


class Visit(Base):
    """出入登记: somebody from elsewhere in a machine room, from when to when, and who went with them."""

    __tablename__ = "inventory_visit"
    __table_args__ = (
        Index("ix_inventory_visit_room_id_entered_at", "room_id", "entered_at"),
        Index("ix_inventory_visit_left_at", "left_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("inventory_room.id"))
    name: Mapped[str] = mapped_column(NAME)
    organisation: Mapped[str] = mapped_column(NAME)
    phone: Mapped[str] = mapped_column(CODE, default="")
    purpose: Mapped[str] = mapped_column(PLACE)
    escort: Mapped[str] = mapped_column(NAME)
    brought: Mapped[str] = mapped_column(PLACE, default="")
    taken: Mapped[str] = mapped_column(PLACE, default="")
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    registered_by: Mapped[str] = mapped_column(NAME)
    seen_out_by: Mapped[str] = mapped_column(NAME, default="")

    room: Mapped[Room] = relationship()
