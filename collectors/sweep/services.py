"""Allowing ranges, asking for sweeps, reading what they found. The poller does the asking (`collectors.sweep.duty`)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from collectors.sweep.errors import (
    CredentialsError,
    NeverSweptError,
    RangeNotFoundError,
    RangeOverlapsError,
    SweepNotFoundError,
    SweepUnderWayError,
)
from collectors.sweep.models import Sweep, SweepRange, SweepState
from collectors.sweep.ranges import Range
from core.events import Event
from security import audit
from security.vault import Kind, Realm, Vault

UNDER_WAY: Final = (SweepState.ASKED, SweepState.RUNNING, SweepState.STOPPING)
KEPT: Final = 5
SNMP_KINDS: Final = frozenset({Kind.SNMP_V2C, Kind.SNMP_V3})


def offered(session: Session, vault: Vault) -> list[str]:
    """Names of the credentials by which a sweep can ask; names need no key."""
    return [entry.name for entry in vault.list(session, Realm.MONITOR) if entry.kind in SNMP_KINDS]


def allowed(session: Session) -> Sequence[SweepRange]:
    """Every range, with its sweeps, the latest first."""
    wanted = select(SweepRange).options(selectinload(SweepRange.sweeps)).order_by(SweepRange.prefix)
    return session.scalars(wanted).all()


def allow(
    session: Session,
    text: str,
    credentials: Sequence[str],
    known: Collection[str],
    *,
    note: str = "",
    snmp_port: int = 161,
    actor: audit.Actor,
    now: datetime,
) -> SweepRange:
    """From now on this range may be swept, by these credentials of those `known`.

    Raises RangeUnusableError, RangeTooLargeError, RangeOverlapsError, CredentialsError.
    """
    wanted = Range.read(text)
    for other in session.scalars(select(SweepRange.prefix)):
        if wanted.overlaps(Range.read(other)):
            raise RangeOverlapsError(text=str(wanted), other=other)
    for name in credentials:
        if name not in known:
            raise CredentialsError(credential=name)
    made = SweepRange(
        prefix=str(wanted),
        note=note,
        snmp_port=snmp_port,
        credentials=list(dict.fromkeys(credentials)),
        allowed_by=actor.name,
        allowed_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(session, Event.SWEEP_RANGE_ALLOWED, actor, subject=_subject(made), after=_shown(made))
    return made


def withdraw(session: Session, number: int, *, actor: audit.Actor) -> SweepRange:
    """What was found in it is forgotten with it. Raises RangeNotFoundError; SweepUnderWayError until it is stopped."""
    found = range_of(session, number)
    if any(sweep.state in UNDER_WAY for sweep in found.sweeps):
        raise SweepUnderWayError(text=found.prefix)
    before = _shown(found)
    session.delete(found)
    audit.record(session, Event.SWEEP_RANGE_WITHDRAWN, actor, subject=_subject(found), before=before)
    return found


def ask(session: Session, number: int, *, actor: audit.Actor, now: datetime) -> Sweep:
    """The poller begins within seconds. Raises RangeNotFoundError, SweepUnderWayError."""
    found = range_of(session, number)
    if any(sweep.state in UNDER_WAY for sweep in found.sweeps):
        raise SweepUnderWayError(text=found.prefix)
    old = [sweep.id for sweep in found.sweeps[KEPT - 1 :]]
    session.execute(delete(Sweep).where(Sweep.id.in_(old)))
    size = Range.read(found.prefix).size
    made = Sweep(range_id=found.id, state=SweepState.ASKED, asked_by=actor.name, asked_at=now, addresses=size, asked=0)
    session.add(made)
    session.flush()
    audit.record(session, Event.SWEEP_ASKED, actor, subject=_subject(found), after={"addresses": size})
    return made


def stop(session: Session, number: int, *, actor: audit.Actor, now: datetime) -> Sweep:
    """What was found so far stays. One that has ended is left as it is. Raises SweepNotFoundError."""
    found = sweep_of(session, number)
    before = found.state
    if before is SweepState.ASKED:
        found.state, found.ended_at = SweepState.STOPPED, now
    elif before is SweepState.RUNNING:
        found.state = SweepState.STOPPING
    if found.state is not before:
        audit.record(session, Event.SWEEP_STOPPED, actor, subject=_subject(found.range))
    return found


def range_of(session: Session, number: int) -> SweepRange:
    """Raises RangeNotFoundError."""
    found = session.get(SweepRange, number)
    if found is None:
        raise RangeNotFoundError(number=number)
    return found


def range_named(session: Session, text: str) -> SweepRange:
    """By its prefix. Raises RangeUnusableError, RangeTooLargeError, RangeNotFoundError."""
    prefix = str(Range.read(text))
    found = session.scalar(select(SweepRange).where(SweepRange.prefix == prefix))
    if found is None:
        raise RangeNotFoundError(number=prefix)
    return found


def latest_of(found: SweepRange) -> Sweep:
    """Raises NeverSweptError."""
    if not found.sweeps:
        raise NeverSweptError(text=found.prefix)
    return found.sweeps[0]


def sweep_of(session: Session, number: int) -> Sweep:
    """Raises SweepNotFoundError."""
    found = session.get(Sweep, number)
    if found is None:
        raise SweepNotFoundError(number=number)
    return found


def _subject(found: SweepRange) -> str:
    return f"sweep-range:{found.prefix}"


def _shown(found: SweepRange) -> dict[str, Any]:
    return {"prefix": found.prefix, "credentials": found.credentials, "snmp_port": found.snmp_port, "note": found.note}
