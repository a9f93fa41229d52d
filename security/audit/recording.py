"""Writing records: in the caller's transaction, one writer at a time.

By the driver's own statements: the mapper's way of writing a row costs more than the row, and nothing changes without
its record, so this is on the way of every change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database import Database
from core.errors import Category, GuanjinError
from core.events import Event
from security.audit.actor import Actor
from security.audit.chain import FIELDS, link, moment
from security.audit.models import ADDRESS_LENGTH, NAME_LENGTH, SUBJECT_LENGTH, Result
from security.audit.redaction import plain, to_json
from security.errors import AuditUnavailableError

_CLOCK = SystemClock()
_COLUMNS = (*FIELDS, "previous", "hash")


@dataclass(frozen=True)
class Written:
    """What became of it."""

    sequence: int
    at: datetime
    hash: str


@dataclass(frozen=True)
class Happening:
    """What `record_all` writes; the fields are those of `record`."""

    event: Event
    actor: Actor
    subject: str = ""
    result: Result = "ok"
    before: object = None
    after: object = None
    detail: object = None


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
) -> Written:
    """Append one record to the log, durable exactly when the caller's transaction is.

    `subject` names the object as `kind:name` (`device:HW-CORE-01`). `before`, `after` and `detail` are JSON-like
    values; whatever stands under a key such as password, community or token is replaced by `***` at any depth.

    Call it as the last thing of a change: on PostgreSQL it locks the end of the chain until the transaction ends, so
    whoever records early makes the others wait, and may meet one of them in a deadlock over a row taken later.

    A refusal is recorded in a transaction that commits: do not raise through the session that holds its record.
    """
    happening = Happening(event, actor, subject, result, before, after, detail)
    return record_all(session, [happening], clock=clock)[0]


def record_all(session: Session, happenings: Iterable[Happening], *, clock: Clock = _CLOCK) -> list[Written]:
    """Append many records at once, in this order: one lock and one statement for all of them."""
    last, previous = _lock_head(session)
    native = session.get_bind().dialect.name != "sqlite"
    rows: list[tuple[object, ...]] = []
    written = []
    for sequence, happening in enumerate(happenings, last + 1):
        at = clock.now()
        fields = _fields(happening, sequence, at)
        digest = link(previous, fields)
        if native:
            fields["at"] = at
        rows.append((*fields.values(), previous, digest))
        written.append(Written(sequence, at, digest))
        previous = digest
    if rows:
        _append(session, rows, written[-1])
    return written


def record_refusal(
    database: Database, event: Event, actor: Actor, error: GuanjinError, *, subject: str = "", clock: Clock = _CLOCK
) -> Written:
    """For an edge whose transaction was rolled back by a refusal: keep in one of its own that it was tried."""
    detail = {"code": error.code, **error.facts}
    result: Result = "refused" if error.category is Category.REFUSED else "failed"
    with database.write() as session:
        return record(session, event, actor, subject=subject, result=result, detail=detail, clock=clock)


def _fields(happening: Happening, sequence: int, at: datetime) -> dict[str, object]:
    """In the order of FIELDS."""
    actor = happening.actor
    return {
        "sequence": sequence,
        "at": moment(at),
        "event": happening.event.value,
        "actor_name": plain(actor.name, NAME_LENGTH),
        "actor_kind": actor.kind,
        "account_id": actor.account_id,
        "address": None if actor.address is None else plain(actor.address, ADDRESS_LENGTH),
        "subject": plain(happening.subject, SUBJECT_LENGTH),
        "result": happening.result,
        "before": to_json(happening.before),
        "after": to_json(happening.after),
        "detail": to_json(happening.detail),
    }


def _lock_head(session: Session) -> tuple[int, str]:
    """Number and hash of the last record, held against other writers until the transaction ends.

    What the session has not written yet is written first: a row is locked before the head, never behind it.
    """
    session.flush()
    connection = session.connection()
    statement = "SELECT sequence, hash FROM audit_head"
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    head = connection.exec_driver_sql(statement + lock).one_or_none()
    if head is None:
        raise AuditUnavailableError
    return head.sequence, head.hash


def _append(session: Session, rows: Sequence[tuple[object, ...]], last: Written) -> None:
    connection = session.connection()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names, marks = ", ".join(f'"{name}"' for name in _COLUMNS), ", ".join([mark] * len(_COLUMNS))
    connection.exec_driver_sql(f"INSERT INTO audit_record ({names}) VALUES ({marks})", list(rows))  # noqa: S608  # our columns
    head = f"UPDATE audit_head SET sequence = {mark}, hash = {mark}"  # noqa: S608  # no value in it
    connection.exec_driver_sql(head, (last.sequence, last.hash))
