"""Links that a person states, and where the nodes of the map were put."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from core.database import UtcDateTime

revision: Final = "0032_map"
down_revision: Final[str | None] = "0031_headings"

TOLD: Final = ("agreed", "one_end", "conflicting")
STATED: Final = (*TOLD, "unconfirmed")
STATES: Final = ("present", "gone", "moved")
COLUMNS: Final = ("note", "stated_by", "stated_at")
# Revision 0025 named its checks without the table.
PLAIN: Final = "%s"
NAMED: Final = "ck_inventory_link_%s"


def upgrade() -> None:
    op.add_column("inventory_link", sa.Column("note", sa.String(240), nullable=False, server_default=""))
    op.add_column("inventory_link", sa.Column("stated_by", sa.String(120)))
    op.add_column("inventory_link", sa.Column("stated_at", UtcDateTime()))
    with _links() as table:
        _allow(table, STATED, PLAIN, NAMED)
        table.alter_column("note", server_default=None)
    op.create_table(
        "inventory_map_place",
        sa.Column("scene", sa.String(32), nullable=False),
        sa.Column("node", sa.String(32), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scene", "node", name="pk_inventory_map_place"),
    )


def downgrade() -> None:
    """What only a person told is lost, with where the map's nodes were put."""
    op.drop_table("inventory_map_place")
    op.execute("DELETE FROM inventory_link WHERE evidence = 'stated'")
    op.execute("UPDATE inventory_link SET evidence = REPLACE(REPLACE(evidence, ',stated', ''), 'stated,', '')")
    with _links() as table:
        _allow(table, TOLD, NAMED, PLAIN)
        for name in COLUMNS:
            table.drop_column(name)


def _links() -> AbstractContextManager[BatchOperations]:
    return op.batch_alter_table("inventory_link", table_kwargs={"sqlite_autoincrement": True})


def _allow(table: BatchOperations, standings: Sequence[str], before: str, after: str) -> None:
    for column, words in (("standing", standings), ("state", STATES)):
        table.drop_constraint(op.f(before % column), type_="check")
        rule = f"{column} IN ({', '.join(map(repr, words))})"
        table.create_check_constraint(op.f(after % column), sa.text(rule))
