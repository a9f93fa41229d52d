"""Every kind of the inventory alike: listed, shown, added, changed, deleted. Fields are texts, as a form has them.

What is read can be sent back: words by their stored value, dates by ISO 8601, quantities as the ledger writes them,
references by name (上级/名称 where a name alone is not enough). The columns are those of the ledger's sheets.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from core.i18n import N_
from inventory.catalogue import catalogue
from inventory.changes import editing, history
from inventory.changes.deleting import delete
from inventory.changes.editing import Edit, Found
from inventory.changes.errors import EditWrongError, UnknownFieldError
from inventory.changes.recording import Occasion, shown_key
from inventory.kinds import ChangeOrigin, ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.layout import layout_of
from inventory.ledger.single import key_of, values_of
from security.roles import Permission
from web.api.errors import FieldsError
from web.api.holder import actor, scope
from web.api.operations import KIND, NUMBER, operation
from web.api.paging import Place, encode, number_after
from web.api.parameters import Body, Digits, Paged, Parameters, Whole, Words
from web.api.resources.shapes import Answer
from web.i18n import gettext
from web.objects.forms import texts_of
from web.state import console

TAG: Final = "inventory"
WATCHING: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
CHANGING: Final = (Permission.MANAGE_INVENTORY,)
ORDER: Final = "id"
CREATED: Final = 201
LARGEST_VERSION: Final = 2**31 - 1
PARTS: Final = {"kind": N_("the kind of the object")}
ONE: Final = {**PARTS, "number": N_("number of the object")}

Text = Annotated[str, StringConstraints(max_length=4000)]
Fields = Annotated[dict[str, Text], Field(max_length=60)]


class ObjectQuery(Paged):
    q: Words = Field("", description=N_("a part of a name, of another text of the list, or pinyin initials"))


class VersionQuery(Parameters):
    version: Annotated[int, Field(ge=0, le=LARGEST_VERSION), Digits] = Field(
        description=N_("the version that was read; another one by now is refused")
    )


class NewObject(Body):
    fields: Fields = Field(description=N_("texts by field; what is left out gets its default"))


class ChangedObject(Body):
    version: Annotated[int, Field(ge=0, le=LARGEST_VERSION), Whole] = Field(
        description=N_("the version that was read; another one by now is refused")
    )
    fields: Fields = Field(description=N_("texts by field; empty takes the value away, what is left out stays"))


class Object(Answer):
    """`version` counts on whenever anything of it changes."""

    id: int
    kind: ObjectKind
    name: str = Field(description=N_("with what it stands in, where names repeat: 地点/机房"))
    version: int
    fields: dict[str, str]


class Objects(Answer):
    items: list[Object]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


@operation(
    "GET",
    f"/inventory/{KIND}",
    tag=TAG,
    summary=N_("Objects of a kind"),
    permissions=WATCHING,
    answer=Objects,
    query=ObjectQuery,
    parts=PARTS,
)
def list_objects(kind: ObjectKind, query: ObjectQuery) -> Objects:
    with console().database.read() as session:
        sheet = layout_of(session)[kind]
        listing = catalogue(sheet)
        after = number_after(query.cursor, ORDER) or 0
        page = listing.page(
            session, scope=scope(), text=query.q, where=[listing.number > after], order=ORDER, size=query.limit + 1
        )
        rows = page.items[: query.limit]
        last = rows[-1] if len(page.items) > query.limit else None
        versions = history.latest_of(session, kind, [row.id for row in rows])
        return Objects(
            items=[_told(session, sheet, row, versions.get(row.id, 0)) for row in rows],
            next=None if last is None else encode(Place(ORDER, None, last.id)),
        )


@operation(
    "GET",
    f"/inventory/{KIND}/{NUMBER}",
    tag=TAG,
    summary=N_("One object"),
    permissions=WATCHING,
    answer=Object,
    parts=ONE,
)
def show_object(kind: ObjectKind, number: int) -> Object:
    with console().database.read() as session:
        return _shown(editing.find(session, kind, number, scope=scope()))


@operation(
    "POST",
    f"/inventory/{KIND}",
    tag=TAG,
    summary=N_("Add an object"),
    permissions=CHANGING,
    body=NewObject,
    answer=Object,
    status=CREATED,
    once=True,
    conflicts=True,
    parts=PARTS,
)
def create_object(session: Session, kind: ObjectKind, body: NewObject) -> Object:
    return _save(session, Edit(kind, None, body.fields), body.fields.get("name", ""))


@operation(
    "PATCH",
    f"/inventory/{KIND}/{NUMBER}",
    tag=TAG,
    summary=N_("Change an object"),
    description=N_("Refused where somebody else changed it since the version that was read."),
    permissions=CHANGING,
    body=ChangedObject,
    answer=Object,
    conflicts=True,
    parts=ONE,
)
def change_object(kind: ObjectKind, number: int, body: ChangedObject) -> Object:
    with console().database.write() as session:
        name = shown_key(key_of(kind, editing.reached(session, kind, number, scope())))
        return _save(session, Edit(kind, number, body.fields, body.version), name)


@operation(
    "DELETE",
    f"/inventory/{KIND}/{NUMBER}",
    tag=TAG,
    summary=N_("Delete an object"),
    description=N_("Refused while anything hangs on it. Undoing the change set brings it back, but not its documents."),
    permissions=CHANGING,
    query=VersionQuery,
    conflicts=True,
    parts=ONE,
)
def delete_object(kind: ObjectKind, number: int, query: VersionQuery) -> None:
    with console().database.write() as session:
        name = shown_key(key_of(kind, editing.reached(session, kind, number, scope())))
        delete(session, kind, number, _occasion(name), scope=scope(), seen=query.version)


def _save(session: Session, edit: Edit, name: str) -> Object:
    with _by_field(edit.kind):
        saved = editing.save(session, edit, _occasion(name), scope=scope())
    return _shown(editing.find(session, edit.kind, saved.number, scope=scope()))


@contextmanager
def _by_field(kind: ObjectKind) -> Iterator[None]:
    """What the inventory refuses is a well-formed request that does not fit; the problem names each field."""
    try:
        yield
    except EditWrongError as error:
        fields = {one.column: gettext(one.expected) % one.facts for one in reversed(error.problems)}
        raise FieldsError(kind=kind, fields=fields, count=len(fields)) from None
    except UnknownFieldError as error:
        unknown = str(error.facts["field"])[:60]
        raise FieldsError(kind=kind, fields={unknown: gettext(N_("there is no such thing here"))}, count=1) from None


def _occasion(name: str) -> Occasion:
    return Occasion(actor(), console().clock.now(), ChangeOrigin.API, name)


def _shown(found: Found) -> Object:
    return Object(
        id=found.number,
        kind=found.sheet.kind,
        name=shown_key(found.key),
        version=found.version,
        fields=texts_of(found.sheet, found.values),
    )


def _told(session: Session, sheet: Sheet, row: Any, version: int) -> Object:
    return _shown(Found(sheet, row.id, key_of(sheet.kind, row), values_of(session, sheet, row), version))
