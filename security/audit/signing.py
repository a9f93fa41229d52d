"""Signing checkpoints: every 10 seconds while something is added, and at the latest after 1,000 records.

Only the process that holds the audit key does it. It signs nothing that it has not checked itself: the records follow
the last signed one, their hashes are right, and the tiles give the root that was signed last. Where that is not so, no
checkpoint is signed any more, which everybody who waits for one notices.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from security.audit import checkpoint, rows, stored_tree, tiles, tree
from security.audit.chain import link_sorted
from security.audit.checkpoint import Checkpoint
from security.audit.errors import SigningRefusedError
from security.audit.models import AuditCheckpoint, AuditHead, AuditTree
from security.audit.note import VerifierKey
from security.audit.rows import AT, HASH, PREVIOUS, SEQUENCE, Raw
from security.audit.tiles import Tiles

RECORDS = 1000
SECONDS = 10.0


@dataclass(frozen=True, repr=False)
class SigningKey:
    """The log's name, and the seed (32 bytes) that the vault keeps in its audit realm.

    `predecessors` signed before this key; the log they left is the one to go on with.
    """

    origin: str
    seed: bytes
    predecessors: tuple[VerifierKey, ...] = ()

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.origin, self.private.public_key().public_bytes_raw())


@dataclass(frozen=True)
class _Step:
    """What signing adds; it holds only while the stored tree still ends at `size`."""

    size: int
    tiles: Tiles
    head: str
    latest: datetime
    setback: timedelta
    claim: Checkpoint


def sign_new(database: Database, key: SigningKey, clock: Clock) -> Checkpoint | None:
    """Sign over what was recorded since the last checkpoint, up to 1,000 records; None where nothing was.

    Raises SigningRefusedError where the log is not what was signed last. The work is done on a snapshot, so that
    writers wait only for the few rows at its end.
    """
    with database.read() as session:
        step = _prepare(session, key)
    if step is None:
        return None
    with database.write() as session:
        state = stored_tree.state(session, held=True)
        if state is None or state.size != step.size:
            return None  # another process was faster
        _store(session, state, step, key, clock)
    return step.claim


def pending(session: Session) -> int:
    """How many records no checkpoint covers yet."""
    head = session.scalar(select(AuditHead.sequence)) or 0
    state = stored_tree.state(session)
    return head - (0 if state is None else state.size)


def _prepare(session: Session, key: SigningKey) -> _Step | None:
    state = stored_tree.state(session)
    if state is None:
        raise SigningRefusedError(sequence=0)
    _check_last(session, state, key)
    page = next(rows.pages(session, state.size, size=RECORDS), [])
    if not page:
        return None
    _check_chain(page, state)
    leaves = [tree.leaf_hash(bytes.fromhex(raw[HASH])) for raw in page]
    stored = stored_tree.tile_reader(session)
    changed = tiles.extended(stored, state.size, leaves)

    def grown(level: int, number: int) -> bytes:
        return changed.get((level, number)) or stored(level, number)

    size = state.size + len(page)
    latest, setback = _clock_of(page, state)
    claim = Checkpoint(key.origin, size, tree.root(size, tiles.reader(grown)))
    return _Step(state.size, changed, page[-1][HASH], latest, setback, claim)


def _check_last(session: Session, state: AuditTree, key: SigningKey) -> None:
    """The tree that is there is the one that was signed."""
    if not state.size:
        return
    note = stored_tree.newest_note(session)
    last = checkpoint.accept(note, (key.verifier, *key.predecessors)) if note else None
    try:
        root = tree.root(state.size, stored_tree.node_reader(session))
    except LookupError:
        root = b""
    if last != Checkpoint(key.origin, state.size, root):
        raise SigningRefusedError(sequence=state.size)


def _check_chain(page: list[Raw], state: AuditTree) -> None:
    last, previous = state.size, state.head
    for raw in page:
        try:
            follows = (raw[SEQUENCE], raw[PREVIOUS]) == (last + 1, previous)
            sound = follows and link_sorted(previous, raw[:PREVIOUS]) == raw[HASH]
        except (TypeError, ValueError):
            sound = False
        if not sound:
            raise SigningRefusedError(sequence=last + 1)
        last, previous = raw[SEQUENCE], raw[HASH]


def _clock_of(page: list[Raw], state: AuditTree) -> tuple[datetime, timedelta]:
    """The latest time so far, and how far a later record's time lay before an earlier one's at most."""
    latest, setback = state.latest, timedelta(microseconds=state.setback_us)
    for raw in page:
        at = datetime.fromisoformat(raw[AT])
        if latest is None or at >= latest:
            latest = at
        else:
            setback = max(setback, latest - at)
    if latest is None:
        raise SigningRefusedError(sequence=state.size)
    return latest, setback


def _store(session: Session, state: AuditTree, step: _Step, key: SigningKey, clock: Clock) -> None:
    stored_tree.store_tiles(session, step.tiles)
    state.size, state.head = step.claim.size, step.head
    state.latest, state.setback_us = step.latest, step.setback // timedelta(microseconds=1)
    session.add(AuditCheckpoint(size=step.claim.size, note=step.claim.signed(key.private), signed=clock.now()))
