"""The log as lines of JSON, in the fields of docs/audit-format.md, for a checker that knows nothing of this program."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from security.audit import stored_tree, tree
from security.audit.models import AuditSegment
from security.audit.rows import SEQUENCE, fields_of, pages
from security.audit.stored_tree import removed_up_to

FORMAT = "guanjin-audit-v1"


def export_lines(session: Session) -> Iterator[str]:
    """A line on the log itself, then records, oldest first, and each checkpoint behind the last record that it covers.

    Checkpoints that cover more than there is come last: it is the checker who says what that means.
    """
    begin = removed_up_to(session)
    yield header_line(session, begin)
    notes = {size: note for size, note in stored_tree.notes(session).items() if begin is None or size > begin.last}
    for page in pages(session, None if begin is None else begin.last):
        for raw in page:
            yield line(fields_of(raw))
            if raw[SEQUENCE] in notes:
                yield line({"checkpoint": notes.pop(raw[SEQUENCE])})
    for note in notes.values():
        yield line({"checkpoint": note})


def header_line(session: Session, begin: AuditSegment | None) -> str:
    """What the log is, and where the lines begin: after a segment, by what was signed at its end."""
    header: dict[str, Any] = {"log": FORMAT, "keys": [str(key) for key in stored_tree.keys(session)]}
    if begin is not None:
        frontier = tree.frontier(begin.last, stored_tree.node_reader(session))
        header["begin"] = {
            "size": begin.last,
            "previous": begin.head,
            "subtrees": [base64.b64encode(node).decode() for node in frontier.nodes],
            "checkpoint": begin.note,
        }
    return line(header)


def line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
