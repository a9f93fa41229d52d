"""Lists as every page and command needs them: scope, search, filter, order and page, all in the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.interfaces import ORMOption

from inventory.errors import NotFoundError, UnknownOrderError
from inventory.kinds import ObjectKind
from inventory.scope import ALL, Scope

Model = TypeVar("Model")
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
class Listing(Generic[Model]):
    """How one kind is listed. `orders` are the names that a reader may sort by; ties are broken by name and number."""

    kind: ObjectKind
    model: type[Model]
    name: InstrumentedAttribute[str]
    number: InstrumentedAttribute[int]
    searched: tuple[InstrumentedAttribute[Any], ...]
    orders: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]]
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

    def _order(self, order: str) -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
        column = self.orders.get(order.removeprefix("-"))
        if column is None:
            raise UnknownOrderError(name=order, known=", ".join(self.orders))
        return (column.desc() if order.startswith("-") else column.asc()).nulls_last(), self.name, self.number
