"""Where something stands in a file of another system, written so that a person finds it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inventory.ledger.values import Where


@dataclass(frozen=True, slots=True)
class Spot(Where):
    """`record` is a JSON pointer (RFC 6901, devices.json#/results/3) or a line (router.db:17).

    `names` says under which name the other system keeps each of our fields.
    """

    record: str = ""
    names: Mapping[str, str] = field(default_factory=dict, compare=False)
    at: str = ""

    def __str__(self) -> str:
        between = "/" if self.record.startswith("#") else " "
        return f"{self.sheet}{self.record}{between}{self.at}" if self.at else f"{self.sheet}{self.record}"

    def part(self, field: str, column: int) -> "Spot":
        return Spot(self.sheet, self.row, column, self.record, self.names, self.names.get(field, ""))


def at_line(file: str, line: int) -> Spot:
    return Spot(file, line, record=f":{line}")


def at_pointer(file: str, number: int, pointer: str) -> Spot:
    """`number` orders the records of a file; it counts from 1."""
    return Spot(file, number, record=f"#{pointer}")
