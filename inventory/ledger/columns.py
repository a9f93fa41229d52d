"""What a column and a sheet of the ledger are; which ones there are, `inventory.ledger.sheets` declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from inventory.kinds import ObjectKind
from inventory.ledger.formats import Format
from inventory.ledger.text import fold
from inventory.ledger.values import Value

CUSTOM: Final = "custom."


@dataclass(frozen=True)
class Column:
    """One column; `units` are what may stand in brackets behind the heading, such as 带宽(M).

    `default` is the value of a new object that says nothing, and of one whose value is taken away.
    """

    heading: str
    english: str
    field: str
    format: Format
    required: bool = False
    aliases: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    refers: ObjectKind | None = None
    help: str = ""
    default: Value = None

    @property
    def custom(self) -> str | None:
        """The name of the office's own field that this is."""
        return self.field.removeprefix(CUSTOM) if self.field.startswith(CUSTOM) else None


@dataclass(frozen=True)
class Sheet:
    """One kind; `key` are the fields by which a row finds its object again."""

    kind: ObjectKind
    title: str
    english: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    @cached_property
    def meanings(self) -> Mapping[str, Column]:
        """Which column each spelling of a heading means."""
        names: dict[str, Column] = {}
        for column in self.columns:
            for name in (column.heading, column.english, *column.aliases):
                names[fold(name)] = column
                names.update({f"{fold(name)}({unit})": column for unit in column.units})
        return names


Layout = Mapping[ObjectKind, Sheet]
