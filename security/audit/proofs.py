"""What is handed to somebody who doubts a record, or who kept a checkpoint: proofs that need no program of ours."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from security.audit import checkpoint, rows, stored_tree, tree
from security.audit.checkpoint import Checkpoint
from security.audit.errors import NoCheckpointError, RecordNotFoundError

FORMAT = "guanjin-audit-proof-v1"


@dataclass(frozen=True)
class InclusionProof:
    """That a record is in the log: its fourteen fields, the path to the root, the checkpoint that signs the root."""

    record: dict[str, Any]
    hashes: tuple[bytes, ...]
    note: str
    keys: tuple[str, ...]

    @property
    def index(self) -> int:
        number: int = self.record["sequence"]
        return number - 1

    def as_json(self) -> str:
        document = {
            "format": FORMAT,
            "record": self.record,
            "index": self.index,
            "hashes": _encoded(self.hashes),
            "checkpoint": self.note,
            "keys": self.keys,
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    def as_text(self) -> str:
        """C2SP tlog-proof: for print, and for the tools of other logs."""
        lines = ["c2sp.org/tlog-proof@v1", f"index {self.index}", *_encoded(self.hashes), "", self.note]
        return "\n".join(lines)


@dataclass(frozen=True)
class ConsistencyProof:
    """That the log as it was at `old` records is the beginning of the one under the checkpoint."""

    old: int
    old_root: bytes
    hashes: tuple[bytes, ...]
    note: str

    def as_json(self) -> str:
        document = {
            "format": FORMAT,
            "old_size": self.old,
            "old_root": base64.b64encode(self.old_root).decode(),
            "hashes": _encoded(self.hashes),
            "checkpoint": self.note,
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def prove_record(session: Session, sequence: int) -> InclusionProof:
    """Under the newest checkpoint. Raises RecordNotFoundError, NoCheckpointError (it is too new)."""
    page = next(rows.pages(session, sequence - 1, size=1), [])
    if not page or page[0][rows.SEQUENCE] != sequence:
        raise RecordNotFoundError(sequence=sequence)
    note, claim = _newest(session, sequence)
    hashes = tree.inclusion(sequence - 1, claim.size, stored_tree.node_reader(session))
    return InclusionProof(rows.fields_of(page[0]), hashes, note, tuple(map(str, stored_tree.keys(session))))


def prove_beginning(session: Session, old: int) -> ConsistencyProof:
    """That the first `old` records are still there, under the newest checkpoint. Raises NoCheckpointError."""
    note, claim = _newest(session, old)
    node = stored_tree.node_reader(session)
    return ConsistencyProof(old, tree.root(old, node), tree.consistency(old, claim.size, node), note)


def _newest(session: Session, least: int) -> tuple[str, Checkpoint]:
    note = stored_tree.newest_note(session)
    claim = checkpoint.read(note) if note else None
    if note is None or claim is None or claim.size < least:
        raise NoCheckpointError(sequence=least)
    return note, claim


def _encoded(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]
