"""Taking one object away, which is refused as long as anything hangs on it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.events import Event
from inventory.changes.editing import reached, require_latest
from inventory.changes.errors import InUseError, RecordedError
from inventory.changes.recording import Deletion, Occasion, keep, shown_key, told
from inventory.kinds import ObjectKind
from inventory.ledger.layout import layout_of
from inventory.ledger.single import key_of, values_of
from inventory.ledger.state import MODELS
from inventory.models import Document
from inventory.relations import hanging_on
from inventory.scope import Scope
from security import audit
from security.models import Account, RoleGrant


def delete(
    session: Session, kind: ObjectKind, number: int, occasion: Occasion, *, scope: Scope, seen: int | None = None
) -> str:
    """The name of what is gone. Raises NotFoundError, EditConflictError, InUseError, RecordedError."""
    row = reached(session, kind, number, scope, locked=True)
    key, sheet = key_of(kind, row), layout_of(session)[kind]
    name = shown_key(key)
    require_latest(session, kind, number, seen, name)
    _require_free(session, kind, number, name, scope)
    gone = Deletion(sheet, key, number, values_of(session, sheet, row))
    remove(session, kind, number, name)
    keep(session, occasion, (), {}, [gone])
    before = told(gone.sheet, gone.before)
    audit.record(session, Event.OBJECT_DELETED, occasion.actor, subject=f"{kind}:{name}", before=before)
    return name


def _require_free(session: Session, kind: ObjectKind, number: int, name: str, scope: Scope) -> None:
    """Raises InUseError with what hangs on it: other objects, and people whose grants are limited to it."""
    hanging = hanging_on(session, kind, number)
    seen = [(other, row) for other, row in hanging if scope.covers(session, row)]
    dependents = tuple((other, shown_key(key_of(other, row))) for other, row in seen)
    logins = tuple(_grants(session, kind, number))
    if hanging or logins:
        unseen = len(hanging) - len(seen)
        raise InUseError(kind=kind, name=name, dependents=dependents, logins=logins, unseen=unseen)


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
