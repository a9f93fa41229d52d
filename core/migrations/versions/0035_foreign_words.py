"""What words of another system mean, as its newest import had it."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0035_foreign_words"
down_revision: Final[str | None] = "0034_listed_fields"

TABLE: Final = "inventory_foreign_words"
SYSTEMS: Final = "netbox librenms oxidized rancid nornir"


def upgrade() -> None:
    systems = ", ".join(f"'{word}'" for word in SYSTEMS.split())
    op.create_table(
        TABLE,
        sa.Column("system", sa.String(24), nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.CheckConstraint(f"system IN ({systems})", name=op.f(f"ck_{TABLE}_system")),
        sa.PrimaryKeyConstraint("system", name=f"pk_{TABLE}"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
