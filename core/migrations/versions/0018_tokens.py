"""Tables of API tokens."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.database import UtcDateTime

revision: Final = "0018_tokens"
down_revision: Final[str | None] = "0017_key_ports"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("hint", sa.String(8), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("permissions", _JSON, nullable=False),
        sa.Column("networks", _JSON, nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("last_used", UtcDateTime()),
        sa.Column("last_address", sa.String(64)),
        sa.Column("last_refused", UtcDateTime()),
        sa.Column("revoked", UtcDateTime()),
        sa.Column("revoked_by", sa.String(100)),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_token_account_id", ondelete="CASCADE"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        sa.CheckConstraint("expires > created", name="ck_api_token_life"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])
    op.create_table(
        "api_kept_answer",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "key", name="pk_api_kept_answer"),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name="fk_api_kept_answer_token_id", ondelete="CASCADE"),
    )
    op.create_index("ix_api_kept_answer_created", "api_kept_answer", ["created"])


def downgrade() -> None:
    op.drop_table("api_kept_answer")
    op.drop_table("api_token")
