"""A line's record read back: its outages, and the availability that follows from them exactly.

Read here and computed in `collectors.lines.availability`: when the poller ran (less the times at which a line's ends
were not to be seen), when the line was down, when it carried a maintenance mark.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from collectors.freshness import AWAY_AFTER
from collectors.lines.availability import Availability, Period, availability
from collectors.lines.spans import Piece, Spans
from collectors.models import LineCondition, LineState, OutageRecord, PollerRun, SubjectKind
from inventory.kinds import ObjectKind
from inventory.maintenance import marks_between


def outages_between(session: Session, period: Period, line_id: int | None = None) -> Sequence[OutageRecord]:
    """Records of lines that touch a period, whatever their state, the latest first."""
    wanted = select(OutageRecord).where(
        OutageRecord.subject_kind == SubjectKind.LINE,
        OutageRecord.began < period.end,
        or_(OutageRecord.ended.is_(None), OutageRecord.ended > period.begin),
    )
    if line_id is not None:
        wanted = wanted.where(OutageRecord.subject_id == line_id)
    return session.scalars(wanted.order_by(OutageRecord.began.desc(), OutageRecord.id.desc())).all()


def line_availability(
    session: Session, now: datetime, period: Period, line_id: int | None = None
) -> Mapping[int, Availability]:
    """Of one line or of all, by id. The future is left out, and what was before a line was watched at all.

    A line of which nothing of the period is left is not among them.
    """
    end = min(period.end, now)
    states = select(LineState.line_id, LineState.watched_since)
    if line_id is not None:
        states = states.where(LineState.line_id == line_id)
    ran = _ran(session, Period(period.begin, end), now)
    down: dict[int, list[Piece]] = defaultdict(list)
    unseen: dict[int, list[Piece]] = defaultdict(list)
    for record in outages_between(session, period, line_id):
        kind = {LineCondition.DOWN: down, LineCondition.UNKNOWN: unseen}.get(LineCondition(record.state))
        if kind is not None:
            kind[record.subject_id].append((record.began, record.ended or end))
    marked: dict[int, list[Piece]] = defaultdict(list)
    for mark in marks_between(session, ObjectKind.LINE, period.begin, end, line_id):
        marked[mark.subject_id].append((mark.since, mark.until))
    found = {}

    @cache
    def undisturbed(part: Period) -> Availability:
        """Of nearly all lines, and over the same time."""
        return availability(part, ran, Spans.of(()), Spans.of(()))

    for line, watched_since in session.execute(states):
        part = Period(max(period.begin, watched_since), end)
        if part.begin >= part.end:
            continue
        if not (line in down or line in unseen or line in marked):
            found[line] = undisturbed(part)
        else:
            watched = ran - Spans.of(unseen.get(line, ()))
            found[line] = availability(part, watched, Spans.of(down.get(line, ())), Spans.of(marked.get(line, ())))
    return found


def _ran(session: Session, period: Period, now: datetime) -> Spans:
    """When the poller ran; if its latest run was seen a moment ago, it runs still."""
    wanted = select(PollerRun.began, PollerRun.seen).where(PollerRun.began < period.end, PollerRun.seen > period.begin)
    runs = [(began, seen) for began, seen in session.execute(wanted)]
    latest = session.execute(select(PollerRun.began, PollerRun.seen).order_by(PollerRun.began.desc())).first()
    if latest and latest.seen >= now - AWAY_AFTER:
        runs.append((latest.began, now))
    return Spans.of(runs)
