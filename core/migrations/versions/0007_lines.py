"""Lines: what their availability is computed from, how they are measured, how often they are looked at."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0007_lines"
down_revision: Final[str | None] = "0006_ferry"

FIGURES = ("rtt_min_ms", "rtt_max_ms", "rtt_p50_ms", "rtt_p95_ms", "jitter_ms", "a_rtt_ms", "a_loss_percent")
KINDS = "region site unit contact room device line system"


def upgrade() -> None:
    _create_runs()
    _create_marks()
    # Its rows are derived: the poller brings them again.
    op.drop_table("line_state")
    _create_line_state(
        sa.Column("watched_since", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.Double()) for name in FIGURES),
    )
    op.execute(
        "ALTER TABLE inventory_line ADD COLUMN probe_interval_s INTEGER"
        " CONSTRAINT ck_inventory_line_probe_interval_s CHECK (probe_interval_s BETWEEN 1 AND 60)"
    )
    op.add_column("outage", sa.Column("path", Json))
    op.add_column("poller_status", sa.Column("changes", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("poller_status", "changes")
    op.drop_column("outage", "path")
    op.execute("ALTER TABLE inventory_line DROP COLUMN probe_interval_s")
    op.drop_table("line_state")
    _create_line_state()
    op.drop_table("inventory_maintenance")
    op.drop_table("poller_run")


def _create_runs() -> None:
    op.create_table(
        "poller_run",
        sa.Column("began", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("began", name="pk_poller_run"),
    )
    op.create_index("ix_poller_run_seen", "poller_run", ["seen"])


def _create_marks() -> None:
    table = "inventory_maintenance"
    allowed = ", ".join(f"'{word}'" for word in KINDS.split())
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.String(120), nullable=False),
        sa.CheckConstraint(f"kind IN ({allowed})", name=op.f(f"ck_{table}_kind")),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_kind_subject_id_until", table, ["kind", "subject_id", "until"])


def _create_line_state(*more: sa.Column[object]) -> None:
    op.create_table(
        "line_state",
        sa.Column("line_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("rtt_ms", sa.Double()),
        sa.Column("loss_percent", sa.Double()),
        sa.Column("in_bps", sa.BigInteger()),
        sa.Column("out_bps", sa.BigInteger()),
        sa.Column("utilisation_percent", sa.Double()),
        sa.Column("updated", UtcDateTime(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("line_id", name="pk_line_state"),
    )
