"""Signing keys of approvers are kept after they were revoked, and an approval names the one that signed it."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0022_signing_keys"
down_revision: Final[str | None] = "0021_directory"

_KEPT: Final = "person, roles, public, locked, created_at, failures, failed_at"
_IN_USE: Final = sa.text("revoked_at IS NULL")
_KEY: Final = "fk_ferry_approval_key_id"


def upgrade() -> None:
    """A key that is older than an approval of its person signed it; one that is younger replaced the one that did."""
    _create_signing_key()
    op.execute(
        f"INSERT INTO ferry_signing_key ({_KEPT}, created_by, reason) "  # noqa: S608  # names of columns
        f"SELECT {_KEPT}, '', '' FROM ferry_approver_key ORDER BY person"
    )
    op.drop_table("ferry_approver_key")
    with op.batch_alter_table("ferry_approval") as table:
        table.add_column(sa.Column("key_id", sa.Integer()))
        table.create_foreign_key(_KEY, "ferry_signing_key", ["key_id"], ["id"])
    op.execute(
        "UPDATE ferry_approval SET key_id = "
        "(SELECT id FROM ferry_signing_key WHERE ferry_signing_key.person = ferry_approval.person"
        " AND ferry_signing_key.created_at <= ferry_approval.at)"
    )


def downgrade() -> None:
    """Revoked keys are lost, and with them the proof of what they signed."""
    with op.batch_alter_table("ferry_approval") as table:
        table.drop_constraint(_KEY, type_="foreignkey")
        table.drop_column("key_id")
    _create_approver_key()
    op.execute(
        f"INSERT INTO ferry_approver_key ({_KEPT}) "  # noqa: S608  # names of columns
        f"SELECT {_KEPT} FROM ferry_signing_key WHERE revoked_at IS NULL"
    )
    op.drop_table("ferry_signing_key")


def _create_signing_key() -> None:
    op.create_table(
        "ferry_signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("pin_changed_at", UtcDateTime()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime()),
        sa.Column("revoked_at", UtcDateTime()),
        sa.Column("revoked_by", sa.String(100)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ferry_signing_key"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="ck_ferry_signing_key_revoked"),
    )
    op.create_index("ix_ferry_signing_key_person", "ferry_signing_key", ["person"])
    op.create_index(
        "ix_ferry_signing_key_in_use",
        "ferry_signing_key",
        ["person"],
        unique=True,
        sqlite_where=_IN_USE,
        postgresql_where=_IN_USE,
    )


def _create_approver_key() -> None:
    op.create_table(
        "ferry_approver_key",
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("person", name="pk_ferry_approver_key"),
    )
