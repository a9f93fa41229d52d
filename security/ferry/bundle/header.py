"""The clear header of a bundle: what the far side must know to check and unwrap it, and nothing that it contains.

No names, no levels, no purpose. Every field is bounded, and the sizes of all that follows come from the header, so the
size of the whole file is known, and compared, before anything else is read.
"""

import hashlib
import struct
from dataclasses import dataclass, replace
from typing import BinaryIO

from security.ferry import canonical
from security.ferry.errors import MalformedError
from security.ferry.fields import Fields
from security.ferry.keys import ED25519_SIGNATURE, KEY_ID_BYTES, MLDSA_SIGNATURE, WRAP_BYTES

MAGIC = b"FERRY1\r\n"
SUITE_INTL = 1
TRAILER_MAGIC = b"FERRYSIG"
CHUNK = 1024 * 1024
TAG = 16
MAX_HEADER = 64 * 1024
MAX_PAYLOAD = 8 * 1024**3
MAX_WRAPS = 16
MAX_VOIDS = 256
PREFIX = struct.Struct(">8sBI")
TRAILER_BYTES = len(TRAILER_MAGIC) + 32 + ED25519_SIGNATURE + MLDSA_SIGNATURE


@dataclass(frozen=True)
class Wrap:
    """The content key, wrapped for one recipient."""

    key_id: bytes
    wrapped: bytes


@dataclass(frozen=True)
class Header:
    """`size` is of the padded payload; `previous` is the hash of the header before on this link, zeros for the first.

    `voids` are sequence numbers since the previous bundle that were taken and never sent. `audit` is the head of the
    sender's audit chain, which the receiver keeps as a witness, or 32 zero bytes.
    """

    link: bytes
    bundle: bytes
    sequence: int
    previous: bytes
    voids: tuple[int, ...]
    created: int
    not_after: int
    sender: bytes
    wraps: tuple[Wrap, ...]
    commitment: bytes
    size: int
    audit: bytes

    @property
    def chunks(self) -> int:
        return -(-self.size // CHUNK)

    @property
    def file_size(self) -> int:
        return len(self.encode()) + self.size + TAG * self.chunks + TRAILER_BYTES

    def encode(self) -> bytes:
        """Everything in front of the chunks: magic, suite, length, canonical JSON."""
        body = canonical.encode(
            {
                "audit": self.audit.hex(),
                "bundle": self.bundle.hex(),
                "chunk": CHUNK,
                "commitment": self.commitment.hex(),
                "created": self.created,
                "link": self.link.hex(),
                "not_after": self.not_after,
                "previous": self.previous.hex(),
                "sender": self.sender.hex(),
                "sequence": self.sequence,
                "size": self.size,
                "voids": list(self.voids),
                "wraps": [{"key": wrap.key_id.hex(), "wrap": wrap.wrapped.hex()} for wrap in self.wraps],
            }
        )
        return PREFIX.pack(MAGIC, SUITE_INTL, len(body)) + body

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.encode()).digest()

    @property
    def wrap_info(self) -> bytes:
        """What each wrap is bound to: the header as it is without the wraps."""
        return b"ferry/wrap/v1\0" + replace(self, wraps=()).digest


def read(source: BinaryIO) -> Header:
    """Parse the header at the start of a file, refusing anything but the one encoding of an acceptable header."""
    prefix = source.read(PREFIX.size)
    if len(prefix) != PREFIX.size:
        raise MalformedError(part="bundle", field="prefix")
    magic, suite, length = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise MalformedError(part="bundle", field="magic")
    if suite != SUITE_INTL:
        raise MalformedError(part="bundle", field="suite")
    if length > MAX_HEADER:
        raise MalformedError(part="bundle", field="length")
    body = source.read(length)
    if len(body) != length:
        raise MalformedError(part="bundle", field="length")
    return _parse(body)


def _parse(body: bytes) -> Header:
    fields = Fields(canonical.decode(body, part="header", limit=MAX_HEADER), "header")
    fields.number("chunk", low=CHUNK, high=CHUNK)
    header = Header(
        link=fields.octets("link", 16),
        bundle=fields.octets("bundle", 16),
        sequence=fields.number("sequence", low=1),
        previous=fields.octets("previous", 32),
        voids=fields.numbers("voids", limit=MAX_VOIDS),
        created=fields.number("created"),
        not_after=fields.number("not_after"),
        sender=fields.octets("sender", KEY_ID_BYTES),
        wraps=tuple(_wrap(part) for part in fields.parts("wraps", limit=MAX_WRAPS)),
        commitment=fields.octets("commitment", 32),
        size=fields.number("size", low=1, high=MAX_PAYLOAD),
        audit=fields.octets("audit", 32),
    )
    fields.done()
    if not header.wraps or list(header.voids) != sorted(set(header.voids)):
        raise MalformedError(part="header", field="voids" if header.wraps else "wraps")
    return header


def _wrap(fields: Fields) -> Wrap:
    wrap = Wrap(fields.octets("key", KEY_ID_BYTES), fields.octets("wrap", WRAP_BYTES))
    fields.done()
    return wrap
