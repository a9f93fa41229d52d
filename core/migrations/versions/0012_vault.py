"""Tables of the vault's rotation, recovery and deposits; a mark of the cipher on what is sealed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision: Final = "0012_vault"
down_revision: Final[str | None] = "0011_audit"

# What everything was sealed with before there was a choice.
_FIRST_CIPHER = "aes-256-gcm"
_SEALED = ("vault_key", "vault_secret")


def upgrade() -> None:
    for table in _SEALED:
        op.add_column(table, sa.Column("cipher", sa.String(16), nullable=False, server_default=_FIRST_CIPHER))
        with op.batch_alter_table(table) as batch:
            batch.alter_column("cipher", server_default=None)
    op.add_column("vault_key", sa.Column("public", sa.LargeBinary()))
    _create_rotation()
    _create_recovery()


def downgrade() -> None:
    """What was sealed with another cipher, or to a public key, cannot be opened by the program before this one."""
    op.execute(f"DELETE FROM vault_secret WHERE cipher <> '{_FIRST_CIPHER}'")  # noqa: S608  # our own constant
    op.execute(
        f"DELETE FROM vault_secret WHERE key_id IN (SELECT id FROM vault_key WHERE cipher <> '{_FIRST_CIPHER}')"  # noqa: S608  # likewise
    )
    op.execute(f"DELETE FROM vault_key WHERE cipher <> '{_FIRST_CIPHER}' OR public IS NOT NULL")  # noqa: S608  # likewise
    for table in ("backup_signer", "vault_escrow", "vault_recovery", "vault_rotation", "vault_realm"):
        op.drop_table(table)
    op.drop_column("vault_key", "public")
    for table in _SEALED:
        op.drop_column(table, "cipher")


def _create_rotation() -> None:
    op.create_table(
        "vault_realm",
        sa.Column("realm", sa.String(16), nullable=False),
        sa.Column("master_id", sa.String(16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("realm", name="pk_vault_realm"),
    )
    op.create_table(
        "vault_rotation",
        sa.Column("realm", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("old_master", sa.String(16), nullable=False),
        sa.Column("new_id", sa.String(32), nullable=False),
        sa.Column("resealed", sa.Integer(), nullable=False),
        sa.Column("begun", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("realm", name="pk_vault_rotation"),
        sa.CheckConstraint("kind IN ('data', 'master')", name="ck_vault_rotation_kind"),
    )


def _create_recovery() -> None:
    op.create_table(
        "vault_recovery",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault_recovery"),
        sa.CheckConstraint("id = 1", name="ck_vault_recovery_single"),
    )
    op.create_table(
        "vault_escrow",
        sa.Column("realm", sa.String(16), nullable=False),
        sa.Column("master_id", sa.String(16), nullable=False),
        sa.Column("recovery_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("realm", "master_id", name="pk_vault_escrow"),
    )
    op.create_table(
        "backup_signer",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ed25519", sa.LargeBinary(), nullable=False),
        sa.Column("mldsa65", sa.LargeBinary(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backup_signer"),
        sa.CheckConstraint("id = 1", name="ck_backup_signer_single"),
    )
