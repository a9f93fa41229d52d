"""Links between ports."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0025_topology"
down_revision: Final[str | None] = "0024_import_draft"

STANDINGS: Final = ("agreed", "one_end", "conflicting")
STATES: Final = ("present", "gone", "moved")
ENDS: Final = (("a", "device"), ("a", "port"), ("b", "device"), ("b", "port"))


def upgrade() -> None:
    op.create_table(
        "inventory_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(640), nullable=False),
        *(sa.Column(f"{end}_{kind}_id", sa.Integer(), nullable=(end, kind) != ("a", "device")) for end, kind in ENDS),
        sa.Column("a_port", sa.String(255), nullable=False),
        sa.Column("b_port", sa.String(255), nullable=False),
        sa.Column("b_name", sa.String(255), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        _words("standing", STANDINGS),
        _words("state", STATES),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.Column("gone", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_link"),
        sa.UniqueConstraint("key", name="uq_inventory_link_key"),
        *(_refers(f"{end}_{kind}_id", kind) for end, kind in ENDS),
        sqlite_autoincrement=True,
    )
    for end, kind in ENDS:
        op.create_index(f"ix_inventory_link_{end}_{kind}_id", "inventory_link", [f"{end}_{kind}_id"])


def downgrade() -> None:
    op.drop_table("inventory_link")


def _refers(column: str, kind: str) -> sa.ForeignKeyConstraint:
    name = f"fk_inventory_link_{column}"
    return sa.ForeignKeyConstraint([column], [f"inventory_{kind}.id"], name=name, ondelete="CASCADE")


def _words(column: str, words: tuple[str, ...]) -> sa.Column[str]:
    kind = sa.Enum(*words, name=column, native_enum=False, create_constraint=True, length=24)
    return sa.Column(column, kind, nullable=False)
