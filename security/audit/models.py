"""Tables of the audit log. Triggers of the migration refuse to change or delete a record on both databases."""

import json
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

Result = Literal["ok", "refused", "failed"]

SUBJECT_LENGTH = 200
NAME_LENGTH = 100
ADDRESS_LENGTH = 64
# SQLite keeps an INTEGER key as the row's own number; PostgreSQL's integer would end after two billion records.
Sequence = BigInteger().with_variant(Integer, "sqlite")


class AuditRecord(Base):
    """One thing that happened. JSON columns hold the exact text that was hashed; the properties parse it."""

    __tablename__ = "audit_record"
    __table_args__ = (
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("result IN ('ok', 'refused', 'failed')", name="result"),
        Index(None, "at"),
        Index(None, "event"),
        Index(None, "actor_name"),
        Index(None, "subject"),
    )

    sequence: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    actor_kind: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None]
    address: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    result: Mapped[str] = mapped_column(String(8))
    before_json: Mapped[str | None] = mapped_column("before", Text)
    after_json: Mapped[str | None] = mapped_column("after", Text)
    detail_json: Mapped[str | None] = mapped_column("detail", Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def before(self) -> Any:
        return None if self.before_json is None else json.loads(self.before_json)

    @property
    def after(self) -> Any:
        return None if self.after_json is None else json.loads(self.after_json)

    @property
    def detail(self) -> Any:
        return None if self.detail_json is None else json.loads(self.detail_json)

    def public(self) -> dict[str, Any]:
        """For lists in JSON."""
        plain = ("sequence", "at", "event", "actor_name", "actor_kind", "account_id", "address", "subject", "result")
        return {name: getattr(self, name) for name in (*plain, "before", "after", "detail", "hash")}


class AuditHead(Base):
    """The end of the chain: one row that every writer locks, so that the sequence has no gap and no fork."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Sequence)
    hash: Mapped[str] = mapped_column(String(64))
