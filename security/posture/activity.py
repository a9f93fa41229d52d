"""Is it alive: the worker, and the schedules that should have come to pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core import jobs
from core.i18n import N_
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity

GONE_AFTER: Final = timedelta(minutes=2)
LATE_AFTER: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class Work:
    """`seen` is the newest sign of life of any worker; `due` are the schedules with the time that is next."""

    now: datetime
    seen: datetime | None
    due: tuple[tuple[str, datetime], ...]


def look(site: Installation) -> Work:
    with site.database.read() as session:
        seen = [one.seen_at for one in jobs.workers(session) if one.stopped_at is None]
        due = tuple((one.name, one.next_at) for one in jobs.list_schedules(session))
        return Work(site.clock.now(), max(seen, default=None), due)


def judge(work: Work) -> Iterator[Finding]:
    if work.seen is None or work.now - work.seen > GONE_AFTER:
        yield Finding(
            "activity.worker",
            Severity.WARNING,
            "worker",
            N_("no worker is at work: nothing is backed up, sealed or inspected"),
            N_("start the installation (`guanjin up`), or look in its log for why the worker ended"),
        )
        return
    for name, at in work.due:
        if work.now - at > LATE_AFTER:
            yield Finding(
                "activity.schedule",
                Severity.WARNING,
                name,
                N_("the schedule %(subject)s should have run %(minutes)s minutes ago"),
                N_("look at the page of jobs for what the worker is doing"),
                {"minutes": int((work.now - at).total_seconds() // 60)},
            )


CHECKS: Final = (Check("activity", N_("worker and schedules"), look, judge),)
