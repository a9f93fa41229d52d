"""A list of one kind as its address asks for it; the rows of the page come from the database, and only those."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import relations
from inventory.catalogue import TAG, catalogue, conditions, narrowing
from inventory.kinds import ObjectKind
from inventory.labels import choices
from inventory.ledger.columns import Sheet as LedgerSheet
from inventory.ledger.formats import OneOf, Words
from inventory.ledger.state import MODELS
from inventory.scope import Scope
from web import numbers
from web.i18n import gettext
from web.listing import PAGE, Address, Sheet
from web.objects.cells import heading

MOST_CHOICES: Final = 200  # a longer drop-down is no help; the page of the object leads to its list


@dataclass(frozen=True)
class Filter:
    """A drop-down, or where there are too many the one that was chosen elsewhere; `options` are value and label."""

    field: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str = ""

    @property
    def offered(self) -> bool:
        return len(self.options) > 1


def asked(sheet: LedgerSheet) -> Address:
    wanted = request.args.get("sort", "name")
    known = wanted.removeprefix("-") in sortable(sheet)
    return Address(
        words=request.args.get("q", "").strip()[:100],
        filters={name: request.args[name][:100] for name in narrowing(sheet) if request.args.get(name)},
        sort=wanted.removeprefix("-") if known else "name",
        descending=known and wanted.startswith("-"),
        page=max(1, numbers.asked("page") or 1),
    )


def page(session: Session, sheet: LedgerSheet, address: Address, scope: Scope) -> Sheet[Any]:
    order = f"-{address.sort}" if address.descending else address.sort
    found = catalogue(sheet).page(
        session,
        scope=scope,
        text=address.words,
        where=conditions(sheet, address.filters),
        order=order,
        number=address.page,
        size=PAGE,
    )
    return Sheet(list(found.items), found.total, found.number, address)


def filters(session: Session, sheet: LedgerSheet, address: Address, scope: Scope) -> Iterator[Filter]:
    for column in sheet.columns:
        if isinstance(column.format, Words):
            words = [(word.value, label) for word, label in choices(column.format.kind, gettext)]
            yield Filter(column.field, heading(column), words)
        elif isinstance(column.format, OneOf):
            yield Filter(column.field, heading(column), [(word, word) for word in column.format.words])
    for field, relation in relations.of_kind(sheet.kind).items():
        chosen = address.filters.get(field, "")
        yield Filter(field, heading(relation.column), _names(session, relation.to, scope, chosen), chosen)
    if TAG in address.filters:
        yield Filter(TAG, heading(sheet.column("tags")), [(address.filters[TAG],) * 2], address.filters[TAG])


def _names(session: Session, kind: ObjectKind, scope: Scope, chosen: str) -> list[tuple[str, str]]:
    """Everything that can be chosen, or where that is too much only what is chosen."""
    model = MODELS[kind]
    wanted = scope.apply(select(model.id, model.name), model).order_by(model.name, model.id)
    rows = session.execute(wanted.limit(MOST_CHOICES + 1)).all()
    if len(rows) > MOST_CHOICES or kind in {ObjectKind.ROOM, ObjectKind.RACK}:  # whose names say nothing by themselves
        number = numbers.parsed(chosen)
        rows = session.execute(wanted.where(model.id == number)).all() if number else []
    return [(str(number), name) for number, name in rows]


def sortable(sheet: LedgerSheet) -> frozenset[str]:
    return frozenset(catalogue(sheet).orders)
