"""Pages that stay put while the list changes: a cursor names the last item and not a number of items to skip.

A cursor holds the order, and the value and number of the last item: whatever is added or removed before it, the next
page begins right behind it. It is no secret and gives no rights: every page is scoped anew.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import InstrumentedAttribute

from collectors import seeking
from web.api.errors import CursorError

Row = TypeVar("Row")
Value = str | int | float


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


def place_after(
    cursor: str | None, order: str, columns: Mapping[str, InstrumentedAttribute[Any]]
) -> seeking.Place | None:
    """Where a list goes on that is sorted by one of the columns. Raises CursorError for a value of another kind."""
    if cursor is None:
        return None
    place = decode(cursor, order)
    return seeking.Place(_typed(place.value, columns[order.removeprefix("-")].type.python_type), place.number)


class Listed(Protocol):
    """What every list that is sought takes in its address, beside its own filters."""

    @property
    def q(self) -> str: ...
    @property
    def sort(self) -> str: ...
    @property
    def cursor(self) -> str | None: ...
    @property
    def limit(self) -> int: ...


def sought(query: Listed, columns: Mapping[str, InstrumentedAttribute[Any]], **filters: object) -> seeking.Sought:
    """What the database is asked: one row more than is shown, to know whether another page follows.

    Raises CursorError.
    """
    return seeking.Sought(
        words=query.q.split(),
        filters={name: _text(value) for name, value in filters.items() if value is not None},
        order=query.sort.removeprefix("-"),
        descending=query.sort.startswith("-"),
        after=place_after(query.cursor, query.sort, columns),
        limit=query.limit + 1,
    )


def _text(value: object) -> str:
    """As filters have it: a flag is yes or no."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def page(rows: Sequence[tuple[Row, seeking.Place]], order: str, limit: int) -> tuple[list[Row], str | None]:
    """The rows of a page, of which one more than its limit was asked for, and the cursor of the next page, if any."""
    following = None
    if len(rows) > limit:
        value, number = rows[limit - 1][1]
        plain = value.isoformat() if isinstance(value, date) else value
        following = encode(Place(order, plain, number))
    return [row for row, _ in rows[:limit]], following


def _typed(value: Value | None, kind: type) -> seeking.Value | None:
    if value is None or (isinstance(value, int) and kind in {int, float}):
        return value
    try:
        if kind is date and isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        raise CursorError from None
    if not isinstance(value, kind):
        raise CursorError
    return value
