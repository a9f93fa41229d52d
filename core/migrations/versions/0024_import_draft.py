"""Ledgers that are uploaded for a preview, until they are confirmed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0024_import_draft"
down_revision: Final[str | None] = "0022_signing_keys"

TABLE: Final = "inventory_import_draft"
KINDS: Final = "region site unit contact room rack device line vlan subnet address system"


def upgrade() -> None:
    kinds = ", ".join(f"'{word}'" for word in KINDS.split())
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("name", sa.String(240), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24)),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("entries", Json, nullable=False),
        sa.Column("ignored", Json, nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f(f"ck_{TABLE}_kind")),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sqlite_autoincrement=True,
    )
    for column in ("person", "at"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])


def downgrade() -> None:
    op.drop_table(TABLE)
