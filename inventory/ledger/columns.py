"""What a column and a sheet of the ledger are; which ones there are, `inventory.ledger.sheets` declares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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

    `default` is the value of a new object that says nothing, and of one whose value is taken away; `listed` says of an
    own field whether lists show it.
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
    listed: bool = True

    @property
    def custom(self) -> str | None:
        """The name of the office's own field that this is."""
        return self.field.removeprefix(CUSTOM) if self.field.startswith(CUSTOM) else None


@dataclass(frozen=True)
class Sheet:
    """One kind; `key` are the fields by which a row finds its object again.

    `chosen` is what a person said that other headings mean: folded heading to field, or to nothing for a column that is
    left out. It never changes what a heading of the template means.
    """

    kind: ObjectKind
    title: str
    english: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    @cached_property
    def meanings(self) -> Mapping[str, Column]:
        """Which column each spelling of a heading means."""
        names = {name: column for column in self.columns for name in _spellings(column, column.aliases)}
        by_field = {column.field: column for column in self.columns}
        for said, meant in self.chosen.items():
            names.pop(said, None)
            if meant in by_field:  # an own field may have been taken away since
                names[said] = by_field[meant]
        return {**names, **self.own}

    @cached_property
    def own(self) -> Mapping[str, Column]:
        """The template's own headings, in both languages."""
        both = ((column, (column.heading, column.english)) for column in self.columns)
        return {spelling: column for column, names in both for spelling in _spellings(column, names)}


def _spellings(column: Column, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield fold(name)
        yield from (f"{fold(name)}({unit})" for unit in column.units)


Layout = Mapping[ObjectKind, Sheet]
