"""Tables of API tokens, and of the answers that are given again when a request is repeated."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from security.models import ADDRESS_LENGTH, Account

NAME_LENGTH = 60
KEY_LENGTH = 64


class ApiToken(Base):
    """`hint` is how the token begins. A row stays when its token has ended: the audit log names its number."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "account_id"),
        CheckConstraint("expires > created", name="life"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    hint: Mapped[str] = mapped_column(String(8))
    token_hash: Mapped[str] = mapped_column(String(64))
    permissions: Mapped[list[Any]]
    networks: Mapped[list[Any]]
    created: Mapped[datetime]
    expires: Mapped[datetime]
    last_used: Mapped[datetime | None]
    last_address: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    last_refused: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(100))

    account: Mapped[Account] = relationship(lazy="joined")


class KeptAnswer(Base):
    """What a request with an Idempotency-Key was answered; kept for a day in the transaction of what it did."""

    __tablename__ = "api_kept_answer"
    __table_args__ = (Index(None, "created"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
