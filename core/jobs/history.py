"""What happened to a job, as rows that a page can show while it happens. Texts are msgids; facts fill them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.i18n import N_, Translate, untranslated
from core.jobs.models import JobEvent
from core.jobs.payload import printable
from core.jobs.values import JobId

TEXT_LENGTH = 500


class EventKind(StrEnum):
    ENQUEUED = "enqueued"
    STARTED = "started"
    TAKEN_OVER = "taken_over"
    STEP = "step"
    NOTE = "note"
    WAITING = "waiting"
    RELEASED = "released"
    CANCEL_ASKED = "cancel_asked"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"
    RETRIED = "retried"
    RESOLVED = "resolved"
    NO_HANDLER = "no_handler"
    CLOCK_JUMPED = "clock_jumped"
    DISK_LOW = "disk_low"


MESSAGES = {
    EventKind.ENQUEUED: N_("queued by %(actor)s"),
    EventKind.STARTED: N_("started (attempt %(attempt)s)"),
    EventKind.TAKEN_OVER: N_("taken over from a worker that is gone (attempt %(attempt)s)"),
    EventKind.STEP: N_("step %(name)s done"),
    EventKind.NOTE: N_("%(note)s (%(done)s of %(total)s)"),
    EventKind.WAITING: N_("failed (%(reason)s); next attempt in %(delay_s)s seconds"),
    EventKind.RELEASED: N_("put back into the queue, because the worker stopped or the storage was not available"),
    EventKind.CANCEL_ASKED: N_("%(actor)s asked for the job to be cancelled"),
    EventKind.DONE: N_("done"),
    EventKind.FAILED: N_("failed: %(reason)s"),
    EventKind.CANCELLED: N_("cancelled"),
    EventKind.UNCERTAIN: N_("it is not known whether step %(name)s took effect; a person has to decide"),
    EventKind.RETRIED: N_("queued again by %(actor)s"),
    EventKind.RESOLVED: N_("decided by %(actor)s: %(resolution)s"),
    EventKind.NO_HANDLER: N_("this program has no handler for %(kind)s version %(version)s; the job waits for one"),
    EventKind.CLOCK_JUMPED: N_("the clock jumped by %(seconds)s seconds"),
    EventKind.DISK_LOW: N_("only %(free)s bytes are free; no new job is started until %(reserve)s are free"),
}

ALARMS = frozenset(
    {EventKind.FAILED, EventKind.UNCERTAIN, EventKind.NO_HANDLER, EventKind.CLOCK_JUMPED, EventKind.DISK_LOW}
)


def record(session: Session, job_id: JobId | None, kind: EventKind, at: datetime, /, **facts: object) -> None:
    plain = {
        name: value if isinstance(value, int | float) else printable(value, TEXT_LENGTH)
        for name, value in facts.items()
    }
    session.add(JobEvent(job_id=job_id, at=at, kind=kind, alarm=kind in ALARMS, facts=plain))


def render(event: JobEvent, translate: Translate = untranslated) -> str:
    return translate(MESSAGES[EventKind(event.kind)]) % event.facts
