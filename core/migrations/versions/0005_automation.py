"""Tables of automation."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0005_automation"
down_revision: Final[str | None] = "0004_collectors"

NAME = sa.String(120)
DIGEST = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "automation_config_text",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_automation_config_text"),
    )
    op.create_table(
        "automation_config_version",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("taken_by", NAME, nullable=False),
        sa.Column("platform", NAME, nullable=False),
        sa.Column("fingerprint", DIGEST, nullable=False),
        sa.Column("text_digest", DIGEST, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_automation_config_version"),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["inventory_device.id"],
            name="fk_automation_config_version_device_id",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["text_digest"], ["automation_config_text.digest"], name="fk_automation_config_version_text_digest"
        ),
        sa.UniqueConstraint("device_id", "number", name="uq_automation_config_version_device_id_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_automation_config_version_text_digest", "automation_config_version", ["text_digest"])
    op.create_table(
        "automation_backup_state",
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("attempted_at", UtcDateTime, nullable=False),
        sa.Column("succeeded_at", UtcDateTime, nullable=True),
        sa.Column("error_code", sa.String(64), nullable=False),
        sa.Column("error_facts", Json, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_automation_backup_state"),
        sa.ForeignKeyConstraint(
            ["device_id"], ["inventory_device.id"], name="fk_automation_backup_state_device_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "automation_host_key",
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("pinned_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_automation_host_key"),
        sa.ForeignKeyConstraint(
            ["device_id"], ["inventory_device.id"], name="fk_automation_host_key_device_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for table in ("host_key", "backup_state", "config_version", "config_text"):
        op.drop_table(f"automation_{table}")
