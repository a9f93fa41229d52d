"""Whether an own field stands in the list of its kind."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0034_listed_fields"
down_revision: Final[str | None] = "0033_foreign_drafts"

FIELD: Final = "inventory_custom_field"


def upgrade() -> None:
    op.add_column(FIELD, sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table(FIELD) as table:
        table.drop_column("listed")
