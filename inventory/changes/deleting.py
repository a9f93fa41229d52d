"""Taking one object away, which is refused as long as anything hangs on it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.events import Event
from inventory.changes.editing import key_of, require_latest, require_reach
from inventory.changes.errors import InUseError, RecordedError
from inventory.changes.hanging import dependents_of
from inventory.changes.recording import Deletion, Occasion, keep, shown_key, told
from inventory.kinds import ObjectKind
from inventory.ledger import state
from inventory.ledger.layout import layout_of
from inventory.ledger.plan import State
from inventory.ledger.state import MODELS
from inventory.ledger.values import Key
from inventory.models import Document
from inventory.scope import Scope
from security import audit
from security.models import Account, RoleGrant


def delete(
    session: Session, kind: ObjectKind, number: int, occasion: Occasion, *, scope: Scope, seen: int | None = None
) -> str:
    """The name of what is gone. Raises NotFoundError, EditConflictError, InUseError, RecordedError."""
    layout = layout_of(session)
    current, objects = state.load(session, layout)
    key = key_of(objects, kind, number)
    require_reach(session, kind, number, scope)
    name = shown_key(key)
    require_latest(session, kind, number, seen, name)
    _require_free(session, current, kind, key, number)
    remove(session, kind, number, name)
    gone = Deletion(layout[kind], key, number, current[kind][key])
    keep(session, occasion, (), objects, [gone])
    before = told(gone.sheet, gone.before)
    audit.record(session, Event.OBJECT_DELETED, occasion.actor, subject=f"{kind}:{name}", before=before)
    return name


def _require_free(session: Session, current: State, kind: ObjectKind, key: Key, number: int) -> None:
    """Raises InUseError with what hangs on it: other objects, and people whose grants are limited to it."""
    dependents = tuple((other, shown_key(one)) for other, one in dependents_of(current, kind, key))
    logins = tuple(_grants(session, kind, number))
    if dependents or logins:
        raise InUseError(kind=kind, name=shown_key(key), dependents=dependents, logins=logins)


def remove(session: Session, kind: ObjectKind, number: int, name: str) -> None:
    """The row and its documents. Raises RecordedError where another package keeps records of it."""
    row: Any = session.get_one(MODELS[kind], number)
    documents: Sequence[Document] = session.scalars(
        select(Document).where(Document.kind == kind, Document.object_id == number)
    ).all()
    for document in documents:
        session.delete(document)
    session.delete(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise RecordedError(kind=kind, name=name) from error


def _grants(session: Session, kind: ObjectKind, number: int) -> Iterator[str]:
    """Log-in names of those whose grants name a unit or a site: without it they would reach nothing."""
    if kind not in {ObjectKind.UNIT, ObjectKind.SITE}:
        return
    granted = session.execute(select(Account.login, RoleGrant).join(RoleGrant, RoleGrant.account_id == Account.id))
    for login, grant in granted:
        reach = grant.reach
        named = reach.sites if kind is ObjectKind.SITE else reach.units | reach.units_below
        if number in named:
            yield login
