"""Is the log what was written? Walks chain and tree in pages, so that ten million records need no memory.

The chain shows which record was changed, removed, added or moved. The tree, recomputed along the way, is compared with
every checkpoint that was signed over it, so rewriting the records together with their chain shows as well; and with
the stored tiles, so that proofs can be relied on.

What no local check can find is a log that was rewritten by somebody who has the signing key too, or cut together with
everything that tells of it: that shows against checkpoints kept elsewhere (`witnesses`) and a key noted elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.events import Event
from security.audit import checkpoint, stored_tree, tiles, tree
from security.audit.chain import GENESIS, link_sorted
from security.audit.checkpoint import Checkpoint
from security.audit.models import AuditHead, AuditRecord
from security.audit.note import VerifierKey
from security.audit.rows import HASH, PREVIOUS, SEQUENCE, Raw, UnreadableError, pages
from security.audit.tiles import HEIGHT, WIDTH, Tiles


class Breach(StrEnum):
    """What is wrong with the first broken record."""

    MISSING = "missing"  # its number is not there, or the numbers before it begin elsewhere than at 1
    ALTERED = "altered"  # its content does not give its hash
    UNLINKED = "unlinked"  # it does not follow the record before it
    UNREADABLE = "unreadable"  # the database cannot give it back
    HEAD = "head"  # the log does not end where the head row says
    CHECKPOINT = "checkpoint"  # what was signed when the log ended here is not what it holds up to here
    SIGNATURE = "signature"  # the checkpoint stored for this size is signed by none of the keys
    TILE = "tile"  # the tree stored beside the records does not fit them
    WITNESS = "witness"  # a checkpoint kept elsewhere does not fit the records up to here
    CUT = "cut"  # a checkpoint covers more records than there are


@dataclass(frozen=True)
class Break:
    sequence: int
    breach: Breach


@dataclass(frozen=True)
class Verification:
    """`records` were found whole, `head` is the hash of the last of them; `broken` is None if all is well.

    `root` is that of the tree over all `records`; `signed` is the size of the newest checkpoint that holds.
    """

    records: int
    head: str
    broken: Break | None
    root: str = ""
    signed: int = 0


Promises = Mapping[int, Sequence[tuple[bytes | None, Breach]]]
"""By size, what the root there has to be, and what it means where it is not; None for a promise that nobody signed."""


def verify(session: Session, *, keys: Sequence[VerifierKey] = (), witnesses: Iterable[Checkpoint] = ()) -> Verification:
    """Walk the whole log. Never raises because of what it finds.

    `keys` are the ones that were noted elsewhere; without them those of the database are taken, which somebody who
    owns it may have exchanged together with every signature. `witnesses` are checkpoints kept elsewhere.
    """
    head = session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
    walk = _Walk(session, _promises(session, keys or stored_tree.keys(session), witnesses))
    end = None if head is None else head.sequence
    try:
        walk.begin_after(session, keys or stored_tree.keys(session))
        for page in pages(session, walk.last or None):
            walk.take(page, end, None if head is None else head.hash)
        walk.end(at_head=_ends_at_head(session, walk.last))
    except UnreadableError:
        return walk.result(Break(walk.last + 1, Breach.UNREADABLE))
    except _BrokenError as error:
        return walk.result(error.found)
    return walk.result(None)


class _BrokenError(Exception):
    def __init__(self, sequence: int, breach: Breach) -> None:
        super().__init__(sequence, breach)
        self.found = Break(sequence, breach)


class _Walk:
    """Where the walk has come to, and the tree over what it has seen: of each level only the tile that is growing."""

    def __init__(self, session: Session, promises: Promises) -> None:
        self.last, self.previous = 0, GENESIS
        self._signed = self._begun = 0
        self._promises = promises
        self._stored = stored_tree.tile_reader(session)
        self._growing: Tiles = {}
        state = stored_tree.state(session)
        self._covered, self._covered_head = (0, GENESIS) if state is None else (state.size, state.head)

    def begin_after(self, session: Session, keys: Sequence[VerifierKey]) -> None:
        """Behind the records that were archived and removed: by what was signed there, and confirmed by a record."""
        segment = stored_tree.removed_up_to(session)
        if segment is None:
            return
        claim = checkpoint.accept(segment.note, keys)
        try:
            node = stored_tree.node_reader(session)
            root, leaf = tree.root(segment.last, node), node(0, segment.last - 1)
            expected = tree.leaf_hash(bytes.fromhex(segment.head))
        except (LookupError, ValueError):
            raise _BrokenError(segment.last, Breach.TILE) from None
        if claim is None or (claim.size, claim.root) != (segment.last, root) or leaf != expected:
            raise _BrokenError(segment.last, Breach.CHECKPOINT)
        subject = f"audit-segment:{segment.first}-{segment.last}"
        confirmed = select(AuditRecord.sequence).where(
            AuditRecord.subject == subject, AuditRecord.event == Event.AUDIT_REMOVAL_CONFIRMED.value
        )
        if session.scalar(confirmed.limit(1)) is None:
            raise _BrokenError(segment.first, Breach.MISSING)
        self._compare_before(claim, node)
        self.last = self._signed = self._begun = segment.last
        self.previous = segment.head
        self._growing = {place: hashes for place in _ends(segment.last) if (hashes := self._part(place, segment.last))}
        self._promises = {size: found for size, found in self._promises.items() if size > segment.last}

    def _compare_before(self, signed: Checkpoint, node: tree.Node) -> None:
        """Checkpoints kept elsewhere of a log whose beginning is in the archive: by a proof out of the stored tree."""
        for size in sorted(self._promises):
            for root, breach in self._promises[size]:
                if size > signed.size or root is None or breach is not Breach.WITNESS:
                    continue
                proof = tree.consistency(size, signed.size, node)
                if not tree.extends(size, root, signed.size, signed.root, proof):
                    raise _BrokenError(size, breach)

    def _part(self, place: tuple[int, int], size: int) -> bytes:
        level, number = place
        count = (size >> (HEIGHT * level)) - number * WIDTH
        return self._stored(level, number)[: count * tree.HASH_BYTES]

    def take(self, page: Sequence[Raw], end: int | None, head: str | None) -> None:
        """Records that have to follow; what was promised for a size among them is looked at when it is reached."""
        leaves: list[bytes] = []
        begun = self.last
        for raw in page:
            breach = _breach(raw, self.last + 1, self.previous)
            if breach:
                raise _BrokenError(self.last + 1, breach)
            self.last, self.previous = raw[SEQUENCE], raw[HASH]
            leaves.append(tree.leaf_hash(bytes.fromhex(self.previous)))
            if self.last == end and self.previous != head:
                raise _BrokenError(self.last, Breach.HEAD)
            if self.last in self._promises or self.last == self._covered:
                self._grow(begun, leaves)
                begun, leaves = self.last, []
                self._compare()
        self._grow(begun, leaves)

    def end(self, *, at_head: bool) -> None:
        """Nothing may have been promised for more records than there are."""
        if not at_head:
            raise _BrokenError(self.last + 1, Breach.HEAD)
        if self._covered > self.last or any(size > self.last for size in self._promises):
            raise _BrokenError(self.last + 1, Breach.CUT)
        if self._covered > self._begun and self._covered not in self._promises:
            raise _BrokenError(self._covered, Breach.CHECKPOINT)

    def result(self, broken: Break | None) -> Verification:
        root = "" if broken else self._root().hex()
        return Verification(self.last, self.previous, broken, root, self._signed)

    def _grow(self, size: int, leaves: Sequence[bytes]) -> None:
        for (level, number), hashes in tiles.extended(self._own, size, leaves).items():
            whole = len(hashes) == WIDTH * tree.HASH_BYTES
            reaches = (number + 1) * WIDTH ** (level + 1)
            if whole and reaches <= self._covered and self._stored(level, number) != hashes:
                raise _BrokenError(number * WIDTH ** (level + 1) + 1, Breach.TILE)
            self._growing = {key: kept for key, kept in self._growing.items() if key[0] != level}
            self._growing[level, number] = hashes

    def _own(self, level: int, number: int) -> bytes:
        return self._growing.get((level, number), b"")

    def _root(self) -> bytes:
        return tree.root(self.last, tiles.reader(self._own))

    def _compare(self) -> None:
        if self.last == self._covered:
            self._compare_tiles()
        for root, breach in self._promises.get(self.last, ()):
            if root != self._root():
                raise _BrokenError(self.last, breach)
            self._signed = self.last

    def _compare_tiles(self) -> None:
        """At the size of the stored tree: its end, and the tiles that are not full (others may be growing them)."""
        own = {
            (level, number): hashes
            for (level, number), hashes in self._growing.items()
            if number * WIDTH ** (level + 1) < self._covered
        }
        if self.previous != self._covered_head or any(
            self._stored(*place)[: len(hashes)] != hashes for place, hashes in own.items()
        ):
            raise _BrokenError(self.last, Breach.TILE)


def _ends(size: int) -> Iterator[tuple[int, int]]:
    """The tile of each level that a tree of `size` leaves goes on in."""
    level = 0
    while count := size >> (HEIGHT * level):
        yield level, count // WIDTH
        level += 1


def _promises(session: Session, keys: Sequence[VerifierKey], witnesses: Iterable[Checkpoint]) -> Promises:
    found: dict[int, list[tuple[bytes | None, Breach]]] = {}
    for size, note in stored_tree.notes(session).items():
        claim = checkpoint.accept(note, keys)
        sound = claim is not None and claim.size == size
        promise = (claim.root, Breach.CHECKPOINT) if claim and sound else (None, Breach.SIGNATURE)
        found.setdefault(size, []).append(promise)
    for witness in witnesses:
        found.setdefault(witness.size, []).append((witness.root, Breach.WITNESS))
    return found


def _breach(raw: Raw, expected: int, previous: str) -> Breach | None:
    if raw[SEQUENCE] != expected:
        return Breach.MISSING
    if raw[PREVIOUS] != previous:
        return Breach.UNLINKED
    try:
        return None if link_sorted(previous, raw[:PREVIOUS]) == raw[HASH] else Breach.ALTERED
    except (TypeError, ValueError):
        return Breach.ALTERED


def _ends_at_head(session: Session, last: int) -> bool:
    """Whether the head row is there and no record lies past it; both read at one moment, as others may be writing."""
    newest = select(func.coalesce(func.max(AuditRecord.sequence), 0)).scalar_subquery()
    row = session.execute(select(AuditHead.sequence, newest.label("newest"))).one_or_none()
    return row is not None and row.sequence == row.newest and row.newest >= last
