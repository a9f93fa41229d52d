"""Jobs that come by themselves, by a cron expression in a time zone.

A slot is served at most once (its row in job_fire is its proof), and a misfire at most once however many slots
passed: the next slot is always computed from now. Where the clock was put back, the next slot is computed anew, so
that no schedule sleeps until a future that was a mistake.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.clock import Clock
from core.jobs import cron as crontab
from core.jobs.errors import CronError
from core.jobs.models import JobFire, JobSchedule
from core.jobs.moment import dialect_of, now
from core.jobs.payload import checked
from core.jobs.queue import SYSTEM_CLOCK, enqueue, joined, split
from core.jobs.registry import REGISTRY, Registry
from core.jobs.values import JobId, Misfire

ACTOR = "system"
LATE = timedelta(seconds=90)  # later than this, a slot was missed


def schedule(
    session: Session,
    name: str,
    kind: str,
    args: Mapping[str, Any],
    *,
    cron: str,
    tz: str,
    misfire: str = "once",
    lane: str | None = None,
    limits: Iterable[str] = (),
    priority: int = 0,
    registry: Registry = REGISTRY,
    clock: Clock = SYSTEM_CLOCK,
) -> None:
    """Define a schedule, or bring it up to date; the next slot moves only if cron or time zone changed.

    Raises CronError and UnknownKindError.
    """
    registry.newest(kind)
    at = now(session, clock)
    next_at = _next(cron, tz, at)
    row = session.get(JobSchedule, name, with_for_update=True, populate_existing=True)
    if row is None:
        row = JobSchedule(name=name, cron="", timezone="")
        session.add(row)
    if (row.cron, row.timezone) != (cron, tz):
        row.cron, row.timezone, row.next_at, row.computed_at = cron, tz, next_at, at
    row.kind, row.args, row.misfire = kind, checked(dict(args), name), Misfire(misfire)
    row.lane, row.limits, row.rank = lane, joined(limits), -priority
    session.flush()


def unschedule(session: Session, name: str) -> None:
    row = session.get(JobSchedule, name)
    if row is not None:
        session.delete(row)
        session.flush()


def due(at: datetime) -> ColumnElement[bool]:
    return or_(JobSchedule.next_at <= at, JobSchedule.computed_at > at)


def tick(session: Session, at: datetime, *, registry: Registry = REGISTRY, clock: Clock = SYSTEM_CLOCK) -> list[JobId]:
    """Serve what is due; the new jobs. A schedule whose kind this program does not know waits."""
    fired = []
    kinds = {kind for kind, _version in registry.known()}
    rows = session.scalars(select(JobSchedule).where(due(at)).with_for_update(skip_locked=True)).all()
    for row in rows:
        if row.kind not in kinds:
            continue
        if row.next_at <= at and (job_id := _fire(session, row, at, registry, clock)) is not None:
            fired.append(job_id)
        row.next_at, row.computed_at = _next(row.cron, row.timezone, at), at
    session.flush()
    return fired


def _fire(session: Session, row: JobSchedule, at: datetime, registry: Registry, clock: Clock) -> JobId | None:
    slot = row.next_at
    while not _serve(session, row.name, slot, at):  # served already, while the clock was wrong
        slot = _next(row.cron, row.timezone, slot)
        if slot > at:
            return None
    if row.misfire == Misfire.SKIP and at - slot > LATE:
        return None
    job_id = enqueue(
        session,
        row.kind,
        row.args,
        actor=ACTOR,
        subject=f"schedule:{row.name}",
        lane=row.lane,
        limits=split(row.limits),
        priority=-row.rank,
        dedupe=f"schedule:{row.name}",
        registry=registry,
        clock=clock,
    )
    session.get_one(JobFire, (row.name, slot), populate_existing=True).job_id = job_id
    return job_id


def _serve(session: Session, name: str, slot: datetime, at: datetime) -> bool:
    """Whether the slot is ours to serve; false if it was served before."""
    dialect = postgresql if dialect_of(session) == "postgresql" else sqlite
    served = dialect.insert(JobFire).values(name=name, slot=slot, fired_at=at).on_conflict_do_nothing()
    return session.execute(served.returning(JobFire.name)).scalar_one_or_none() is not None


def _next(cron: str, tz: str, at: datetime) -> datetime:
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CronError(text=cron, reason=f"{tz!r} is not a time zone") from error
    return crontab.parse(cron).next(at, zone)
