"""Sealing: hash, encrypt, hash and sign in one pass, with the memory of a few chunks.

    stored files --> hash and compare --> payload --> chunks --> AES-256-GCM --> .part file
                     with the manifest                           |
                     that was approved                           +--> Merkle root --> two signatures

The hash is taken of exactly the bytes that are encrypted; a byte that changed since the approval stops the seal.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from cryptography.hazmat.primitives.hashes import SM3, Hash

from security.ferry import merkle
from security.ferry.bundle import payload, receipt, stream
from security.ferry.bundle.header import CHUNK, TRAILER_MAGIC, Header, Wrap
from security.ferry.bundle.payload import Documents, Opener
from security.ferry.errors import HashMismatchError
from security.ferry.keys import SigningPrivate, WrappingPublic
from security.ferry.manifest import Entry

SIGNING_CONTEXT = b"ferry/bundle/v1"


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class Place:
    """Where a bundle stands on its link; times are Unix seconds."""

    link: bytes
    bundle: bytes
    sequence: int
    previous: bytes
    voids: tuple[int, ...]
    created: int
    not_after: int
    audit: bytes


@dataclass(frozen=True)
class Sealed:
    """`receipt_code` is what the far side will show once it has released the files; only its verifier may be kept."""

    header_digest: bytes
    root: bytes
    size: int
    receipt_code: str


def seal(
    place: Place,
    documents: Documents,
    open_file: Opener,
    sink: Sink,
    *,
    sender: SigningPrivate,
    recipients: Sequence[WrappingPublic],
    content_key: bytes | None = None,
) -> Sealed:
    """Write the bundle to `sink`. `content_key` is given by the generator of the test vectors only."""
    key = content_key or os.urandom(32)
    keys = stream.derive(key, place.bundle)
    front = documents.encode()
    bare = _bare_header(place, payload.padded(len(front) + documents.manifest.size), keys, sender)
    header = replace(bare, wraps=tuple(Wrap(to.key_id, to.wrap(key, bare.wrap_info)) for to in recipients))
    sink.write(header.encode())
    cipher = stream.Stream(keys, header.digest, header.chunks)
    leaves = []
    for plain in _chunks(_pieces(front, documents, open_file), header.size):
        sealed = cipher.seal(plain)
        leaves.append(merkle.leaf(sealed))
        sink.write(sealed)
    root = merkle.root_of_hashes(leaves)
    ed25519, mldsa65 = sender.sign(header.digest + root, SIGNING_CONTEXT)
    sink.write(TRAILER_MAGIC + root + ed25519 + mldsa65)
    return Sealed(header.digest, root, header.file_size, receipt.code(keys.receipt, header.digest))


def _bare_header(place: Place, size: int, keys: stream.ContentKeys, sender: SigningPrivate) -> Header:
    """The header without wraps, which is what the wraps are bound to."""
    return Header(
        link=place.link,
        bundle=place.bundle,
        sequence=place.sequence,
        previous=place.previous,
        voids=place.voids,
        created=place.created,
        not_after=place.not_after,
        sender=sender.public.key_id,
        wraps=(),
        commitment=keys.commitment,
        size=size,
        audit=place.audit,
    )


def _pieces(front: bytes, documents: Documents, open_file: Opener) -> Iterator[bytes]:
    yield front
    for entry in documents.manifest.files:
        with open_file(entry.sha256) as file:
            yield from _checked(entry, file)


def _checked(entry: Entry, file: BinaryIO) -> Iterator[bytes]:
    """The file's bytes, at most as many as approved; raises HashMismatchError before the bundle can be finished."""
    sha256, sm3, left = hashlib.sha256(), Hash(SM3()), entry.size
    while left and (data := file.read(min(CHUNK, left))):
        sha256.update(data)
        sm3.update(data)
        left -= len(data)
        yield data
    if left or file.read(1) or (sha256.hexdigest(), sm3.finalize().hex()) != (entry.sha256, entry.sm3):
        raise HashMismatchError(name=entry.name)


def _chunks(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Regroup into chunks of exactly 1 MiB (the last may be shorter), zero-padded to `size` bytes in all."""
    held, made = bytearray(), 0
    for piece in pieces:
        held += piece
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
            made += CHUNK
    while made < size:
        length = min(CHUNK, size - made)
        yield bytes(held[:length]).ljust(length, b"\0")
        held.clear()
        made += length
