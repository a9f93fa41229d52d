"""The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015) over AES-256-GCM with chunks of 1 MiB.

The nonce of a chunk holds its number and whether it is the last, the associated data the header's hash: reordering,
dropping, repeating, truncating and moving a chunk to another bundle all fail on the tag. Keys come from one content
key by HKDF; AES-GCM does not commit to its key, so the header carries a commitment that is compared first.
"""

import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from security.ferry.errors import BundleAlteredError

_NONCE = struct.Struct(">7sIB")


@dataclass(frozen=True, repr=False)
class ContentKeys:
    """What is derived from one content key: stream key, nonce prefix, commitment, receipt key."""

    stream: bytes
    prefix: bytes
    commitment: bytes
    receipt: bytes


def derive(content_key: bytes, bundle: bytes) -> ContentKeys:
    def expand(purpose: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=bundle, info=b"ferry/v1/" + purpose).derive(content_key)

    return ContentKeys(expand(b"stream", 32), expand(b"nonce", 7), expand(b"commitment", 32), expand(b"receipt", 32))


class Stream:
    """Seals or opens the chunks of one bundle, each exactly once and in order."""

    def __init__(self, keys: ContentKeys, header_digest: bytes, chunks: int) -> None:
        self._cipher = AESGCM(keys.stream)
        self._prefix = keys.prefix
        self._digest = header_digest
        self._chunks = chunks
        self._next = 0

    def _nonce(self) -> bytes:
        if self._next >= self._chunks:
            raise ValueError("more chunks than the header announced")
        number, self._next = self._next, self._next + 1
        return _NONCE.pack(self._prefix, number, int(self._next == self._chunks))

    def seal(self, plain: bytes) -> bytes:
        return self._cipher.encrypt(self._nonce(), plain, self._digest)

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(), sealed, self._digest)
        except InvalidTag:
            raise BundleAlteredError(part="chunk") from None
