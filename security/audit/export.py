"""The log as lines of JSON, in the fields of docs/audit-format.md, for a checker that knows nothing of this program."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from security.audit import stored_tree
from security.audit.rows import SEQUENCE, fields_of, pages

FORMAT = "guanjin-audit-v1"


def export_lines(session: Session) -> Iterator[str]:
    """A line on the log itself, then records, oldest first, and each checkpoint behind the last record that it covers.

    Checkpoints that cover more than there is come last: it is the checker who says what that means.
    """
    yield _line({"log": FORMAT, "keys": [str(key) for key in stored_tree.keys(session)]})
    notes = dict(stored_tree.notes(session))
    for page in pages(session):
        for raw in page:
            yield _line(fields_of(raw))
            if raw[SEQUENCE] in notes:
                yield _line({"checkpoint": notes.pop(raw[SEQUENCE])})
    for note in notes.values():
        yield _line({"checkpoint": note})


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
