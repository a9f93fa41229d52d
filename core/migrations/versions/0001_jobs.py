"""Tables of jobs."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from core.database import Json, UtcDateTime

revision: Final = "0001_jobs"
down_revision: Final[str | None] = None

BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _job()
    _journal()
    _limits()
    _schedules()
    _workers()


def downgrade() -> None:
    for table in ("job_worker", "job_fire", "job_schedule", "job_limit", "job_event", "job_step", "job"):
        op.drop_table(table)


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("args", Json, nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("error", Json, nullable=True),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(120), nullable=True),
        sa.Column("lane", sa.String(120), nullable=True),
        sa.Column("limits", sa.String(400), nullable=False),
        sa.Column("dedupe", sa.String(200), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("backoff_from", UtcDateTime(), nullable=True),
        sa.Column("owner", sa.String(80), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("lease_s", sa.Float(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("progress_done", sa.Integer(), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=False),
        sa.Column("progress_note", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sqlite_autoincrement=True,
    )
    _index("uq_job_lane_running", ["lane"], "state = 'running'", unique=True)
    _index("uq_job_dedupe_active", ["kind", "dedupe"], "state IN ('queued', 'running', 'uncertain')", unique=True)
    _index("ix_job_ready", ["rank", "id"], "state = 'queued'", unique=False)
    op.create_index("ix_job_state_finished_at", "job", ["state", "finished_at"])
    op.create_index("ix_job_subject", "job", ["subject"])


def _index(name: str, columns: list[str], where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(name, "job", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _journal() -> None:
    op.create_table(
        "job_step",
        sa.Column("job_id", BigKey, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_step_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "name", name="pk_job_step"),
    )
    op.create_table(
        "job_event",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("job_id", BigKey, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_event_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_job_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_event_job_id", "job_event", ["job_id"])
    op.create_index("ix_job_event_at", "job_event", ["at"])


def _limits() -> None:
    op.create_table(
        "job_limit",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_limit"),
    )


def _schedules() -> None:
    op.create_table(
        "job_schedule",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("args", Json, nullable=False),
        sa.Column("cron", sa.String(80), nullable=False),
        sa.Column("timezone", sa.String(40), nullable=False),
        sa.Column("misfire", sa.String(8), nullable=False),
        sa.Column("lane", sa.String(120), nullable=True),
        sa.Column("limits", sa.String(400), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_schedule"),
    )
    op.create_table(
        "job_fire",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("slot", UtcDateTime(), nullable=False),
        sa.Column("job_id", BigKey, nullable=True),
        sa.Column("fired_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot", name="pk_job_fire"),
    )
    op.create_index("ix_job_fire_slot", "job_fire", ["slot"])


def _workers() -> None:
    op.create_table(
        "job_worker",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("host", sa.String(80), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("queues", sa.String(400), nullable=False),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job_worker"),
    )
