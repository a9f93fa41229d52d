"""Reading the log, newest first, in pages that stay put while records are added; among ten million in under a second.

A page costs what it shows and not what the log holds, because nothing is sorted and nothing walked without a bound:

    a time                   becomes a range of numbers, by two looks into the index of times
    a filter with few hits   all its numbers come from its index, and the other filters are tried on those records
    one value with many      its index has it in the order of the numbers already
    a beginning with many    is found on the way back through the records

Where `SCAN` index entries or `WINDOW` records were looked at before a page was full, it is handed out as it is, and
`older` says where to go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from security.audit import stored_tree
from security.audit.models import AuditRecord, Result

PAGE = 50
PAGE_LIMIT = 1000
SCAN = 20_000
WINDOW = 100_000
CHUNK = 500
# More records than this without a checkpoint: nobody signs, and how far their times go back is not known.
TAIL = 5000
_LAST_LETTER = chr(0x10FFFF)

_Text = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Filter:
    """Each given field narrows the result. Texts match the beginning (`security:`, `device:HW-`), case and all."""

    since: datetime | None = None
    until: datetime | None = None
    event: str = ""
    actor: str = ""
    subject: str = ""
    address: str = ""
    result: Result | None = None


@dataclass(frozen=True)
class Page:
    """Records, newest first; `older` is what to pass as `before` for the next page, None on the last one.

    `cut` says that the page ends where looking was given up, not where it was full.
    """

    records: tuple[AuditRecord, ...]
    older: int | None
    cut: bool = False


@dataclass(frozen=True)
class Span:
    """Numbers above `low` and below `high`."""

    low: int
    high: int

    @property
    def condition(self) -> ColumnElement[bool]:
        return and_(AuditRecord.sequence > self.low, AuditRecord.sequence < self.high)


def find(session: Session, wanted: Filter | None = None, *, before: int | None = None, limit: int = PAGE) -> Page:
    """One page of the records that match, older than number `before` if it is given."""
    wanted = wanted or Filter()
    limit = max(1, min(limit, PAGE_LIMIT))
    setback = _setback(session) if wanted.since or wanted.until else None
    span = _span(session, wanted, before, setback)
    ranges = [(column, _range(column, text)) for column, text in _texts(wanted)]
    conditions = _conditions(wanted, exact_times=setback == timedelta(0))
    rare = _rarest(session, ranges)
    if rare is not None:
        candidates = sorted((number for number in rare if span.low < number < span.high), reverse=True)
        return _picked(session, candidates, conditions, limit, more=False)
    single = next((value for value in (_single(session, *one) for one in ranges) if value is not None), None)
    if single is not None:
        statement = select(AuditRecord.sequence).where(single, span.condition)
        numbers = session.scalars(statement.order_by(AuditRecord.sequence.desc()).limit(SCAN)).all()
        return _picked(session, numbers, conditions, limit, more=len(numbers) == SCAN)
    return _walked(session, span, conditions, limit)


def span_of(session: Session, wanted: Filter) -> Span:
    """The numbers between which every record of a filter's times lies."""
    return _span(session, wanted, None, _setback(session))


def _texts(wanted: Filter) -> Iterator[tuple[_Text, str]]:
    """What was asked for, and `result` with it: a beginning that is the whole."""
    texts: tuple[tuple[_Text, str], ...] = (
        (AuditRecord.subject, wanted.subject),
        (AuditRecord.actor_name, wanted.actor),
        (AuditRecord.address, wanted.address),
        (AuditRecord.event, wanted.event),
        (AuditRecord.result, wanted.result or ""),
    )
    return ((column, text) for column, text in texts if text)


def _conditions(wanted: Filter, *, exact_times: bool) -> list[ColumnElement[bool]]:
    """Written so that no index serves them: the way to the records has been chosen already."""
    found = [func.substr(column, 1, len(text)) == text for column, text in _texts(wanted)]
    at = func.coalesce(AuditRecord.at, AuditRecord.at)
    if wanted.since is not None and not exact_times:
        found.append(at >= wanted.since)
    if wanted.until is not None and not exact_times:
        found.append(at < wanted.until)
    return found


def _range(column: _Text, text: str) -> ColumnElement[bool]:
    """A beginning as a range of the index; both databases keep these columns in the order of code points."""
    cut = text.rstrip(_LAST_LETTER)
    if not cut:
        return column >= text
    last = ord(cut[-1]) + 1
    follower = cut[:-1] + chr(0xE000 if 0xD800 <= last < 0xE000 else last)  # noqa: PLR2004  # no text holds surrogates
    return and_(column >= text, column < follower)


def _setback(session: Session) -> timedelta | None:
    """How far a record's time may lie before an earlier record's; None where that is not known."""
    state = stored_tree.state(session)
    if state is None:
        return None
    tail = (
        select(AuditRecord.at).where(AuditRecord.sequence > state.size).order_by(AuditRecord.sequence).limit(TAIL + 1)
    )
    times = session.scalars(tail).all()
    if len(times) > TAIL:
        return None
    latest, setback = state.latest, timedelta(microseconds=state.setback_us)
    for at in times:
        latest = at if latest is None else max(latest, at)
        setback = max(setback, latest - at)
    return setback


def _span(session: Session, wanted: Filter, before: int | None, setback: timedelta | None) -> Span:
    """The numbers between which every record of these times lies.

    No record after one of time `t` is earlier than `t - setback`, and none before it is later than `t + setback`.
    """
    low, high = 0, 2**62 if before is None else before
    if setback is None:
        return Span(low, high)
    number, at = AuditRecord.sequence, AuditRecord.at
    if wanted.until is not None:
        after = select(number).where(at >= wanted.until + setback).order_by(at, number).limit(1)
        high = min(high, session.scalar(after) or high)
    if wanted.since is not None:
        earlier = select(number).where(at < wanted.since - setback).order_by(at.desc(), number.desc()).limit(1)
        low = session.scalar(earlier) or 0
    return Span(low, high)


def _rarest(session: Session, ranges: Sequence[tuple[_Text, ColumnElement[bool]]]) -> Sequence[int] | None:
    """All numbers of the filter that has the fewest; None where each has more than `SCAN`."""
    found = [session.scalars(select(AuditRecord.sequence).where(one).limit(SCAN + 1)).all() for _column, one in ranges]
    few = [numbers for numbers in found if len(numbers) <= SCAN]
    return min(few, key=len, default=None)


def _single(session: Session, column: _Text, within: ColumnElement[bool]) -> ColumnElement[bool] | None:
    """The one value that all records of a range have; None where there are several."""
    first = session.scalar(select(column).where(within).order_by(column).limit(1))
    last = session.scalar(select(column).where(within).order_by(column.desc()).limit(1))
    return column == first if first == last else None


def _picked(
    session: Session, candidates: Sequence[int], conditions: Sequence[ColumnElement[bool]], limit: int, *, more: bool
) -> Page:
    """The records among these numbers, which fall, that meet the conditions. `more`: there are further candidates."""
    found: list[AuditRecord] = []
    for start in range(0, len(candidates), CHUNK):
        chunk = candidates[start : start + CHUNK]
        statement = select(AuditRecord).where(AuditRecord.sequence.in_(chunk), *conditions)
        found += sorted(session.scalars(statement), key=lambda entry: entry.sequence, reverse=True)
        if len(found) > limit:
            return Page(tuple(found[:limit]), found[limit - 1].sequence)
    return Page(tuple(found), candidates[-1] if more else None, cut=more)


def _walked(session: Session, span: Span, conditions: Sequence[ColumnElement[bool]], limit: int) -> Page:
    newest = select(AuditRecord.sequence).where(span.condition).order_by(AuditRecord.sequence.desc()).limit(1)
    high = session.scalar(newest)
    if high is None:
        return Page((), None)
    part = Span(max(span.low, high - WINDOW), high + 1)
    statement = select(AuditRecord).where(part.condition, *conditions)
    found = session.scalars(statement.order_by(AuditRecord.sequence.desc()).limit(limit + 1)).all()
    if len(found) > limit:
        return Page(tuple(found[:limit]), found[limit - 1].sequence)
    cut = part.low > span.low
    return Page(tuple(found), part.low + 1 if cut else None, cut=cut)
