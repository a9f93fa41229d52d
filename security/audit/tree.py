"""The Merkle tree of RFC 6962, as pure functions: roots, proofs, and whether a proof holds (RFC 9162, section 2.1).

A proof needs only hashes of whole subtrees, so it is made from a function `node(level, index)` that knows the hash over
the `2 ** level` leaves from leaf `index * 2 ** level` on; where those come from is no business of this module.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Leaves and nodes begin with different bytes, so neither can pass for the other."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over subtrees of falling size, from left to right; the empty tree's for none."""
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves, reduced to what is needed to go on: the hash of each whole subtree, largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        return fold(self.nodes)

    def extended(self, leaves: Iterable[bytes]) -> "Frontier":
        """With more leaf hashes at the end."""
        size, nodes = self.size, list(self.nodes)
        for leaf in leaves:
            nodes.append(leaf)
            size += 1
            low = size
            while not low & 1:
                right = nodes.pop()
                nodes[-1] = node_hash(nodes[-1], right)
                low >>= 1
        return Frontier(size, tuple(nodes))


def subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The whole subtrees, as (level, index), that make up the leaves from `begin` to before `end`, largest first.

    `begin` is where RFC 6962 splits a tree, that is a multiple of the largest of them.
    """
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def frontier(size: int, node: Node) -> Frontier:
    return Frontier(size, tuple(node(level, index) for level, index in subtrees(0, size)))


def root(size: int, node: Node) -> bytes:
    return frontier(size, node).root


def inclusion(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """PATH of RFC 6962, section 2.1.1: what proves that leaf `index` (from 0) is in the tree of `size` leaves."""
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range(middle, end, node))
            end = middle
        else:
            path.append(_range(begin, middle, node))
            begin = middle
    return tuple(reversed(path))


def consistency(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """PROOF of RFC 6962, section 2.1.2: what proves that the tree of `new` leaves begins with that of `old` leaves."""
    begin, end, path = 0, new, []
    while 0 < old < end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range(middle, end, node))
            end = middle
        else:
            path.append(_range(begin, middle, node))
            begin = middle
    if begin:
        path.append(_range(begin, end, node))
    return tuple(reversed(path))


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """RFC 9162, section 2.1.3.2: whether the proof shows the leaf hash at `index` under the root of `size` leaves."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return not last and found == expected


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, section 2.1.4.2: whether the proof shows that the new tree begins with all of the old one."""
    if old == new:
        return not proof and old_root == new_root
    if not old:
        return not proof and old_root == EMPTY
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    return not last and first == old_root and second == new_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(begin: int, end: int, node: Node) -> bytes:
    return fold([node(level, index) for level, index in subtrees(begin, end)])
