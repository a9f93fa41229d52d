"""Values of the ledger as JSON keeps them, and back: `decode(column, encode(value)) == value`.

What is stored stays readable without this program: words as their stored value, dates in ISO 8601, references as names.
"""

from datetime import date
from enum import StrEnum
from typing import Any

from inventory.ledger.columns import Column
from inventory.ledger.formats import Day, Words
from inventory.ledger.values import Value


def encode(value: Value) -> Any:
    if isinstance(value, frozenset):
        return sorted(list(key) for key in value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def decode(column: Column, stored: Any) -> Value:
    """The inverse; a word or a date that means nothing any more stays text."""
    if isinstance(stored, list):
        return frozenset(tuple(key) for key in stored) if isinstance(column.default, frozenset) else tuple(stored)
    if isinstance(stored, str) and isinstance(column.format, Words | Day):
        try:
            return column.format.kind(stored) if isinstance(column.format, Words) else date.fromisoformat(stored)
        except ValueError:
            return stored
    return stored if isinstance(stored, str | int) else None
