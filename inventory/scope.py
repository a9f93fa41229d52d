"""What a reader may see, as a value that every query applies: a filter in the database, never one after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, false


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything (`unit_ids` is None), or what belongs to some units: a unit's administrator sees no more."""

    unit_ids: frozenset[int] | None = None

    @classmethod
    def units(cls, unit_ids: Iterable[int]) -> Self:
        return cls(frozenset(unit_ids))

    def apply(self, statement: Select[Any], unit: ColumnElement[int | None] | None) -> Select[Any]:
        """Keep rows whose `unit` column is in the scope; a kind that belongs to no unit needs the whole scope."""
        if self.unit_ids is None:
            return statement
        return statement.where(false() if unit is None else unit.in_(sorted(self.unit_ids)))


ALL = Scope()
