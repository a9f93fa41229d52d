"""Drafts of what another system's files would change."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json

revision: Final = "0033_foreign_drafts"
down_revision: Final[str | None] = "0032_map"

DRAFT: Final = "inventory_import_draft"
SYSTEM: Final = f"ck_{DRAFT}_system"
SYSTEMS: Final = "netbox librenms oxidized rancid nornir"
LISTS: Final = ("words", "unclear", "notices")


def upgrade() -> None:
    systems = ", ".join(f"'{word}'" for word in SYSTEMS.split())
    op.execute(f"DELETE FROM {DRAFT}")  # noqa: S608  # drafts live for a day; the file is uploaded again
    with op.batch_alter_table(DRAFT) as table:
        table.add_column(sa.Column("system", sa.String(24)))
        for name in LISTS:
            table.add_column(sa.Column(name, Json, nullable=False))
        table.create_check_constraint(op.f(SYSTEM), f"system IN ({systems})")


def downgrade() -> None:
    op.execute(f"DELETE FROM {DRAFT}")  # noqa: S608  # a draft of another system's files is no ledger
    with op.batch_alter_table(DRAFT) as table:
        table.drop_constraint(op.f(SYSTEM), type_="check")
        for name in reversed(LISTS):
            table.drop_column(name)
        table.drop_column("system")
