"""How old a value is, honestly: it is stale after two intervals, and a value that never came has no age."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from collectors.models import PollerStatus

POLLER: Final = "poller"
STALE_INTERVALS: Final = 2
# The heartbeat comes every five seconds (`collectors.poller.process`).
AWAY_AFTER: Final = timedelta(seconds=20)
USUAL_INTERVAL_S: Final = 60


@dataclass(frozen=True)
class Freshness:
    age_s: float | None
    stale: bool


@dataclass(frozen=True)
class PollerHealth:
    """`running` false makes the red bar of every page. `icmp` is `available`, `unavailable` or `off`.

    `status` has the counts, and `icmp_error` with `icmp_facts` for `collectors.errors.explain`; None before the
    first start.
    """

    running: bool
    heartbeat_age_s: float | None
    interval_s: int
    icmp: str
    status: PollerStatus | None


def freshness(moment: datetime | None, now: datetime, interval_s: int) -> Freshness:
    if moment is None:
        return Freshness(None, stale=True)
    age = max(0.0, (now - moment).total_seconds())
    return Freshness(age, stale=age > STALE_INTERVALS * interval_s)


def poller_health(session: Session, now: datetime) -> PollerHealth:
    status = session.get(PollerStatus, POLLER)
    if status is None:
        return PollerHealth(running=False, heartbeat_age_s=None, interval_s=USUAL_INTERVAL_S, icmp="off", status=None)
    age = now - status.heartbeat
    return PollerHealth(
        running=status.stopped is None and age <= AWAY_AFTER,
        heartbeat_age_s=max(0.0, age.total_seconds()),
        interval_s=status.interval_s,
        icmp=status.icmp,
        status=status,
    )
