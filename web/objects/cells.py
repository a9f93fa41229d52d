"""A value of an object as a page shows it: a word, a quantity with its unit, links to what it names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory import relations
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger.columns import Column, Layout
from inventory.ledger.formats import Address, Level, Prefix, Tags, Token, Words
from inventory.ledger.quantities import Bandwidth, Money, Whole
from inventory.ledger.state import MODELS
from inventory.scope import Scope
from web.formats import rate
from web.i18n import gettext, language

MONO: Final = Address | Prefix | Token
Named = tuple[ObjectKind, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text; `link` is the page of what it names, None where the reader may not open it."""

    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """`parts` is empty where there is no value; tags are shown apart from each other."""

    parts: Sequence[Part]
    mono: bool = False
    tags: bool = False


def heading(column: Column) -> str:
    return column.heading if language() == "zh" else column.english


def headings(layout: Layout) -> dict[tuple[ObjectKind, str], str]:
    """Of the whole ledger, by kind and field."""
    return {(kind, column.field): heading(column) for kind, sheet in layout.items() for column in sheet.columns}


def cell(kind: ObjectKind, column: Column, row: Any, open_to: frozenset[Named]) -> Cell:
    relation = relations.of_kind(kind).get(column.field)
    if relation is not None:
        held = getattr(row, column.field)
        several = held if relation.several else [held] if held is not None else []
        return Cell([_named(relation.to, one, open_to) for one in several])
    if column.custom is not None:
        text = row.custom.get(column.custom) or ""
        return Cell([Part(text)] if text else [])
    value = getattr(row, column.field)
    if isinstance(column.format, Tags):
        return Cell([Part(tag, url_for("inventory.listed", kind=kind, tag=tag)) for tag in value], tags=True)
    text = value.name if hasattr(value, "name") and hasattr(value, "device_id") else shown(column, value)
    if column.field == "name":
        link = url_for("inventory.show", kind=kind, number=row.id) if (kind, row.id) in open_to else None
        return Cell([Part(text, link)], mono=isinstance(column.format, MONO))
    return Cell([Part(text)] if text else [], mono=isinstance(column.format, MONO))


def shown(column: Column, value: Any) -> str:
    """A plain value in the reader's language; empty where there is none."""
    if value is None or isinstance(value, StrEnum):
        return "" if value is None else label(value, gettext)
    text = column.format.show(value)
    match column.format:
        case Level():
            return text if language() == "zh" else str(value)
        case Bandwidth():
            return rate(value)
        case Money():
            return f"¥ {text}"
        case Whole() if column.units:
            # Chinese spellings of a unit stand first in the sheets.
            unit = column.units[0] if language() == "zh" else column.units[-1]
            return f"{text} {unit.upper() if unit == 'u' else unit}"
        case _:
            return text


def spoken(column: Column, text: str) -> str:
    """What the ledger writes of a value, its words in the reader's language."""
    in_words = bool(text) and isinstance(column.format, Words | Level)
    return shown(column, column.format.parse(text)) if in_words else text


def names_in(kind: ObjectKind, rows: Iterable[Any]) -> set[Named]:
    """Everything that these rows of one kind name."""
    found: set[Named] = set()
    for relation in relations.of_kind(kind).values():
        for row in rows:
            held = getattr(row, relation.field)
            several = held if relation.several else [held] if held is not None else []
            found |= {(relation.to, one.id) for one in several}
    return found


def openable(session: Session, named: Iterable[Named], scope: Scope) -> frozenset[Named]:
    """Those of them that the reader may open: one query a kind, none where the scope is whole."""
    if scope.whole:
        return frozenset(named)
    by_kind: dict[ObjectKind, set[int]] = {}
    for kind, number in named:
        by_kind.setdefault(kind, set()).add(number)
    return frozenset(
        (kind, number) for kind, numbers in by_kind.items() for number in _within(session, kind, numbers, scope)
    )


def _within(session: Session, kind: ObjectKind, numbers: set[int], scope: Scope) -> Sequence[int]:
    model = MODELS[kind]
    return session.scalars(scope.apply(select(model.id), model).where(model.id.in_(numbers))).all()


def _named(kind: ObjectKind, row: Any, open_to: frozenset[Named]) -> Part:
    link = url_for("inventory.show", kind=kind, number=row.id) if (kind, row.id) in open_to else None
    text = f"{row.site.name}/{row.name}" if kind is ObjectKind.ROOM else row.name
    return Part(text, link)


def cells(kind: ObjectKind, columns: Sequence[Column], row: Any, open_to: frozenset[Named]) -> Mapping[str, Cell]:
    return {column.field: cell(kind, column, row, open_to) for column in columns}
