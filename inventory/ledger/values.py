"""What passes between the reader, the planner and the database: plain values, no rows of a table, no spreadsheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

# The natural key of an object: ("CORE-01",), ("政务中心", "一楼机房"), or a region's path ("常宁市", "城关镇").
Key = tuple[str, ...]
Value = str | int | date | StrEnum | Key | frozenset[Key] | None
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the file, written as a spreadsheet's user knows it: 设备!C17."""

    sheet: str
    row: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.sheet}!{letters(self.column)}{self.row}" if self.row else self.sheet

    def part(self, field: str, column: int) -> "Where":  # noqa: ARG002  # files of other systems tell a part by its field
        """The place of one field of the object that stands here."""
        return Where(self.sheet, self.row, column)


def letters(column: int) -> str:
    """1 is A, 27 is AA; 0, a whole row, is empty."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot be taken: what stands there, and what was expected (a msgid with its facts)."""

    where: Where
    value: str
    expected: str
    facts: Mapping[str, object] = field(default_factory=dict)
    column: str = ""  # the field's name, where it is known


@dataclass(frozen=True, slots=True)
class Notice:
    """What a preview has to say that is no cell's fault: a msgid with its facts."""

    text: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unclear:
    """A word of another system whose meaning somebody has to say, and what it may be; `*` stands for no word at all."""

    topic: str
    word: str
    meanings: tuple[str, ...]


class UnexpectedValueError(ValueError):
    """Raised by a format for one value; the reader turns it into a Problem with its place."""

    def __init__(self, expected: str, **facts: object) -> None:
        super().__init__(expected)
        self.expected = expected
        self.facts = facts


class Clear:
    """A cell that says "nothing" (-, /, 无). A blank cell says nothing about the value and leaves it alone."""


CLEAR = Clear()
