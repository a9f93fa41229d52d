"""Taking one object away, which is refused as long as anything hangs on it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.events import Event
from core.i18n import translator
from inventory.changes.editing import conflict, find
from inventory.changes.errors import InUseError, RecordedError
from inventory.changes.hanging import dependents_of
from inventory.changes.history import of_object
from inventory.changes.recording import Deletion, Occasion, keep, shown_key, told
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger import state
from inventory.ledger.layout import layout_of
from inventory.ledger.state import MODELS
from inventory.models import Document
from inventory.scope import Scope
from security import audit
from security.models import Account, RoleGrant

SHOWN: Final = 10


def delete(
    session: Session, kind: ObjectKind, number: int, occasion: Occasion, *, scope: Scope, seen: int | None = None
) -> str:
    """The name of what is gone. Raises NotFoundError, EditConflictError, InUseError, RecordedError."""
    found = find(session, kind, number, scope=scope)
    layout = layout_of(session)
    name = shown_key(found.key)
    if seen is not None and (since := of_object(session, kind, number, since=seen)):
        raise conflict(kind, name, [*since], layout)
    require_free(session, kind, found.key, number)
    remove(session, kind, number, name)
    keep(session, occasion, (), {}, [Deletion(layout[kind], found.key, number, found.values)])
    subject = f"{kind}:{name}"
    audit.record(
        session, Event.OBJECT_DELETED, occasion.actor, subject=subject, before=told(layout[kind], found.values)
    )
    return name


def require_free(session: Session, kind: ObjectKind, key: tuple[str, ...], number: int) -> None:
    """Raises InUseError with what hangs on it: other objects, and people whose grants are limited to it."""
    current, _ = state.load(session)
    zh = translator("zh")
    hanging: list[tuple[str, str]] = [
        (label(other, zh), shown_key(one)) for other, one in dependents_of(current, kind, key)
    ]
    hanging += [("权限", login) for login in _grants(session, kind, number)]
    if hanging:
        shown = "、".join(f"{one} {name}" for one, name in hanging[:SHOWN])
        raise InUseError(
            kind=kind,
            name=shown_key(key),
            count=len(hanging),
            hanging=shown + ("…" if len(hanging) > SHOWN else ""),
            dependents=tuple(hanging),
        )


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
