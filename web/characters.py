"""What no text of a person contains: refused at the door, once, for every address, query, field and file name.

PostgreSQL cannot store U+0000, SQLite stores it and shows what stands before; either way two readers would see two
texts.
"""

from collections.abc import Iterator
from typing import Final

from flask import request

from web.errors import CharacterRefusedError

REFUSED: Final = "\x00"


def refuse() -> None:
    """Runs before every request, once it is known how much of it may be read."""
    for name, text in _texts():
        if REFUSED in text:
            raise CharacterRefusedError(field=name.replace(REFUSED, "")[:40])


def _texts() -> Iterator[tuple[str, str]]:
    yield "address", request.path
    for fields in (request.args, request.form):
        for name, value in fields.items(multi=True):
            yield name, name
            yield name, value
    for name, file in request.files.items(multi=True):
        yield name, file.filename or ""
