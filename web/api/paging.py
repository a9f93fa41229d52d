"""Pages that stay put while the list changes: a cursor names the last item and not a number of items to skip.

A cursor holds the order, and the value and number of the last item: whatever is added or removed before it, the next
page begins right behind it. It is no secret and gives no rights: every page is scoped anew.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from web.api.errors import CursorError

Row = TypeVar("Row")
Value = str | int | float
Key = Callable[[Row], Value | None]


@dataclass(frozen=True)
class Place:
    """`order` as it was asked for (`-name`), the value and the number of the last item."""

    order: str
    value: Value | None
    number: int


def encode(place: Place) -> str:
    text = json.dumps([place.order, place.value, place.number], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, order: str) -> Place:
    """Raises CursorError for what is none, or is of a list in another order."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts: Any = json.loads(text)
        asked, value, number = parts
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise CursorError from None
    sound = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**63
    if asked != order or not sound or not (value is None or isinstance(value, str | int | float)):
        raise CursorError
    return Place(order, value, number)


def number_after(cursor: str | None, order: str = "-id") -> int | None:
    """For lists that are ordered by number alone, in the query."""
    return None if cursor is None else decode(cursor, order).number


@dataclass(frozen=True)
class Sorted(Generic[Row]):
    """How rows that came whole from a service are ordered; `number` breaks ties, and what has no value comes last."""

    number: Callable[[Row], int]
    orders: Mapping[str, Key[Row]]

    def page(self, rows: Iterable[Row], order: str, cursor: str | None, limit: int) -> tuple[Sequence[Row], str | None]:
        """The rows of a page, and the cursor of the next one; None on the last. Raises CursorError."""
        key, descending = self.orders[order.removeprefix("-")], order.startswith("-")
        place = None if cursor is None else decode(cursor, order)
        listed = list(rows)
        known = [(value, self.number(row), row) for row in listed if (value := key(row)) is not None]
        known.sort(key=lambda item: item[:2], reverse=descending)
        unknown = sorted(((None, self.number(row), row) for row in listed if key(row) is None), key=lambda one: one[1])
        if place is not None:
            known = _behind_known(known, place, descending=descending)
            unknown = unknown if place.value is not None else [item for item in unknown if item[1] > place.number]
        found = [*known, *unknown]
        last = found[limit - 1] if len(found) > limit else None
        following = None if last is None else encode(Place(order, last[0], last[1]))
        return [row for _, _, row in found[:limit]], following


def _behind_known(
    known: list[tuple[Value, int, Row]], place: Place, *, descending: bool
) -> list[tuple[Value, int, Row]]:
    if place.value is None:
        return []
    here = (place.value, place.number)
    try:
        return [item for item in known if (item[:2] < here if descending else item[:2] > here)]
    except TypeError:
        raise CursorError from None
