"""Sensors: the vendor's word for a state beside its severity."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0016_sensor_words"
down_revision: Final[str | None] = "0012_vault"


def upgrade() -> None:
    op.add_column("sensor_state", sa.Column("word", sa.String(64)))


def downgrade() -> None:
    op.drop_column("sensor_state", "word")
