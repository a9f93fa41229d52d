"""The kinds with their counts, the list of each, and the page of each object."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, url_for
from sqlalchemy.orm import Session

from inventory import documents, relations
from inventory.catalogue import count
from inventory.changes import history
from inventory.changes.editing import reached
from inventory.changes.recording import shown_key
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Layout, Sheet
from inventory.ledger.layout import layout_of
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of
from inventory.ledger.state import MODELS
from inventory.relations import Relation
from inventory.scope import Scope
from web.access import requires
from web.i18n import language
from web.objects import cells, grouping, listing
from web.objects.kinds import SLUGS
from web.pages.inventory.blueprint import LOOKERS, blueprint, changeable
from web.pages.inventory.subnets import plan_of
from web.scope import seen
from web.state import console

HANGING: Final = 10  # of each relation; its list shows all
RECENT: Final = 6


@dataclass(frozen=True)
class Hanging:
    """What names an object in one column; `link` is the list of all of it, `new` a form that names it already."""

    title: str
    names: list[cells.Part]
    total: int
    link: str
    new: str | None


@blueprint.get("")
@requires(*LOOKERS)
def index() -> str:
    with console().database.read() as session:
        kinds = [(kind, title(SHEET_OF[kind]), count(session, kind, seen())) for kind in SLUGS]
        return render_template("inventory/index.html", kinds=kinds, may_create=_may_create)


@blueprint.get("/<kind:kind>")
@requires(*LOOKERS)
def listed(kind: ObjectKind) -> str:
    with console().database.read() as session:
        sheet = layout_of(session)[kind]
        address = listing.asked(sheet)
        columns = grouping.listed(sheet)
        found = listing.page(session, sheet, address, seen())
        named = cells.names_in(kind, found.rows) | {(kind, row.id) for row in found.rows}
        open_to = cells.openable(session, named, seen())
        return render_template(
            "inventory/list.html",
            kind=kind,
            title=title(sheet),
            sheet=found,
            columns=[(column, cells.heading(column)) for column in columns],
            rows=[cells.cells(kind, columns, row, open_to) for row in found.rows],
            filters=list(listing.filters(session, sheet, address, seen())),
            may_create=_may_create(kind),
            sortable=listing.sortable(sheet),
        )


@blueprint.get("/<kind:kind>/<int:number>")
@requires(*LOOKERS)
def show(kind: ObjectKind, number: int) -> str:
    with console().database.read() as session:
        row = reached(session, kind, number, seen())
        layout = layout_of(session)
        sheet = layout[kind]
        open_to = cells.openable(session, cells.names_in(kind, [row]), seen())
        changes = history.of_object(session, kind, number, limit=RECENT + 1)
        return render_template(
            "inventory/object.html",
            kind=kind,
            slug=SLUGS[kind],
            number=number,
            title=title(sheet),
            name=row.name,
            above=_above(kind, row, seen()),
            groups=[
                (group.label, [(cells.heading(one), cells.cell(kind, one, row, open_to)) for one in group.columns])
                for group in grouping.groups(sheet)
            ],
            hanging=list(_hanging(session, kind, row, seen())),
            changes=_told(changes[:RECENT], layout),
            more_changes=len(changes) > RECENT,
            documents=documents.of_object(session, kind, number),
            document_types=documents.TYPES,
            most_bytes=documents.MOST_BYTES,
            may_change=changeable().covers(session, row),
            may_create=_may_create,
            monitoring=_monitoring(kind, number),
            plan=plan_of(session, row, seen()) if kind is ObjectKind.SUBNET else None,
        )


@blueprint.get("/<kind:kind>/<int:number>/history")
@requires(*LOOKERS)
def changes_of(kind: ObjectKind, number: int) -> str:
    with console().database.read() as session:
        row = reached(session, kind, number, seen())
        layout = layout_of(session)
        return render_template(
            "inventory/history.html",
            kind=kind,
            number=number,
            title=title(layout[kind]),
            name=row.name,
            changes=_told(history.of_object(session, kind, number), layout),
            most=history.MOST,
        )


def title(sheet: Sheet) -> str:
    return sheet.title if language() == "zh" else sheet.english


def _told(changes: Any, layout: Layout) -> list[tuple[Any, list[history.Difference]]]:
    return [(change, list(history.differences(change, layout, language()))) for change in changes]


def _may_create(kind: ObjectKind) -> bool:
    return changeable().may_hold(MODELS[kind])


def _monitoring(kind: ObjectKind, number: int) -> str | None:
    page = {ObjectKind.DEVICE: "devices.show", ObjectKind.LINE: "lines.show"}.get(kind)
    return url_for(page, number=number) if page else None


def _above(kind: ObjectKind, row: Any, scope: Scope) -> list[cells.Part]:
    """A region's way down from the topmost one; of a room its site, of a rack its room."""
    outer = SHEET_OF[kind].column(SHEET_OF[kind].key[0])
    if outer.refers is None:
        return []
    found: list[cells.Part] = []
    at, held = getattr(row, outer.field), outer.refers
    while at is not None:
        link = url_for("inventory.show", kind=held, number=at.id) if scope.whole or held is ObjectKind.UNIT else None
        found.insert(0, cells.Part(at.name, link))
        above = SHEET_OF[held].column(SHEET_OF[held].key[0])
        at, held = (getattr(at, above.field), above.refers) if above.refers else (None, held)
    return found


def _hanging(session: Session, kind: ObjectKind, row: Any, scope: Scope) -> Iterator[Hanging]:
    """By relation, each with its first names; what is out of the reader's reach is not counted."""
    towards = relations.towards(kind)
    may_change = changeable().covers(session, row)
    for relation in towards:
        total = relations.count_pointing(session, relation, row.id, scope)
        # Lines on a line's page need a word about them; regions on a region's page do not.
        backup = kind is relation.kind is ObjectKind.LINE
        alone = sum(one.kind is relation.kind for one in towards) == 1 and not backup
        model = MODELS[relation.kind]
        wanted = relations.pointing(relation, row.id, scope).order_by(model.name, model.id).limit(HANGING)
        names = [
            cells.Part(one.name, url_for("inventory.show", kind=relation.kind, number=one.id))
            for one in (session.scalars(wanted) if total else ())
        ]
        link = url_for("inventory.listed", kind=relation.kind, **{relation.field: row.id})
        new = _new_link(relation, kind, row) if may_change and _may_create(relation.kind) else None
        if total or new:
            yield Hanging(_relation_title(relation, alone=alone), names, total, link, new)


def _new_link(relation: Relation, kind: ObjectKind, row: Any) -> str:
    key = key_of(kind, row)
    values: dict[str, Any] = {relation.field: shown_key(key)}
    if kind is ObjectKind.RACK:  # a device names its rack within its room
        values = {"site": key[0], "room": shown_key(key[:-1]), "rack": key[-1]}
    return url_for("inventory.create", kind=relation.kind, **values)


def _relation_title(relation: Relation, *, alone: bool) -> str:
    of_kind = title(SHEET_OF[relation.kind])
    return of_kind if alone else f"{of_kind} · {cells.heading(relation.column)}"
