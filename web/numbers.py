"""Numbers in addresses, within what a column holds: a larger one names nothing, and must not reach the database.

Python reads a number of any length, and takes minutes for one of a million digits; both databases refuse it with an
error that would look like one of ours.
"""

from typing import Final

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

LARGEST_ROW: Final = 2**31 - 1
LARGEST: Final = 2**63 - 1
_DIGITS: Final = len(str(LARGEST))


class RowNumber(IntegerConverter):
    """`<int:number>` of every route: anything but the number of a possible row is an address with nothing there."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map) -> None:  # noqa: A002  # werkzeug's own name for it
        super().__init__(map, max=LARGEST_ROW)


def parsed(text: str, *, largest: int = LARGEST_ROW) -> int | None:
    """A number that somebody typed into an address or form; None where it is none, or none that could be stored."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= largest else None


def asked(name: str, *, largest: int = LARGEST_ROW) -> int | None:
    """A number of the query."""
    return parsed(request.args.get(name, ""), largest=largest)


def sent(name: str) -> list[int]:
    """The numbers of a form's field that may be there several times; what is none is left out."""
    return [number for text in request.form.getlist(name) if (number := parsed(text)) is not None]


def install(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
