"""Tables of the job engine.

What must never happen is forbidden by the database, not by care: two running jobs on one lane and two open jobs with
one dedupe key (partial unique indexes), a step recorded twice (primary key), a slot fired twice (primary key).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, JsonOrNothing
from core.jobs.values import JobId, JobState

BigKey = BigInteger().with_variant(Integer, "sqlite")


class Job(Base):
    __tablename__ = "job"

    id: Mapped[JobId] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    queue: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    args: Mapped[dict[str, Any]]
    result: Mapped[Any] = mapped_column(JsonOrNothing, nullable=True)
    error: Mapped[Any] = mapped_column(JsonOrNothing, nullable=True)  # code, message and hint (msgids), facts
    actor: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str | None] = mapped_column(String(120))
    lane: Mapped[str | None] = mapped_column(String(120))
    limits: Mapped[str] = mapped_column(String(400))  # "|a|b|", so that a name is found on both databases alike
    dedupe: Mapped[str | None] = mapped_column(String(200))
    rank: Mapped[int]  # minus the priority: one plain ascending index serves the claim
    not_before: Mapped[datetime | None]
    backoff_from: Mapped[datetime | None]  # set when not_before is a backoff counted from here, not a wish
    owner: Mapped[str | None] = mapped_column(String(80))
    attempt: Mapped[int]  # rises with every claim: the fencing token, together with the owner
    failures: Mapped[int]  # errors and crashes since the last progress; restarts and waiting do not count
    excused: Mapped[bool]  # the owner was stopped on purpose: taking over is no crash
    beat: Mapped[int]  # rises with every sign of life
    lease_s: Mapped[float] = mapped_column(Float)
    lease_until: Mapped[datetime | None]  # PostgreSQL: the database's clock; SQLite watches `beat` instead
    cancel_asked: Mapped[bool]
    progress_done: Mapped[int]
    progress_total: Mapped[int]
    progress_note: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_job_lane_running",
            "lane",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "uq_job_dedupe_active",
            "kind",
            "dedupe",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running', 'uncertain')"),
            postgresql_where=text("state IN ('queued', 'running', 'uncertain')"),
        ),
        Index(
            "ix_job_ready",
            "rank",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_job_state_finished_at", "state", "finished_at"),
        Index("ix_job_subject", "subject"),
        {"sqlite_autoincrement": True},  # an id is never given twice, not even after retention removed its job
    )

    @property
    def priority(self) -> int:
        return -self.rank

    @property
    def job_state(self) -> JobState:
        return JobState(self.state)


class JobStep(Base):
    """The journal. `state` is "intent" (an effect may be under way) or "done"."""

    __tablename__ = "job_step"

    job_id: Mapped[JobId] = mapped_column(BigKey, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    attempt: Mapped[int]
    result: Mapped[Any] = mapped_column(JsonOrNothing, nullable=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class JobEvent(Base):
    """What happened, for people. Events without a job are the worker's own."""

    __tablename__ = "job_event"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    job_id: Mapped[JobId | None] = mapped_column(BigKey, ForeignKey("job.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(24))
    alarm: Mapped[bool]
    facts: Mapped[dict[str, Any]]

    __table_args__ = ({"sqlite_autoincrement": True},)


class JobLimit(Base):
    """A counting semaphore: at most `capacity` running jobs name it. Queues have one each, named "queue:<name>"."""

    __tablename__ = "job_limit"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    capacity: Mapped[int | None]  # None: unbounded
    paused: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime]


class JobSchedule(Base):
    __tablename__ = "job_schedule"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    args: Mapped[dict[str, Any]]
    cron: Mapped[str] = mapped_column(String(80))
    timezone: Mapped[str] = mapped_column(String(40))
    misfire: Mapped[str] = mapped_column(String(8))
    lane: Mapped[str | None] = mapped_column(String(120))
    limits: Mapped[str] = mapped_column(String(400))
    rank: Mapped[int]
    next_at: Mapped[datetime]
    computed_at: Mapped[datetime]  # when next_at was computed; later than now means that the clock was put back


class JobFire(Base):
    """A slot of a schedule that has been served."""

    __tablename__ = "job_fire"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    job_id: Mapped[JobId | None] = mapped_column(BigKey)  # None: skipped; no foreign key, fires outlive their jobs
    fired_at: Mapped[datetime]


class JobWorker(Base):
    __tablename__ = "job_worker"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)  # new at each start
    host: Mapped[str] = mapped_column(String(80))
    pid: Mapped[int]
    queues: Mapped[str] = mapped_column(String(400))
    threads: Mapped[int]
    running: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
