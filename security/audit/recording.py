"""Writing a record: in the caller's transaction, one writer at a time."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database import Database
from core.errors import Category, GuanjinError
from core.events import Event
from security.audit.actor import Actor
from security.audit.chain import link, moment
from security.audit.models import ADDRESS_LENGTH, NAME_LENGTH, SUBJECT_LENGTH, AuditHead, AuditRecord, Result
from security.audit.redaction import plain, to_json
from security.errors import AuditUnavailableError

_CLOCK = SystemClock()


def record(
    session: Session,
    event: Event,
    actor: Actor,
    *,
    subject: str = "",
    result: Result = "ok",
    before: object = None,
    after: object = None,
    detail: object = None,
    clock: Clock = _CLOCK,
) -> AuditRecord:
    """Append one record to the log, durable exactly when the caller's transaction is.

    `subject` names the object as `kind:name` (`device:HW-CORE-01`). `before`, `after` and `detail` are JSON-like
    values; whatever stands under a key such as password, community or token is replaced by `***` at any depth.

    Call it as the last thing of a change: on PostgreSQL it locks the end of the chain until the transaction ends, so
    whoever records early makes the others wait, and may meet one of them in a deadlock over a row taken later.

    A refusal is recorded in a transaction that commits: do not raise through the session that holds its record.
    """
    sequence, previous = _lock_head(session)
    entry = AuditRecord(
        sequence=sequence + 1,
        at=clock.now(),
        event=event.value,
        actor_name=plain(actor.name, NAME_LENGTH),
        actor_kind=actor.kind,
        account_id=actor.account_id,
        address=None if actor.address is None else plain(actor.address, ADDRESS_LENGTH),
        subject=plain(subject, SUBJECT_LENGTH),
        result=result,
        before_json=to_json(before),
        after_json=to_json(after),
        detail_json=to_json(detail),
        previous=previous,
    )
    entry.hash = link(previous, fields_of(entry))
    session.add(entry)
    session.flush()
    session.execute(update(AuditHead).values(sequence=entry.sequence, hash=entry.hash))
    return entry


def record_refusal(
    database: Database, event: Event, actor: Actor, error: GuanjinError, *, subject: str = "", clock: Clock = _CLOCK
) -> AuditRecord:
    """For an edge whose transaction was rolled back by a refusal: keep in one of its own that it was tried."""
    detail = {"code": error.code, **error.facts}
    result: Result = "refused" if error.category is Category.REFUSED else "failed"
    with database.write() as session:
        return record(session, event, actor, subject=subject, result=result, detail=detail, clock=clock)


def fields_of(entry: AuditRecord) -> dict[str, str | int | None]:
    """What is hashed of a record."""
    return {
        "sequence": entry.sequence,
        "at": moment(entry.at),
        "event": entry.event,
        "actor_name": entry.actor_name,
        "actor_kind": entry.actor_kind,
        "account_id": entry.account_id,
        "address": entry.address,
        "subject": entry.subject,
        "result": entry.result,
        "before": entry.before_json,
        "after": entry.after_json,
        "detail": entry.detail_json,
    }


def _lock_head(session: Session) -> tuple[int, str]:
    """Number and hash of the last record, held against other writers until the transaction ends."""
    head = session.execute(select(AuditHead.sequence, AuditHead.hash).with_for_update()).one_or_none()
    if head is None:
        raise AuditUnavailableError
    return head.sequence, head.hash
