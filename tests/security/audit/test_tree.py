"""The tree against the vectors of Certificate Transparency, against the recursive definition, and against forgers."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.audit import tiles, tree
from security.audit.tiles import Tiles
from security.audit.tree import Frontier, leaf_hash

# The leaves and roots that implementations of RFC 6962 are tried on since the first of them.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word, over leaf hashes."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def nodes_of(leaves: Sequence[bytes]) -> tree.Node:
    return lambda level, index: defined(leaves[index << level : (index + 1) << level])


def grown(sizes: Sequence[int]) -> tuple[Tiles, list[bytes]]:
    """Tiles of a tree that grew by these many leaves at a time."""
    kept: Tiles = {}
    leaves: list[bytes] = []

    def read(level: int, number: int) -> bytes:
        return kept.get((level, number), b"")

    for count in sizes:
        more = [leaf_hash(str(len(leaves) + number).encode()) for number in range(count)]
        kept.update(tiles.extended(read, len(leaves), more))
        leaves += more
    return kept, leaves


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_known_vectors(size: int) -> None:
    leaves = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert Frontier().extended(leaves).root.hex() == ROOTS[size - 1]
    assert tree.root(size, nodes_of(leaves)).hex() == ROOTS[size - 1]


def test_paths_are_those_of_the_known_vectors() -> None:
    """The examples of RFC 6962, section 2.1.3, on its tree of seven leaves."""
    leaves = numbered(7)
    a, b, c, d, e, f, j = leaves
    node = nodes_of(leaves)
    g, h, i = tree.node_hash(a, b), tree.node_hash(c, d), tree.node_hash(e, f)
    k, m = tree.node_hash(g, h), tree.node_hash(i, j)
    assert tree.inclusion(0, 7, node) == (b, h, m)
    assert tree.inclusion(3, 7, node) == (c, g, m)
    assert tree.inclusion(4, 7, node) == (f, j, k)
    assert tree.inclusion(6, 7, node) == (i, k)
    assert tree.consistency(3, 7, node) == (c, d, g, m)
    assert tree.consistency(4, 7, node) == (m,)
    assert tree.consistency(6, 7, node) == (i, j, k)


@given(st.integers(0, 300))
def test_a_frontier_gives_the_defined_root(size: int) -> None:
    leaves = numbered(size)
    assert Frontier().extended(leaves).root == defined(leaves)
    assert tree.frontier(size, nodes_of(leaves)) == Frontier().extended(leaves)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_tiles_that_grew_in_any_steps_hold_the_tree(sizes: list[int]) -> None:
    kept, leaves = grown(sizes)
    node = tiles.reader(lambda level, number: kept.get((level, number), b""))
    assert tree.root(len(leaves), node) == defined(leaves)
    assert all(len(hashes) % tree.HASH_BYTES == 0 and len(hashes) <= 8192 for hashes in kept.values())


def test_a_tree_of_more_than_two_levels_of_tiles_is_held() -> None:
    kept, leaves = grown([65_000, 1_600])
    assert {level for level, _number in kept} == {0, 1, 2}
    node = tiles.reader(lambda level, number: kept.get((level, number), b""))
    root = Frontier().extended(leaves).root
    assert tree.root(len(leaves), node) == root
    for index in (0, 255, 256, 65_535, 65_536, len(leaves) - 1):
        assert tree.includes(leaves[index], index, len(leaves), tree.inclusion(index, len(leaves), node), root)


def test_a_tile_that_is_missing_is_no_empty_tile() -> None:
    with pytest.raises(LookupError):
        tree.root(3, tiles.reader(lambda _level, _number: leaf_hash(b"x")))


@given(st.integers(1, 200), st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    node, root = nodes_of(leaves), defined(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size, node)
    assert tree.includes(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size + 1))
    assert tree.includes(leaves[index], other, size, proof, root) == (other == index)
    assert not tree.includes(leaf_hash(b"forged"), index, size, proof, root)
    assert not tree.includes(leaves[index], index, size, [*proof, root], root)
    assert not tree.includes(leaves[index], index, size, proof, leaf_hash(root))
    if proof:
        assert not tree.includes(leaves[index], index, size, proof[:-1], root)


@given(st.integers(0, 200), st.integers(0, 200), st.data())
def test_every_beginning_is_proved_and_no_other(old: int, more: int, data: st.DataObject) -> None:
    new = old + more
    leaves = numbered(new)
    node, old_root, new_root = nodes_of(leaves), defined(leaves[:old]), defined(leaves)
    proof = tree.consistency(old, new, node)
    assert tree.extends(old, old_root, new, new_root, proof)
    if not 0 < old < new:
        assert proof == ()
        return
    forged = [*leaves]
    forged[data.draw(st.integers(0, old - 1))] = leaf_hash(b"forged")
    assert not tree.extends(old, old_root, new, defined(forged), tree.consistency(old, new, nodes_of(forged)))
    assert not tree.extends(old, old_root, new, new_root, proof[:-1])
    assert not tree.extends(old, old_root, new, new_root, [*proof, new_root])
    assert not tree.extends(old, leaf_hash(b"other"), new, new_root, proof)


def test_a_shorter_log_never_extends_a_longer_one() -> None:
    leaves = numbered(9)
    assert not tree.extends(9, defined(leaves), 5, defined(leaves[:5]), [])
    assert not tree.extends(5, defined(leaves[:5]), 9, defined(leaves), [])
