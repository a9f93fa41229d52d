"""What an office adds to the objects: fields of its own, and documents."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Json
from inventory.kinds import FieldFormat, ObjectKind
from inventory.models.base import CODE, NAME, PLACE, choice


class CustomField(Base):
    """自定义字段: a column that the office added to a kind. What it holds stands in each row's `custom`."""

    __tablename__ = "inventory_custom_field"
    __table_args__ = (UniqueConstraint("kind", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ObjectKind] = mapped_column(choice(ObjectKind, "kind"))
    name: Mapped[str] = mapped_column(CODE)
    format: Mapped[FieldFormat] = mapped_column(choice(FieldFormat, "format"))
    choices: Mapped[list[str]] = mapped_column(Json, default=list)
    help: Mapped[str] = mapped_column(PLACE, default="")
    listed: Mapped[bool] = mapped_column(default=True)  # whether the kind's list shows it


class Document(Base):
    """附件: a file that belongs to an object: a contract, a drawing, an acceptance report."""

    __tablename__ = "inventory_document"
    __table_args__ = (
        Index("ix_inventory_document_kind_object_id", "kind", "object_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ObjectKind] = mapped_column(choice(ObjectKind, "kind"))
    object_id: Mapped[int]
    name: Mapped[str] = mapped_column(NAME)
    media_type: Mapped[str] = mapped_column(NAME)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(CODE)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[str] = mapped_column(NAME)
    added_at: Mapped[datetime]
