"""Receiving a bundle, in the one order that is safe.

    size and framing -> both signatures over the whole ciphertext -> (link, recipient, expiry, sequence: the caller)
    -> unwrap -> commitment -> chunks into quarantine -> every hash compared -> kept, or everything thrown away

Nothing is parsed as a document in here, and nothing decrypted stays on disk unless the whole bundle proved right.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from security.ferry import merkle
from security.ferry.bundle import header as framing
from security.ferry.bundle import payload, receipt, stream
from security.ferry.bundle.header import CHUNK, TAG, TRAILER_BYTES, TRAILER_MAGIC, Header
from security.ferry.bundle.payload import Documents
from security.ferry.bundle.seal import SIGNING_CONTEXT
from security.ferry.errors import (
    BadSignatureError,
    BundleAlteredError,
    HashMismatchError,
    MalformedError,
    UnknownSenderError,
    WrongRecipientError,
)
from security.ferry.keys import ED25519_SIGNATURE, SigningPublic, WrappingPrivate
from security.ferry.manifest import Entry
from security.ferry.store import ObjectStore, ObjectWriter


@dataclass(frozen=True)
class Verified:
    """A bundle whose sender and integrity are proven; its content is still closed."""

    header: Header
    root: bytes


@dataclass(frozen=True)
class Opened:
    """The files are in the store under their hashes."""

    documents: Documents
    receipt_code: str


def verify(source: BinaryIO, size: int, senders: Mapping[bytes, SigningPublic]) -> Verified:
    """Framing first, then both signatures over all of the ciphertext. `senders` are the pinned keys by key id."""
    header = _framed(source, size)
    leaves = [merkle.leaf(chunk) for chunk in _sealed_chunks(source, header)]
    trailer = source.read(TRAILER_BYTES)
    root = merkle.root_of_hashes(leaves)
    if not trailer.startswith(TRAILER_MAGIC):
        raise MalformedError(part="bundle", field="trailer")
    stated, ed25519, mldsa65 = _cut(trailer[len(TRAILER_MAGIC) :], 32, ED25519_SIGNATURE)
    sender = senders.get(header.sender)
    if sender is None:
        raise UnknownSenderError(key=header.sender.hex())
    if stated != root or not sender.verify(header.digest + root, SIGNING_CONTEXT, ed25519, mldsa65):
        raise BadSignatureError(key=header.sender.hex())
    return Verified(header, root)


Accept = Callable[[Documents], None]


def anything(_: Documents) -> None:
    """For callers that judge the documents themselves."""


def open_bundle(
    source: BinaryIO, verified: Verified, recipient: WrappingPrivate, store: ObjectStore, accept: Accept = anything
) -> Opened:
    """Decrypt into the store. `accept` refuses by raising, before the first byte of a file is written.

    Any refusal leaves the store as it was.
    """
    source.seek(0)
    if framing.read(source) != verified.header:
        raise BundleAlteredError(part="header")
    keys = unwrap(verified.header, recipient)
    reader = payload.Reader(_plain_chunks(source, verified.header, keys))
    with ExitStack() as quarantine:
        documents = payload.read_documents(reader)
        accept(documents)
        writers = []
        for entry in documents.manifest.files:
            writers.append(quarantine.enter_context(store.writer()))
            _receive(entry, reader, writers[-1])
        reader.zeros_to_end()
        for writer in writers:
            writer.commit()
    return Opened(documents, receipt.code(keys.receipt, verified.header.digest))


def unwrap(header: Header, recipient: WrappingPrivate) -> stream.ContentKeys:
    mine = recipient.public.key_id
    wrapped = next((wrap.wrapped for wrap in header.wraps if wrap.key_id == mine), None)
    content_key = recipient.unwrap(wrapped, header.wrap_info) if wrapped else None
    if content_key is None:
        raise WrongRecipientError(key=mine.hex())
    keys = stream.derive(content_key, header.bundle)
    if keys.commitment != header.commitment:
        raise BundleAlteredError(part="commitment")
    return keys


def _framed(source: BinaryIO, size: int) -> Header:
    source.seek(0)
    header = framing.read(source)
    if header.file_size != size:
        raise MalformedError(part="bundle", field="size")
    return header


def _sealed_chunks(source: BinaryIO, header: Header) -> Iterator[bytes]:
    left = header.size
    while left:
        length = min(CHUNK, left) + TAG
        chunk = source.read(length)
        if len(chunk) != length:
            raise MalformedError(part="bundle", field="size")
        left -= length - TAG
        yield chunk


def _plain_chunks(source: BinaryIO, header: Header, keys: stream.ContentKeys) -> Iterator[bytes]:
    cipher = stream.Stream(keys, header.digest, header.chunks)
    for chunk in _sealed_chunks(source, header):
        yield cipher.open(chunk)


def _receive(entry: Entry, reader: payload.Reader, writer: ObjectWriter) -> None:
    """One file into an unfinished object: it has no name in the store until the whole bundle is through."""
    left = entry.size
    while left:
        piece = reader.some(min(CHUNK, left))
        if not piece:
            raise MalformedError(part="payload", field="files")
        writer.write(piece)
        left -= len(piece)
    stored = writer.flush()
    if (stored.sha256, stored.sm3) != (entry.sha256, entry.sm3):
        raise HashMismatchError(name=entry.name)


def _cut(data: bytes, first: int, second: int) -> tuple[bytes, bytes, bytes]:
    return data[:first], data[first : first + second], data[first + second :]
