"""Lists as every page and command needs them: scope, search, filter, order and page, all in the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.interfaces import ORMOption

from inventory.errors import NotFoundError, UnknownOrderError
from inventory.kinds import ObjectKind
from inventory.scope import ALL, Scope

Model = TypeVar("Model")
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
PAGE_SIZE = 50
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[Model]):
    """One page of a list, and how many rows the whole list has."""

    items: Sequence[Model]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class Wanted:
    """What a page of a list asks for: `filters` and `order` by the names that the list knows, `page` counts from 1."""

    words: Sequence[str] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    order: str = "name"
    descending: bool = False
    page: int = 1
    size: int = PAGE_SIZE


def number_in(text: str) -> int | None:
    """The number of a row that a filter names; None for what is none, which no row has."""
    known = text.isascii() and text.isdecimal() and len(text) <= 9  # noqa: PLR2004  # within 32 bits
    return int(text) if known else None


def all_words(words: Sequence[str], texts: Sequence[Column]) -> list[ColumnElement[bool]]:
    """A word fits where any of the texts contains it, and all words have to fit."""
    return [or_(*(text.icontains(word, autoescape=True) for text in texts)) for word in words]


def cut(
    session: Session, query: Select[*tuple[Any, ...]], wanted: Wanted, by: Sequence[Column], ties: Sequence[Column]
) -> Page[Any]:
    """A page of rows; one beyond the last is the last. What has no value comes last in either direction."""
    total = session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    page = min(max(1, wanted.page), max(1, -(-total // wanted.size)))
    ordered = [(column.desc() if wanted.descending else column.asc()).nulls_last() for column in by]
    rows = query.order_by(*ordered, *ties).limit(wanted.size).offset((page - 1) * wanted.size)
    return Page(session.execute(rows).all(), total, page, wanted.size)


@dataclass(frozen=True)
class Listing(Generic[Model]):
    """How one kind is listed. `orders` are the names that a reader may sort by; ties are broken by name and number.

    Without anything to search or to sort by it serves to find one.
    """

    kind: ObjectKind
    model: type[Model]
    name: InstrumentedAttribute[str]
    number: InstrumentedAttribute[int]
    searched: tuple[Column, ...] = ()
    orders: Mapping[str, Column] = field(default_factory=dict)
    loaded: tuple[ORMOption, ...] = ()

    def page(
        self,
        session: Session,
        *,
        scope: Scope = ALL,
        text: str = "",
        where: Sequence[ColumnElement[bool]] = (),
        order: str = "name",
        number: int = 1,
        size: int = PAGE_SIZE,
    ) -> Page[Model]:
        """`text` is looked for in any searched column; `order` is a name, with `-` before it for descending."""
        size = min(max(size, 1), MOST_ROWS)
        number = max(number, 1)
        chosen = self._matching(scope, text).where(*where)
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        rows = chosen.options(*self.loaded).order_by(*self._order(order)).limit(size).offset((number - 1) * size)
        return Page(session.scalars(rows).all(), total, number, size)

    def get(self, session: Session, number: int, scope: Scope = ALL) -> Model:
        """One object by its number; raises NotFoundError."""
        return self._one(session, self.number == number, f"#{number}", scope)

    def named(self, session: Session, name: str, scope: Scope = ALL) -> Model:
        """One object by its name; raises NotFoundError."""
        return self._one(session, self.name == name, name, scope)

    def _one(self, session: Session, rule: ColumnElement[bool], shown: str, scope: Scope) -> Model:
        found = session.scalar(self._matching(scope, "").where(rule).options(*self.loaded))
        if found is None:
            raise NotFoundError(kind=self.kind, name=shown)
        return found

    def _matching(self, scope: Scope, text: str) -> Select[Model]:
        statement = scope.apply(select(self.model), self.model)
        if text := text.strip():
            statement = statement.where(or_(*(column.icontains(text, autoescape=True) for column in self.searched)))
        return statement

    def _order(self, order: str) -> tuple[Column, ...]:
        column = self.orders.get(order.removeprefix("-"))
        if column is None:
            raise UnknownOrderError(name=order, known=", ".join(self.orders))
        return (column.desc() if order.startswith("-") else column.asc()).nulls_last(), self.name, self.number
