"""The addresses of interfaces, as devices tell them."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0030_interface_addresses"
down_revision: Final[str | None] = "0029_machine_rooms"
TABLE: Final = "interface_address"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("prefix_length", sa.Integer()),
        sa.Column("port_id", sa.Integer()),
        sa.Column("port", sa.String(120), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "address", name=f"pk_{TABLE}"),
    )
    for column in ("address", "port_id"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])


def downgrade() -> None:
    op.drop_table(TABLE)
