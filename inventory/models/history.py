"""What was changed by whom, and when what was under maintenance."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, JsonOrNothing
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.models.base import NAME, PLACE, choice


class ChangeSet(Base):
    """What one person changed at one time, in one transaction: one form, one ledger, one undoing."""

    __tablename__ = "inventory_change_set"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(NAME)
    origin: Mapped[ChangeOrigin] = mapped_column(choice(ChangeOrigin, "origin"))
    subject: Mapped[str] = mapped_column(PLACE)  # the file's name, or the object's
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_change_set.id"), unique=True)

    undoes: Mapped["ChangeSet | None"] = relationship(remote_side="ChangeSet.id", back_populates="undone_by")
    undone_by: Mapped["ChangeSet | None"] = relationship(back_populates="undoes", uselist=False)
    changes: Mapped[list["ObjectChange"]] = relationship(back_populates="change_set", order_by="ObjectChange.id")


class ObjectChange(Base):
    """One object's part of a change set. No foreign key to the object: its history outlives it.

    `before` and `after` hold the fields that differ, as `inventory.ledger.stored` writes them; of what was added,
    `before` is None, of what was deleted, `after` is None, and the other one is whole.
    """

    __tablename__ = "inventory_change"
    __table_args__ = (
        Index("ix_inventory_change_kind_object_id", "kind", "object_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("inventory_change_set.id"), index=True)
    kind: Mapped[ObjectKind] = mapped_column(choice(ObjectKind, "kind"))
    object_id: Mapped[int]
    name: Mapped[str] = mapped_column(PLACE)
    before: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNothing)
    after: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNothing)

    change_set: Mapped[ChangeSet] = relationship(back_populates="changes")


class MaintenanceRecord(Base):
    """From when to when a device or line carried a mark, and why: what is left when the mark is off.

    `until` is when it ends or ended. No foreign key: like an outage, it outlives what it is about.
    """

    __tablename__ = "inventory_maintenance"
    __table_args__ = (Index("ix_inventory_maintenance_kind_subject_id_until", "kind", "subject_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ObjectKind] = mapped_column(choice(ObjectKind, "kind"))
    subject_id: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    marked_by: Mapped[str] = mapped_column(NAME)
