"""The engine's own job: removing what ended long ago."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.jobs.context import JobContext
from core.jobs.moment import now
from core.jobs.queue import SYSTEM_CLOCK
from core.jobs.registry import job
from core.jobs.retention import purge
from core.jobs.schedules import schedule
from core.jobs.values import Retry

KIND = "jobs.purge"
AT = "40 3 * * *"
BATCH = 500


@job(KIND, retry=Retry(attempts=3, base_s=60))
def remove_old_jobs(ctx: JobContext, args: Mapping[str, Any]) -> int:
    """How many were removed, in transactions of a few milliseconds between which everybody else has his turn."""
    with ctx.database.read() as session:
        limit = now(session, SYSTEM_CLOCK) - timedelta(days=args["days"])
    removed = 0
    while True:
        ctx.check()
        with ctx.write() as session:
            count = purge(session, older_than=limit, batch=BATCH)
        removed += count
        if count < BATCH:
            return removed


def install_schedules(session: Session, days: int, timezone: str) -> None:
    schedule(session, KIND, KIND, {"days": days}, cron=AT, tz=timezone, misfire="once")
