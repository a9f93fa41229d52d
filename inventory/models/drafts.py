"""What is on its way into the inventory, and not there yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Json
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.models.base import CODE, NAME, PLACE, choice


class ImportDraft(Base):
    """What somebody uploaded, with what it would change, until it is confirmed or a day has gone by.

    `content` is a ledger's file; of the files of another `system`, which may hold passwords, it is what was taken out
    of them (`inventory.foreign.keeping`). `words` are what words of that system were said to mean, as at the terminal;
    `unclear`, topic and word, are still to be said.
    `entries` are the lines of the preview, as `inventory.changes.entries` makes them; `fingerprint` is their digest.
    `headings` says how those of each sheet were read, as `inventory.changes.headings` makes it.
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
    headings: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    system: Mapped[ForeignSystem | None] = mapped_column(choice(ForeignSystem, "system"))
    words: Mapped[list[str]] = mapped_column(Json)
    unclear: Mapped[list[list[str]]] = mapped_column(Json)
    notices: Mapped[list[list[Any]]] = mapped_column(Json)


class ForeignWords(Base):
    """What words of another system mean, as at the terminal, and who said it with the newest import."""

    __tablename__ = "inventory_foreign_words"

    system: Mapped[ForeignSystem] = mapped_column(choice(ForeignSystem, "system"), primary_key=True)
    words: Mapped[list[str]] = mapped_column(Json)
    at: Mapped[datetime]
    person: Mapped[str] = mapped_column(NAME)


class HeadingMeaning(Base):
    """What a heading that is not the template's means in the files of this office, as somebody once said.

    `field` is the column's, as `inventory.ledger.columns` names it, or empty for a column that is left out. `folded` is
    what all spellings of `written` have in common.
    """

    __tablename__ = "inventory_heading"
    __table_args__ = (UniqueConstraint("kind", "folded"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ObjectKind] = mapped_column(choice(ObjectKind, "kind"))
    folded: Mapped[str] = mapped_column(NAME)
    written: Mapped[str] = mapped_column(NAME)
    field: Mapped[str] = mapped_column(NAME)
    at: Mapped[datetime]
    person: Mapped[str] = mapped_column(NAME)
