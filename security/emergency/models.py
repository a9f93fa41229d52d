"""The table of emergency seals: one row a seal, with who made it, who opened it, why, and until when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from security.models import Account

REASON_LENGTH = 200


class EmergencySeal(Base):
    """`system` and `security` are the two halves, by which administrator made them."""

    __tablename__ = "emergency_seal"
    __table_args__ = (
        CheckConstraint("state IN ('half', 'sealed', 'open', 'spent', 'replaced')", name="state"),
        CheckConstraint("system_id <> security_id", name="sealed_by_two"),
        CheckConstraint("opener_id <> entered_id", name="opened_by_two"),
        CheckConstraint(
            "state <> 'open' OR (opened_until IS NOT NULL AND bearer_id IS NOT NULL AND reason <> '')", name="open"
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    system_hash: Mapped[str | None] = mapped_column(String(64))
    system_id: Mapped[int | None]
    system_by: Mapped[str | None] = mapped_column(String(100))
    security_hash: Mapped[str | None] = mapped_column(String(64))
    security_id: Mapped[int | None]
    security_by: Mapped[str | None] = mapped_column(String(100))
    sealed: Mapped[datetime | None]
    entered_half: Mapped[str | None] = mapped_column(String(8))
    entered: Mapped[datetime | None]
    entered_by: Mapped[str | None] = mapped_column(String(100))
    entered_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    bearer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened: Mapped[datetime | None]
    opened_by: Mapped[str | None] = mapped_column(String(100))
    opener_id: Mapped[int | None]
    opened_until: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(100))

    bearer: Mapped[Account | None] = relationship(lazy="joined")
