"""Which column of which kind refers to which kind, asked of the database: what hangs on an object, and who is where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from inventory.kinds import ObjectKind
from inventory.ledger.columns import Column
from inventory.ledger.sheets import SHEETS
from inventory.ledger.state import MODELS
from inventory.scope import ALL, Scope


@dataclass(frozen=True)
class Relation:
    """The column `field` of `kind` names objects of another kind: one, or several."""

    kind: ObjectKind
    column: Column
    to: ObjectKind

    @property
    def field(self) -> str:
        return self.column.field

    @cached_property
    def several(self) -> bool:
        return isinstance(self.column.default, frozenset)

    def points_at(self, number: int) -> ColumnElement[bool]:
        """The condition on the kind's table: those that name the object."""
        model: Any = MODELS[self.kind]
        if self.several:
            named: ColumnElement[bool] = getattr(model, self.field).any(id=number)
            return named
        one: ColumnElement[bool] = getattr(model, f"{self.field}_id") == number
        return one


def _relations() -> Iterator[Relation]:
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.refers:
                yield Relation(sheet.kind, column, column.refers)
            elif (sheet.kind, column.field) == (ObjectKind.DEVICE, "rack"):
                # A device names its rack within its room, not by a reference; the row has its number.
                yield Relation(sheet.kind, column, ObjectKind.RACK)


RELATIONS: Final[Sequence[Relation]] = tuple(_relations())


def of_kind(kind: ObjectKind) -> Mapping[str, Relation]:
    """What the kind's own columns refer to, by field."""
    return {one.field: one for one in RELATIONS if one.kind is kind}


def towards(kind: ObjectKind) -> list[Relation]:
    """Everything that can name an object of the kind."""
    return [one for one in RELATIONS if one.to is kind]


def pointing(relation: Relation, number: int, scope: Scope = ALL) -> Select[Any]:
    model = MODELS[relation.kind]
    return scope.apply(select(model), model).where(relation.points_at(number))


def count_pointing(session: Session, relation: Relation, number: int, scope: Scope = ALL) -> int:
    return session.scalar(select(func.count()).select_from(pointing(relation, number, scope).subquery())) or 0


def hanging_on(session: Session, kind: ObjectKind, number: int) -> list[tuple[ObjectKind, Any]]:
    """Every object that names this one, once, in the order of the kinds; its own row does not count."""
    found: dict[tuple[ObjectKind, int], Any] = {}
    for relation in towards(kind):
        model = MODELS[relation.kind]
        for row in session.scalars(pointing(relation, number).order_by(model.name, model.id)):
            found.setdefault((relation.kind, row.id), row)
    found.pop((kind, number), None)
    return [(other, row) for (other, _), row in found.items()]
