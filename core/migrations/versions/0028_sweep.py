"""Ranges in which devices are looked for, the sweeps, and what they found."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0028_sweep"
down_revision: Final[str | None] = "0027_lists"

PERSON = sa.String(120)
STATES = "('asked', 'running', 'stopping', 'stopped', 'done', 'failed')"
ROLES = (
    "('core_switch', 'aggregation_switch', 'access_switch', 'router', 'firewall', 'gatekeeper', 'exchange', 'server',"
    " 'ups', 'environment', 'camera', 'recorder')"
)


def upgrade() -> None:
    op.create_table(
        "sweep_range",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("prefix", sa.String(64), nullable=False),
        sa.Column("note", sa.String(240), nullable=False),
        sa.Column("snmp_port", sa.Integer, nullable=False),
        sa.Column("credentials", Json, nullable=False),
        sa.Column("allowed_by", PERSON, nullable=False),
        sa.Column("allowed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sweep_range"),
        sa.UniqueConstraint("prefix", name="uq_sweep_range_prefix"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sweep",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("range_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("asked_by", PERSON, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("began_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("addresses", sa.Integer, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error_facts", Json),
        sa.PrimaryKeyConstraint("id", name="pk_sweep"),
        sa.ForeignKeyConstraint(["range_id"], ["sweep_range.id"], name="fk_sweep_range_id", ondelete="CASCADE"),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_sweep_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sweep_range_id", "sweep", ["range_id"])
    op.create_index("ix_sweep_state", "sweep", ["state"])
    texts = {
        "name": 255, "descr": 255, "vendor": 120, "model": 120, "platform": 64, "serial": 64, "version": 255, "mac": 17,
    }  # fmt: skip
    op.create_table(
        "sweep_find",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sweep_id", sa.Integer, nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("place", sa.String(33), nullable=False),
        sa.Column("rtt_ms", sa.Double),
        sa.Column("credential", sa.String(64), nullable=False),
        sa.Column("snmp_version", sa.String(24), nullable=False),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in texts.items()),
        sa.Column("ports", sa.Integer, nullable=False),
        sa.Column("role", sa.String(24)),
        sa.PrimaryKeyConstraint("id", name="pk_sweep_find"),
        sa.ForeignKeyConstraint(["sweep_id"], ["sweep.id"], name="fk_sweep_find_sweep_id", ondelete="CASCADE"),
        sa.UniqueConstraint("sweep_id", "address", name="uq_sweep_find_sweep_id_address"),
        sa.CheckConstraint("snmp_version IN ('1', '2c', '3')", name=op.f("ck_sweep_find_snmp_version")),
        sa.CheckConstraint(f"role IN {ROLES}", name=op.f("ck_sweep_find_role")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("sweep_find", "sweep", "sweep_range"):
        op.drop_table(table)
