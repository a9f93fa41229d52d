"""The tree as it lies in the database: tiles, how far it has come, checkpoints and keys."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from security.audit import checkpoint, tiles
from security.audit.checkpoint import Checkpoint
from security.audit.models import AuditCheckpoint, AuditKey, AuditSegment, AuditTile, AuditTree
from security.audit.note import VerifierKey
from security.audit.tiles import Read, Tiles
from security.audit.tree import Node


def tile_reader(session: Session) -> Read:
    statement = select(AuditTile.hashes)

    def read(level: int, number: int) -> bytes:
        found = session.scalar(statement.where(AuditTile.level == level, AuditTile.number == number))
        return found or b""

    return read


def node_reader(session: Session) -> Node:
    """The hash of any subtree; raises LookupError for one that is not there."""
    return tiles.reader(tile_reader(session))


def store_tiles(session: Session, changed: Tiles) -> None:
    """New tiles, and those that have grown."""
    for (level, number), hashes in changed.items():
        session.merge(AuditTile(level=level, number=number, hashes=hashes))
    session.flush()


def state(session: Session, *, held: bool = False) -> AuditTree | None:
    """None where somebody removed the row. `held`: against others who sign, until the transaction ends."""
    return session.get(AuditTree, 1, with_for_update=held, populate_existing=held)


def keys(session: Session) -> tuple[VerifierKey, ...]:
    """As the database has them, newest last; what does not read as a key is left out."""
    lines = session.scalars(select(AuditKey.verifier).order_by(AuditKey.created, AuditKey.verifier))
    return tuple(key for key in map(VerifierKey.parse, lines) if key is not None)


def newest_note(session: Session, *, size: int | None = None) -> str | None:
    """The newest checkpoint's text, or the newest one that covers at most `size` records."""
    statement = select(AuditCheckpoint.note).order_by(AuditCheckpoint.size.desc()).limit(1)
    return session.scalar(statement if size is None else statement.where(AuditCheckpoint.size <= size))


def newest(session: Session) -> Checkpoint | None:
    """As the database has it; whoever relies on it checks its signature."""
    note = newest_note(session)
    return None if note is None else checkpoint.read(note)


def notes(session: Session) -> Mapping[int, str]:
    """Every stored checkpoint's text by its size."""
    rows = session.execute(select(AuditCheckpoint.size, AuditCheckpoint.note).order_by(AuditCheckpoint.size))
    return {row.size: row.note for row in rows}


def removed_up_to(session: Session) -> AuditSegment | None:
    """The last segment of the archive whose records may be gone from the database."""
    statement = select(AuditSegment).where(AuditSegment.removed.is_not(None))
    return session.scalars(statement.order_by(AuditSegment.last.desc()).limit(1)).one_or_none()
