"""Ports whose hours are kept for thirteen months, although no line ends at them."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0017_key_ports"
down_revision: Final[str | None] = "0016_sensor_words"


def upgrade() -> None:
    op.add_column("inventory_port", sa.Column("is_key", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("inventory_port", "is_key")
