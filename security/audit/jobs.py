"""The archive's durable jobs: writing segments as the policy says, and taking out the rows that two persons gave up."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from core.events import Event
from core.jobs import JobContext, Retry, enqueue, job, schedule
from security.audit import archive
from security.audit.actor import Actor
from security.audit.archive import Archive
from security.audit.recording import record

QUEUE = "audit"
STORE, REMOVE = "audit.archive", "audit.remove"
AT = "20 3 * * *"


class Services(Protocol):
    """What the worker gives to the jobs of this package."""

    audit_archive: Archive


@job(STORE, queue=QUEUE, retry=Retry(attempts=3, base_s=300))
def store(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """Segments of everything that is old enough. A file that a killed run left behind is written over."""
    del args
    place, stored = _given(ctx), 0
    while True:
        ctx.check()
        with ctx.database.read() as session:
            last = archive.due(session, place)
            segment = None if last is None else archive.write(session, place, last)
        if segment is None:
            return {"segments": stored}
        with ctx.write() as session:
            archive.add(session, segment, place, actor=_actor(ctx))
        stored += 1


@job(REMOVE, queue=QUEUE, retry=Retry(attempts=3, base_s=300))
def remove(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of segments that were given up, in transactions of a few milliseconds."""
    del args
    place, removed = _given(ctx), 0
    with ctx.database.read() as session:
        found = archive.given_up(session)
    for segment in found:
        while True:
            ctx.check()
            with ctx.write() as session:
                count = archive.remove_some(session, place, segment)
                if not count:
                    subject = archive.subject_of(segment)
                    record(session, Event.AUDIT_REMOVED, _actor(ctx), subject=subject, clock=place.clock)
                    break
            removed += count
    return {"records": removed}


def request_removal(session: Session, *, actor: Actor) -> None:
    """After a confirmation; the worker does the rest."""
    enqueue(session, REMOVE, {}, actor=actor.name, dedupe=REMOVE)


def install_schedules(session: Session, timezone: str) -> None:
    schedule(session, STORE, STORE, {}, cron=AT, tz=timezone, misfire="once")


def _given(ctx: JobContext) -> Archive:
    given: Services = ctx.services
    return given.audit_archive


def _actor(ctx: JobContext) -> Actor:
    return Actor(ctx.job.actor, "system")
