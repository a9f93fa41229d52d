"""The audit log's tree: tiles, checkpoints, keys; and indexes in which every search finds its page."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0011_audit"
down_revision: Final[str | None] = "0008_survey"

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INDEXED: Final = ("at", "event", "actor_name", "subject", "address", "result")
BEFORE: Final = ("at", "event", "actor_name", "subject")
TEXTS: Final = {"event": 64, "actor_name": 100, "subject": 200, "address": 64}


def upgrade() -> None:
    for column in BEFORE:
        op.drop_index(f"ix_audit_record_{column}", "audit_record")
    _collate("C")
    for column in INDEXED:
        op.create_index(f"ix_audit_record_{column}_sequence", "audit_record", [column, "sequence"])
    _create_tree()


def downgrade() -> None:
    for table in ("audit_checkpoint", "audit_witness", "audit_key", "audit_tile", "audit_tree"):
        op.drop_table(table)
    for column in INDEXED:
        op.drop_index(f"ix_audit_record_{column}_sequence", "audit_record")
    _collate("default")
    for column in BEFORE:
        op.create_index(f"ix_audit_record_{column}", "audit_record", [column])


def _collate(collation: str) -> None:
    """SQLite compares bytes anyway."""
    if op.get_bind().dialect.name == "postgresql":
        for name, length in TEXTS.items():
            op.execute(f'ALTER TABLE audit_record ALTER COLUMN {name} TYPE varchar({length}) COLLATE "{collation}"')


def _create_tree() -> None:
    tree = op.create_table(
        "audit_tree",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _SEQUENCE, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("latest", UtcDateTime()),
        sa.Column("setback_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_tree"),
        sa.CheckConstraint("id = 1", name="ck_audit_tree_single"),
    )
    op.bulk_insert(tree, [{"id": 1, "size": 0, "head": "0" * 64, "latest": None, "setback_us": 0}])
    op.create_table(
        "audit_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_audit_tile"),
    )
    op.create_table(
        "audit_key",
        sa.Column("verifier", sa.String(300), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("verifier", name="pk_audit_key"),
    )
    op.create_table(
        "audit_witness",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("sequence", _SEQUENCE, nullable=False),
        sa.Column("checkpoint", _SEQUENCE, nullable=False),
        sa.Column("delivered", UtcDateTime()),
        sa.Column("error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_audit_witness"),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_audit_checkpoint"),
    )
    op.create_index("ix_audit_checkpoint_signed", "audit_checkpoint", ["signed"])
