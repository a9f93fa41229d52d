"""What must I deal with, and then: is the county up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from flask import Blueprint, render_template
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from collectors.lines.availability import of_all
from collectors.lines.periods import day_of
from collectors.lines.records import line_availability
from collectors.models import OutageRecord, Reachability, SubjectKind
from collectors.overview import Overview
from collectors.standing import LineStanding
from inventory.kinds import Effect, ObjectKind
from inventory.models import Device, Line
from inventory.scope import Scope
from inventory.topology.services import Hit
from security.roles import Permission
from web import states
from web.access import requires
from web.i18n import gettext
from web.scope import seen
from web.state import console
from web.waiting import what_is_seen

blueprint = Blueprint("overview", __name__)
FORGOTTEN = timedelta(days=3)
DAY = timedelta(days=1)
RECENT = 5
MOST_NAMED = 5


@dataclass(frozen=True)
class CutOff:
    """Units, or business systems, that a failure does the same to: the first by name, and how many more."""

    effect: Effect
    are_systems: bool
    names: Sequence[str]
    more: int


@blueprint.get("/overview")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def show() -> str:
    now = console().clock.now()
    county = what_is_seen()
    found = county.overview
    with console().database.read() as session:
        marks = _marks(session, now, seen())
        available = _availability(session, found, now)
        recent = _recent(session, now, seen())
    counts = found.counts
    return render_template(
        "overview.html",
        found=found,
        cut_off={subject: list(_grouped(hits)) for subject, hits in county.cut_off.items()},
        available=available,
        marks=marks,
        recent=recent,
        forgotten=[mark for mark in marks if mark.maintenance_since and now - mark.maintenance_since > FORGOTTEN],
        device_total=sum(counts.devices.values()),
        device_up=counts.devices[Reachability.UP],
        line_total=sum(counts.lines.values()),
        looks={word: (states.LINE[word].kind, gettext(states.LINE[word].word)) for word in LineStanding},
        severity=states.SEVERITY,
        is_line=lambda subject: isinstance(subject, Line),
    )


def _grouped(hits: Sequence[Hit]) -> Iterator[CutOff]:
    """The worst effect first; `hits` are in this order."""
    for (effect, kind), some in groupby(hits, key=lambda hit: (hit.effect, hit.kind)):
        names = [hit.name for hit in some]
        yield CutOff(effect, kind is ObjectKind.SYSTEM, names[:MOST_NAMED], max(0, len(names) - MOST_NAMED))


def _marks(session: Session, now: datetime, scope: Scope) -> list[Device | Line]:
    """What carries a maintenance mark, the oldest first."""
    found: list[Device | Line] = []
    for kind in (Device, Line):
        found += session.scalars(scope.apply(select(kind).where(kind.maintenance_until > now), kind))
    return sorted(found, key=lambda thing: thing.maintenance_since or now)


def _recent(session: Session, now: datetime, scope: Scope) -> Sequence[OutageRecord]:
    """The latest outages of a day, of what this person sees."""
    wanted = select(OutageRecord).where(OutageRecord.began > now - DAY, OutageRecord.state == "down")
    if not scope.whole:  # else what the ledger no longer has is shown too
        subjects: dict[SubjectKind, type[Device | Line]] = {SubjectKind.DEVICE: Device, SubjectKind.LINE: Line}
        seen_ones = (
            and_(OutageRecord.subject_kind == word, OutageRecord.subject_id.in_(select(kind.id).where(scope.of(kind))))
            for word, kind in subjects.items()
        )
        wanted = wanted.where(or_(*seen_ones))
    return session.scalars(wanted.order_by(OutageRecord.began.desc()).limit(RECENT)).all()


def _availability(session: Session, found: Overview, now: datetime) -> float | None:
    """Percent of today in which the lines worked; time under a maintenance mark does not count against them."""
    wanted = {line.id for town in found.townships for line in town.lines}
    today = line_availability(session, now, day_of(now, console().settings.site.timezone))
    return of_all(one for line, one in today.items() if line in wanted)
