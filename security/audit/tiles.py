"""The tree's hashes in tiles of 256, as C2SP tlog-tiles lays them out: a proof over ten million leaves reads six tiles.

Hash `i` of tile `number` on `level` is that of the subtree of `256 ** level` leaves with index `256 * number + i`.
Level 0 keeps the leaf hash of every record for ever, 32 bytes each, so that proofs outlive the records themselves.
"""

from collections.abc import Callable, Sequence

from security.audit.tree import HASH_BYTES, Node, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT

Tiles = dict[tuple[int, int], bytes]
Read = Callable[[int, int], bytes]
"""The hashes of tile (level, number), as many as there are; empty where there is none."""


def extended(read: Read, size: int, leaves: Sequence[bytes]) -> Tiles:
    """The tiles that change when leaf hashes are added to a tree of `size` leaves."""
    changed: Tiles = {}
    level = 0
    while leaves:
        number, filled = divmod(size, WIDTH)
        tile = bytearray(read(level, number)[: filled * HASH_BYTES]) if filled else bytearray()
        whole = []
        for leaf in leaves:
            tile += leaf
            if len(tile) == WIDTH * HASH_BYTES:
                changed[level, number] = bytes(tile)
                whole.append(_top(tile))
                number, tile = number + 1, bytearray()
        if tile:
            changed[level, number] = bytes(tile)
        leaves, size, level = whole, size >> HEIGHT, level + 1
    return changed


def reader(read: Read) -> Node:
    """The hash of any whole subtree; each tile is read once. Raises LookupError for a subtree that is not there."""
    kept: Tiles = {}

    def node(level: int, index: int) -> bytes:
        row, height = divmod(level, HEIGHT)
        number, first = divmod(index << height, WIDTH)
        if (row, number) not in kept:
            kept[row, number] = read(row, number)
        found = kept[row, number][first * HASH_BYTES : (first + (1 << height)) * HASH_BYTES]
        if len(found) != HASH_BYTES << height:
            raise LookupError(f"tile {row}/{number} ends before its hash {first + (1 << height)}")
        return _top(found)

    return node


def _top(hashes: bytes | bytearray) -> bytes:
    """The hash over a power of two of hashes."""
    row = [bytes(hashes[start : start + HASH_BYTES]) for start in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]
