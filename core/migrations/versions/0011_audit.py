"""The audit log's tree: tiles, checkpoints, keys; and indexes in which every search finds its page."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0011_audit"
down_revision: Final[str | None] = "0010_authority"

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
    _create_archive()
    _drop_guard()
    _guard_archived()


def downgrade() -> None:
    _drop_guard()
    _guard_all()
    op.drop_table("audit_segment")
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


def _create_archive() -> None:
    op.create_table(
        "audit_segment",
        sa.Column("last", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("first", _SEQUENCE, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", _SEQUENCE, nullable=False),
        sa.Column("latest", UtcDateTime(), nullable=False),
        sa.Column("stored", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(100)),
        sa.Column("confirmed_by", sa.String(100)),
        sa.Column("removed", UtcDateTime()),
        sa.PrimaryKeyConstraint("last", name="pk_audit_segment"),
        sa.CheckConstraint("first > 0 AND last >= first", name="ck_audit_segment_range"),
        sa.CheckConstraint(
            "removed IS NULL OR (asked_by IS NOT NULL AND confirmed_by IS NOT NULL AND asked_by <> confirmed_by)",
            name="ck_audit_segment_two_persons",
        ),
    )


_SAID: Final = "audit records are neither changed nor deleted"
_ARCHIVED: Final = (
    "EXISTS (SELECT 1 FROM audit_segment WHERE OLD.sequence BETWEEN first AND last AND removed IS NOT NULL)"
)


def _drop_guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS audit_record_forbid ON audit_record")
        op.execute("DROP TRIGGER IF EXISTS audit_record_forbid_delete ON audit_record")
        op.execute("DROP FUNCTION IF EXISTS audit_record_forbid_delete()")
        return
    for action in ("update", "delete"):
        op.execute(f"DROP TRIGGER audit_record_forbid_{action}")


def _guard_archived() -> None:
    """Nothing is changed, and nothing deleted but what lies in the archive and was given up by two persons."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_record_forbid_delete() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {_ARCHIVED} THEN RETURN OLD; END IF; RAISE EXCEPTION '{_SAID}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_record_forbid_delete BEFORE DELETE ON audit_record "
            "FOR EACH ROW EXECUTE FUNCTION audit_record_forbid_delete()"
        )
        op.execute(
            "CREATE TRIGGER audit_record_forbid BEFORE UPDATE OR TRUNCATE ON audit_record "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_forbid()"
        )
        return
    _forbid("UPDATE", "")
    _forbid("DELETE", f"WHEN NOT {_ARCHIVED} ")


def _guard_all() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER audit_record_forbid BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_forbid()"
        )
        return
    _forbid("UPDATE", "")
    _forbid("DELETE", "")


def _forbid(action: str, condition: str) -> None:
    op.execute(
        f"CREATE TRIGGER audit_record_forbid_{action.lower()} BEFORE {action} ON audit_record {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    )
