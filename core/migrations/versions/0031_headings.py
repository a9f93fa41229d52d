"""What headings of an office's own files mean, and how those of a draft were read."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0031_headings"
down_revision: Final[str | None] = "0030_interface_addresses"

TABLE: Final = "inventory_heading"
DRAFT: Final = "inventory_import_draft"
KINDS: Final = "region site unit contact room rack device line vlan subnet address system"
NAME: Final = sa.String(120)


def upgrade() -> None:
    kinds = ", ".join(f"'{word}'" for word in KINDS.split())
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("folded", NAME, nullable=False),
        sa.Column("written", NAME, nullable=False),
        sa.Column("field", NAME, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("person", NAME, nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f(f"ck_{TABLE}_kind")),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("kind", "folded", name=f"uq_{TABLE}_kind_folded"),
        sqlite_autoincrement=True,
    )
    op.execute(f"DELETE FROM {DRAFT}")  # noqa: S608  # drafts live for a day; the file is uploaded again
    with op.batch_alter_table(DRAFT) as table:
        table.add_column(sa.Column("headings", Json, nullable=False))


def downgrade() -> None:
    with op.batch_alter_table(DRAFT) as table:
        table.drop_column("headings")
    op.drop_table(TABLE)
