"""Merkle tree hash of RFC 6962, section 2.1, over what a bundle consists of."""

from collections.abc import Iterable

from security.audit.tree import Frontier
from security.audit.tree import leaf_hash as leaf


def root(leaves: Iterable[bytes]) -> bytes:
    return root_of_hashes(leaf(data) for data in leaves)


def root_of_hashes(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes that were taken as the data went by."""
    return Frontier().extended(hashes).root


__all__ = ["leaf", "root", "root_of_hashes"]
