"""What a person decides about a job from outside the worker: cancel, retry, resolve; with the record of it.

Here because a job is reached by way of the device that it is about, and because `core.jobs` knows no audit log. The
terminal, where there is no scope, has the same in `core.jobs.commands`. Each raises JobNotFoundError where the job lies
outside the scope, and JobStateError where the decision does not fit the job's state.
"""

from sqlalchemy.orm import Session

from automation.jobs import about_devices
from core import jobs
from core.clock import Clock
from core.events import Event
from core.jobs import JobId, Resolution
from inventory.scope import Scope
from security.audit import Actor, record


def cancel(session: Session, number: JobId, scope: Scope, *, actor: Actor, clock: Clock) -> None:
    _require_within(session, number, scope)
    jobs.cancel(session, number, actor=actor.name, clock=clock)
    record(session, Event.JOB_CANCELLED, actor, subject=_subject(number), clock=clock)


def retry(session: Session, number: JobId, scope: Scope, *, actor: Actor, clock: Clock) -> None:
    _require_within(session, number, scope)
    jobs.retry(session, number, actor=actor.name, clock=clock)
    record(session, Event.JOB_RETRIED, actor, subject=_subject(number), clock=clock)


def resolve(
    session: Session, number: JobId, scope: Scope, resolution: Resolution, *, actor: Actor, clock: Clock
) -> None:
    _require_within(session, number, scope)
    jobs.resolve(session, number, actor=actor.name, resolution=resolution, clock=clock)
    after = {"resolution": resolution.value}
    record(session, Event.JOB_RESOLVED, actor, subject=_subject(number), after=after, clock=clock)


def _require_within(session: Session, number: JobId, scope: Scope) -> None:
    """Who sees a job may not therefore decide about it: `scope` is of the permission to do so."""
    jobs.get(session, number, about_devices(scope))


def _subject(number: JobId) -> str:
    return f"job:{number}"
