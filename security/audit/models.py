"""Tables of the audit log. Triggers of the migration refuse to change or delete a record on both databases."""

import json
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

Result = Literal["ok", "refused", "failed"]

SUBJECT_LENGTH = 200
NAME_LENGTH = 100
ADDRESS_LENGTH = 64
INDEXED = ("at", "event", "actor_name", "subject", "address", "result")
# SQLite keeps an INTEGER key as the row's own number; PostgreSQL's integer would end after two billion records.
Sequence = BigInteger().with_variant(Integer, "sqlite")


def _sorted(length: int) -> String:
    """Text in the order of its bytes, as SQLite has it anyway, so that a beginning is a range of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class AuditRecord(Base):
    """One thing that happened. JSON columns hold the exact text that was hashed; the properties parse it."""

    __tablename__ = "audit_record"
    __table_args__ = (
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("result IN ('ok', 'refused', 'failed')", name="result"),
        # With the number behind, because every list goes from new to old.
        *(Index(None, name, "sequence") for name in INDEXED),
    )

    sequence: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(_sorted(64))
    actor_name: Mapped[str] = mapped_column(_sorted(NAME_LENGTH))
    actor_kind: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[int | None]
    address: Mapped[str | None] = mapped_column(_sorted(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(_sorted(SUBJECT_LENGTH))
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


class AuditTree(Base):
    """How far the tree has come: one row that whoever signs locks. Behind the chain by a few seconds at most.

    `head` is the hash of record `size`. `latest` is the latest time among the records, and `setback_us` the most
    that a record's time lies before one that an earlier record has: how far the clock was ever set back.
    """

    __tablename__ = "audit_tree"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Sequence)
    head: Mapped[str] = mapped_column(String(64))
    latest: Mapped[datetime | None]
    setback_us: Mapped[int] = mapped_column(BigInteger)


class AuditTile(Base):
    """Up to 256 hashes of the tree, see `security.audit.tiles`."""

    __tablename__ = "audit_tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class AuditKey(Base):
    """A key that signs checkpoints, by its public half. Whoever checks has it from elsewhere, too."""

    __tablename__ = "audit_key"

    verifier: Mapped[str] = mapped_column(String(300), primary_key=True)
    created: Mapped[datetime]


class AuditWitness(Base):
    """How far a witness has come: up to record `sequence`, and the checkpoint of size `checkpoint`."""

    __tablename__ = "audit_witness"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    sequence: Mapped[int] = mapped_column(Sequence)
    checkpoint: Mapped[int] = mapped_column(Sequence)
    delivered: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")


class AuditSegment(Base):
    """Records `first` to `last` in a file of the archive, with the checkpoint of size `last` and the hash of the last.

    The rows go only when one person has asked for it and another has confirmed: `removed` then opens the trigger that
    guards them.
    """

    __tablename__ = "audit_segment"
    __table_args__ = (
        CheckConstraint("first > 0 AND last >= first", name="range"),
        CheckConstraint(
            "removed IS NULL OR (asked_by IS NOT NULL AND confirmed_by IS NOT NULL AND asked_by <> confirmed_by)",
            name="two_persons",
        ),
    )

    last: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(Sequence)
    head: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Sequence)
    latest: Mapped[datetime]
    stored: Mapped[datetime]
    asked_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    confirmed_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    removed: Mapped[datetime | None]


class AuditCheckpoint(Base):
    """A checkpoint that was signed; `note` is its exact text."""

    __tablename__ = "audit_checkpoint"
    __table_args__ = (Index(None, "signed"),)

    size: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    signed: Mapped[datetime]
