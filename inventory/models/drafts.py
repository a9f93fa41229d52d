"""What is on its way into the inventory, and not there yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Json
from inventory.kinds import ObjectKind
from inventory.models.base import CODE, NAME, PLACE, choice


class ImportDraft(Base):
    """A ledger that somebody uploaded, with what it would change, until it is confirmed or a day has gone by.

    `entries` are the lines of the preview, as `inventory.changes.entries` makes them; `fingerprint` is their digest.
    """

    __tablename__ = "inventory_import_draft"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(NAME, index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(PLACE)
    sha256: Mapped[str] = mapped_column(CODE)
    kind: Mapped[ObjectKind | None] = mapped_column(choice(ObjectKind, "kind"))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    fingerprint: Mapped[str] = mapped_column(CODE)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(Json, deferred=True)
    ignored: Mapped[list[str]] = mapped_column(Json)
