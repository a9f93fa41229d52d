"""One way to move a transfer or a bundle: the state machine's verdict, the row, and the audit record, together."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import GuanjinError
from core.events import Event
from security.audit import SYSTEM, Actor, record
from security.ferry.errors import NotFoundError, stored
from security.ferry.models import FerryIncoming, FerryTransfer
from security.ferry.site import Ferry
from security.ferry.states import INCOMING, OUTGOING, Act, Facts, Incoming, Outgoing, Step, advance

NO_FACTS = Facts()


def transfer(session: Session, uid: str) -> FerryTransfer:
    """The transfer, held against every other change until the transaction ends."""
    statement = select(FerryTransfer).where(FerryTransfer.uid == uid).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFoundError(kind="transfer", name=uid)
    return found


def look(session: Session, uid: str) -> FerryTransfer:
    """The transfer as it is, for reading."""
    found = session.scalars(select(FerryTransfer).where(FerryTransfer.uid == uid)).one_or_none()
    if found is None:
        raise NotFoundError(kind="transfer", name=uid)
    return found


def incoming(session: Session, number: int) -> FerryIncoming:
    """The bundle at its destination, held against every other change until the transaction ends."""
    statement = select(FerryIncoming).where(FerryIncoming.id == number).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFoundError(kind="bundle", name=number)
    return found


def move(
    session: Session,
    ferry: Ferry,
    row: FerryTransfer,
    act: Act,
    event: Event,
    *,
    facts: Facts = NO_FACTS,
    actor: Actor = SYSTEM,
    result: Any = "ok",
    detail: Any = None,
) -> Outgoing:
    """Advance a transfer at its source. Raises TransitionRefusedError, and then nothing has changed."""
    before = row.state
    state = advance(OUTGOING, Outgoing(before), act, facts)
    row.state, row.changed_at = state.value, ferry.clock.now()
    session.flush()
    record(
        session,
        event,
        actor,
        subject=f"transfer:{row.uid}",
        result=result,
        before={"state": before},
        after={"state": state},
        detail=detail,
        clock=ferry.clock,
    )
    return state


def step(
    session: Session,
    ferry: Ferry,
    row: FerryIncoming,
    what: Step,
    event: Event,
    *,
    facts: Facts = NO_FACTS,
    actor: Actor = SYSTEM,
    result: Any = "ok",
    detail: Any = None,
) -> Incoming:
    """Advance a bundle at its destination. Raises TransitionRefusedError, and then nothing has changed."""
    before = row.state
    state = advance(INCOMING, Incoming(before), what, facts)
    row.state, row.changed_at = state.value, ferry.clock.now()
    session.flush()
    record(
        session,
        event,
        actor,
        subject=f"bundle:{row.uid or row.name}",
        result=result,
        before={"state": before},
        after={"state": state},
        detail=detail,
        clock=ferry.clock,
    )
    return state


@contextmanager
def refusals_recorded(database: Database, ferry: Ferry, event: Event, *, actor: Actor, subject: str) -> Iterator[None]:
    """What is refused is recorded too, in a transaction of its own, because the refused one is rolled back."""
    try:
        yield
    except GuanjinError as error:
        with database.write() as session:
            record(session, event, actor, subject=subject, result="refused", detail=stored(error), clock=ferry.clock)
        raise
