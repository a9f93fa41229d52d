"""Lists of every kind, made from the columns of its sheet: what is searched, by what it is sorted and narrowed.

The office's own fields count like the others, and tags are searched too.

Scope, search, filters, order and page are all part of the query. The monitoring's lists of devices and lines have
more to sort by (states) and live with the collectors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, String, false, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from inventory import own_values, relations
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column, Sheet
from inventory.ledger.formats import Address, OneOf, Prefix, Text, Token, Words
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.state import MODELS
from inventory.listing import Listing
from inventory.models import Address as AddressRow
from inventory.models import Room
from inventory.models import Subnet as SubnetRow
from inventory.models.base import Spoken
from inventory.scope import Scope

Attribute = ColumnElement[Any] | InstrumentedAttribute[Any]
# Addresses and subnets stand in the order of their numbers, not of their letters.
IN_ORDER: Final[Mapping[tuple[ObjectKind, str], Attribute]] = {
    (ObjectKind.SUBNET, "name"): SubnetRow.first,
    (ObjectKind.ADDRESS, "name"): AddressRow.place,
}
UNSEARCHED: Final = frozenset({"notes"})
TAG: Final = "tag"
NUMBER: Final = "id"
LARGEST: Final = 2**31 - 1


def catalogue(sheet: Sheet) -> Listing[Any]:
    own = {column.field: own_values.order(MODELS[sheet.kind].custom, column) for column in _own(sheet)}
    found = _of_template(sheet.kind)
    return replace(found, orders={**found.orders, **own}) if own else found


@cache
def _of_template(kind: ObjectKind) -> Listing[Any]:
    model = MODELS[kind]
    columns = SHEET_OF[kind].columns
    spoken = (model.initials,) if issubclass(model, Spoken) else ()
    texts = [column.field for column in columns if _searched(kind, column)]
    more = (*spoken, type_coerce(model.tags, String), own_values.every(model.custom))
    return Listing(
        kind,
        model,
        name=model.name,
        number=model.id,
        searched=(*(getattr(model, field) for field in texts), *more),
        orders=_orders(kind, columns),
        loaded=tuple(_loaded(kind)),
    )


def conditions(sheet: Sheet, asked: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """By field: a word of its vocabulary, or the number of what it names; `tag` is one tag. Nonsense finds nothing."""
    return [_condition(sheet, field, text) for field, text in asked.items()]


def narrowing(sheet: Sheet) -> tuple[str, ...]:
    """The fields by which a list can be narrowed."""
    words = tuple(column.field for column in sheet.columns if isinstance(column.format, Words | OneOf))
    return (*words, *relations.of_kind(sheet.kind), TAG)


def count(session: Session, kind: ObjectKind, scope: Scope) -> int:
    model = MODELS[kind]
    return session.scalar(scope.apply(select(func.count(model.id)), model)) or 0


def _own(sheet: Sheet) -> list[Column]:
    return [column for column in sheet.columns if column.custom is not None]


def _searched(kind: ObjectKind, column: Column) -> bool:
    named = (kind, column.field) in {
        (ObjectKind.DEVICE, "rack"),
        (ObjectKind.LINE, "a_port"),
        (ObjectKind.LINE, "b_port"),
    }
    return isinstance(column.format, Text | Token | Address | Prefix) and column.field not in UNSEARCHED and not named


def _orders(kind: ObjectKind, columns: Sequence[Column]) -> dict[str, Attribute]:
    found = {column.field: order for column in columns if (order := _order(kind, column)) is not None}
    return {**found, NUMBER: MODELS[kind].id}


def _order(kind: ObjectKind, column: Column) -> Attribute | None:
    """None for what has no order: several names, tags, notes."""
    relation = relations.of_kind(kind).get(column.field)
    if relation is not None and not relation.several:
        other = aliased(MODELS[relation.to])
        held = getattr(MODELS[kind], f"{column.field}_id")
        return select(other.name).where(other.id == held).scalar_subquery()
    if relation is not None or column.field in {"tags", "notes", "a_port", "b_port"}:
        return None
    found: Attribute = IN_ORDER.get((kind, column.field), getattr(MODELS[kind], column.field))
    return found


def _loaded(kind: ObjectKind) -> list[ORMOption]:
    model = MODELS[kind]
    options: list[ORMOption] = []
    for relation in relations.of_kind(kind).values():
        held = getattr(model, relation.field)
        option = selectinload(held) if relation.several else joinedload(held)
        options.append(option.joinedload(Room.site) if relation.to is ObjectKind.ROOM else option)
    if kind is ObjectKind.LINE:
        options += [joinedload(model.a_port), joinedload(model.b_port)]
    return options


def _condition(sheet: Sheet, field: str, text: str) -> ColumnElement[bool]:
    model = MODELS[sheet.kind]
    if field == TAG:
        return type_coerce(model.tags, String).contains(f"|{text}|", autoescape=True)  # as it is stored
    relation = relations.of_kind(sheet.kind).get(field)
    if relation is not None:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST)) else 0
        return relation.points_at(number) if 0 < number <= LARGEST else false()
    column = sheet.column(field)
    if column.custom is not None:
        return own_values.one(model.custom, column.custom) == text
    format_ = column.format
    if isinstance(format_, Words) and text in {word.value for word in format_.kind}:
        chosen: ColumnElement[bool] = getattr(model, field) == format_.kind(text)
        return chosen
    return false()
