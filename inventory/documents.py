"""Documents (附件) of an object: contracts, drawings, acceptance reports. The file is kept; its name is only shown."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.events import Event
from inventory.changes.editing import reached
from inventory.errors import (
    DocumentLimitError,
    DocumentNameError,
    DocumentNotFoundError,
    DocumentSizeError,
    DocumentTypeError,
)
from inventory.kinds import ObjectKind
from inventory.ledger.state import MODELS
from inventory.models import Document
from inventory.scope import Scope
from security import audit

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_NAME: Final = 120
MOST_OF_OBJECT: Final = 50
# By ending: what it is kept as, and how such a file begins. Nothing that a browser would run.
_ZIP: Final = (b"PK\x03\x04",)
_OLE: Final = (b"\xd0\xcf\x11\xe0",)
_OPEN: Final = "application/vnd.openxmlformats-officedocument"
TYPES: Final[Mapping[str, tuple[str, tuple[bytes, ...]]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".ofd": ("application/ofd", _ZIP),
    ".docx": (f"{_OPEN}.wordprocessingml.document", _ZIP),
    ".xlsx": (f"{_OPEN}.spreadsheetml.sheet", _ZIP),
    ".pptx": (f"{_OPEN}.presentationml.presentation", _ZIP),
    ".vsdx": ("application/vnd.ms-visio.drawing", _ZIP),
    ".doc": ("application/msword", _OLE),
    ".xls": ("application/vnd.ms-excel", _OLE),
    ".wps": ("application/vnd.ms-works", _OLE),
    ".et": ("application/vnd.ms-excel", _OLE),
    ".dwg": ("image/vnd.dwg", (b"AC10",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".zip": ("application/zip", _ZIP),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
}


def of_object(session: Session, kind: ObjectKind, number: int) -> Sequence[Document]:
    """Newest first, without their contents."""
    wanted = select(Document).where(Document.kind == kind, Document.object_id == number)
    return session.scalars(wanted.order_by(Document.id.desc())).all()


def attach(
    session: Session,
    kind: ObjectKind,
    number: int,
    name: str,
    content: bytes,
    *,
    scope: Scope,
    actor: audit.Actor,
    now: datetime,
) -> Document:
    """Raises NotFoundError and the errors of documents."""
    row = reached(session, kind, number, scope)
    if len(of_object(session, kind, number)) >= MOST_OF_OBJECT:
        raise DocumentLimitError(name=row.name, most=MOST_OF_OBJECT)
    if len(content) > MOST_BYTES:
        raise DocumentSizeError(size=len(content), most=MOST_BYTES)
    shown = _name(name)
    kept = Document(
        kind=kind,
        object_id=number,
        name=shown,
        media_type=_type(shown, content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by=actor.name,
        added_at=now,
    )
    session.add(kept)
    session.flush()
    audit.record(session, Event.DOCUMENT_ADDED, actor, subject=f"{kind}:{row.name}", after=_told(kept))
    return kept


def get(session: Session, number: int, *, scope: Scope) -> Document:
    """Raises DocumentNotFoundError, also where its object is out of reach."""
    found = session.get(Document, number)
    if found is None:
        raise DocumentNotFoundError(number=number)
    row: Any = session.get(MODELS[found.kind], found.object_id)
    if row is None or not scope.covers(session, row):
        raise DocumentNotFoundError(number=number)
    return found


def remove(session: Session, number: int, *, scope: Scope, actor: audit.Actor) -> Document:
    """It cannot be undone. Raises DocumentNotFoundError."""
    found = get(session, number, scope=scope)
    row = reached(session, found.kind, found.object_id, scope)
    session.delete(found)
    session.flush()
    audit.record(session, Event.DOCUMENT_REMOVED, actor, subject=f"{found.kind}:{row.name}", before=_told(found))
    return found


def _name(name: str) -> str:
    """The last part of what a browser says, in visible characters; it is shown and offered, never opened."""
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    if not last or len(last) > MOST_NAME or not last.isprintable() or last.startswith("."):
        raise DocumentNameError(name=last[:MOST_NAME], most=MOST_NAME)
    return last


def _type(name: str, content: bytes) -> str:
    """By the ending, if the content begins as such a file does."""
    ending = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    media_type, beginnings = TYPES.get(ending, ("", ()))
    looks_right = not beginnings or content.startswith(beginnings)
    if not media_type or not content or not looks_right:
        raise DocumentTypeError(name=name, known=" ".join(TYPES))
    return media_type


def _told(document: Document) -> dict[str, object]:
    return {"name": document.name, "size": document.size, "sha256": document.sha256}
