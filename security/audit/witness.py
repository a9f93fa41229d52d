"""Checkpoints that somebody else kept: found again in whatever file they lie in.

A witness keeps notes as they were signed, or lines of a log server, in which a checkpoint is a JSON object
`{"checkpoint": note}` behind whatever the server writes in front of it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from security.audit import checkpoint
from security.audit.checkpoint import Checkpoint
from security.audit.note import MARK, VerifierKey

_TEXT_LINES = 3
_BEGIN = '{"checkpoint":'


def checkpoints(lines: Iterable[str], keys: Sequence[VerifierKey]) -> list[Checkpoint]:
    """Those that one of the keys has signed, in the order in which they lie there; everything else is passed over."""
    found = (checkpoint.accept(note, keys) for note in _notes(lines))
    return [claim for claim in found if claim is not None]


def _notes(lines: Iterable[str]) -> Iterator[str]:
    kept: list[str] = []
    for line in (line.rstrip("\r\n") for line in lines):
        if (begin := line.find(_BEGIN)) >= 0:
            yield from _in_json(line[begin:])
        elif line.startswith(MARK) and len(kept) > _TEXT_LINES:
            # Only the last lines before a signature belong to its note, whatever stands before them.
            yield "\n".join([*kept[-_TEXT_LINES - 1 :], line, ""])
        kept = [*kept[-_TEXT_LINES:], line]


def _in_json(text: str) -> Iterator[str]:
    try:
        value, _end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return
    if isinstance(value, dict) and isinstance(value.get("checkpoint"), str):
        yield value["checkpoint"]
