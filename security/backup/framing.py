"""The outside of a backup: what can be checked without the recovery key, and what cannot be read without it.

    GUANJINB 1 length | header | chunk 0 | chunk 1 | ... | GUANJINS chunks root signatures

Chunks of 1 MiB are sealed by the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): the nonce holds the
number of a chunk and whether it is the last, the associated data is the header's hash. So chunks that were dropped,
doubled, moved, cut off or taken from another backup do not open. Both signatures are over header and Merkle root of the
sealed chunks (RFC 6962), so that anybody who holds the public key can check a copy, and nobody can make one.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from security.backup.errors import (
    BackupAlteredError,
    NotABackupError,
    OtherRecoveryKeyError,
    SignatureWrongError,
    VersionUnknownError,
)
from security.ferry import canonical, merkle
from security.ferry.errors import FerryError
from security.ferry.fields import Fields
from security.ferry.keys import (
    ED25519_BYTES,
    ED25519_SIGNATURE,
    MLDSA_BYTES,
    MLDSA_SIGNATURE,
    SigningPrivate,
    SigningPublic,
)
from security.vault.ciphers import TAG_BYTES, Cipher
from security.vault.recipient import RecipientPrivate, RecipientPublic

MAGIC, TRAILER_MAGIC = b"GUANJINB", b"GUANJINS"
VERSION: Final = 1
CHUNK = 1024 * 1024
CONTEXT = b"guanjin-backup-v1"
_PREFIX = struct.Struct(">8sBI")
_TRAILER = struct.Struct(f">8sQ32s{ED25519_SIGNATURE}s{MLDSA_SIGNATURE}s")
_NONCE = struct.Struct(">7sIB")
_MAX_HEADER = 64 * 1024
_WRAP_BYTES = 1168


@dataclass(frozen=True)
class Header:
    """All that is readable from outside: when, by which installation's key, for which recovery key."""

    backup: bytes
    created: int
    cipher: Cipher
    recovery: str
    signer: SigningPublic
    commitment: bytes
    wrap: bytes

    def encode(self) -> bytes:
        body = canonical.encode(
            {
                "backup": self.backup.hex(),
                "chunk": CHUNK,
                "cipher": self.cipher.value,
                "commitment": self.commitment.hex(),
                "created": self.created,
                "ed25519": self.signer.ed25519.hex(),
                "mldsa65": self.signer.mldsa65.hex(),
                "recovery": self.recovery,
                "wrap": self.wrap.hex(),
            }
        )
        return _PREFIX.pack(MAGIC, VERSION, len(body)) + body

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.encode()).digest()

    @property
    def wrap_info(self) -> bytes:
        """What the content key is bound to: the header as it is without it."""
        return b"guanjin-backup-wrap-v1\n" + replace(self, wrap=b"").digest


@dataclass(frozen=True, repr=False)
class _Keys:
    stream: bytes
    prefix: bytes
    commitment: bytes


def _derive(content_key: bytes, backup: bytes) -> _Keys:
    def expand(purpose: bytes, length: int) -> bytes:
        info = b"guanjin-backup-v1 " + purpose
        return HKDF(algorithm=SHA256(), length=length, salt=backup, info=info).derive(content_key)

    return _Keys(expand(b"stream", 32), expand(b"nonce", 7), expand(b"commitment", 32))


class Sealer:
    """Takes the content piece by piece; holds one chunk back, as the last one is sealed as such."""

    def __init__(
        self, sink: BinaryIO, recovery: RecipientPublic, signer: SigningPrivate, created: int, cipher: Cipher
    ) -> None:
        content_key, backup = os.urandom(32), os.urandom(16)
        self._keys = _derive(content_key, backup)
        bare = Header(backup, created, cipher, recovery.key_id, signer.public, self._keys.commitment, b"")
        self.header = replace(bare, wrap=recovery.seal(content_key, bare.wrap_info))
        self._digest = self.header.digest
        self._sink, self._signer, self._held = sink, signer, bytearray()
        self._leaves: list[bytes] = []
        sink.write(self.header.encode())

    def write(self, data: bytes) -> None:
        self._held += data
        while len(self._held) > CHUNK:
            self._chunk(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def finish(self) -> None:
        self._chunk(bytes(self._held), last=True)
        count, root = len(self._leaves), merkle.root_of_hashes(self._leaves)
        ed25519, mldsa65 = self._signer.sign(_signed(self._digest, count, root), CONTEXT)
        self._sink.write(_TRAILER.pack(TRAILER_MAGIC, count, root, ed25519, mldsa65))

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        nonce = _NONCE.pack(self._keys.prefix, len(self._leaves), int(last))
        sealed = self.header.cipher.encrypt(self._keys.stream, nonce, plain, self._digest)
        self._leaves.append(merkle.leaf(sealed))
        self._sink.write(sealed)


@dataclass(frozen=True)
class Checked:
    """A whole file with good signatures; its content is still closed."""

    path: Path
    header: Header
    sealed_bytes: int
    signer: bytes


def check(path: Path, source: BinaryIO) -> Checked:
    """Framing, then both signatures over all of it. Whose signatures they are is for the caller to compare (`signer`).

    Raises NotABackupError, VersionUnknownError, SignatureWrongError.
    """
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    header = _header(path, source)
    sealed = size - source.tell() - _TRAILER.size
    if sealed < TAG_BYTES:
        raise NotABackupError(path=path, part="size")
    leaves = [merkle.leaf(chunk) for chunk in _chunks(path, source, sealed)]
    magic, count, root, ed25519, mldsa65 = _TRAILER.unpack(source.read(_TRAILER.size))
    if magic != TRAILER_MAGIC or count != len(leaves):
        raise NotABackupError(path=path, part="trailer")
    same = root == merkle.root_of_hashes(leaves)
    if not same or not header.signer.verify(_signed(header.digest, count, root), CONTEXT, ed25519, mldsa65):
        raise SignatureWrongError(path=path)
    return Checked(path, header, sealed, header.signer.key_id)


def content(source: BinaryIO, checked: Checked, recovery: RecipientPrivate) -> Iterator[bytes]:
    """The content, chunk by chunk. Raises OtherRecoveryKeyError, BackupAlteredError."""
    header = checked.header
    if header.recovery != recovery.public.key_id:
        raise OtherRecoveryKeyError(id=header.recovery)
    content_key = recovery.open(header.wrap, header.wrap_info)
    if content_key is None:
        raise BackupAlteredError(path=checked.path, part="wrap")
    keys = _derive(content_key, header.backup)
    if keys.commitment != header.commitment:
        raise BackupAlteredError(path=checked.path, part="commitment")
    source.seek(len(header.encode()))
    count = -(-checked.sealed_bytes // (CHUNK + TAG_BYTES))
    for number, sealed in enumerate(_chunks(checked.path, source, checked.sealed_bytes)):
        nonce = _NONCE.pack(keys.prefix, number, int(number == count - 1))
        try:
            yield header.cipher.decrypt(keys.stream, nonce, sealed, header.digest)
        except (InvalidTag, ValueError):
            raise BackupAlteredError(path=checked.path, part="chunk") from None


def _signed(digest: bytes, count: int, root: bytes) -> bytes:
    return digest + struct.pack(">Q", count) + root


def _chunks(path: Path, source: BinaryIO, left: int) -> Iterator[bytes]:
    while left:
        chunk = source.read(min(CHUNK + TAG_BYTES, left))
        if not chunk:
            raise NotABackupError(path=path, part="size")
        left -= len(chunk)
        yield chunk


def _header(path: Path, source: BinaryIO) -> Header:
    prefix = source.read(_PREFIX.size)
    if len(prefix) != _PREFIX.size:
        raise NotABackupError(path=path, part="prefix")
    magic, version, length = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise NotABackupError(path=path, part="magic")
    if version != VERSION:
        raise VersionUnknownError(path=path, found=version, known=VERSION)
    body = source.read(min(length, _MAX_HEADER + 1))
    if len(body) != length:
        raise NotABackupError(path=path, part="header")
    try:
        return _parse(body)
    except (FerryError, ValueError):
        raise NotABackupError(path=path, part="header") from None


def _parse(body: bytes) -> Header:
    fields = Fields(canonical.decode(body, part="header", limit=_MAX_HEADER), "header")
    fields.number("chunk", low=CHUNK, high=CHUNK)
    header = Header(
        backup=fields.octets("backup", 16),
        created=fields.number("created"),
        cipher=Cipher(fields.text("cipher", limit=16)),
        recovery=fields.text("recovery", limit=32),
        signer=SigningPublic(fields.octets("ed25519", ED25519_BYTES), fields.octets("mldsa65", MLDSA_BYTES)),
        commitment=fields.octets("commitment", 32),
        wrap=fields.octets("wrap", limit=_WRAP_BYTES),
    )
    fields.done()
    return header
