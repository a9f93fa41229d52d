"""Signed notes as C2SP signed-note has them, with Ed25519 (RFC 8032), so that other logs' tools read ours.

    text, any lines
    (an empty line)
    — name base64(key id, signature)

A verifier key is one line, `name+key id+base64(0x01, public key)`; the key id is the beginning of a hash over name and
key, so a signature says which key of which name it claims to be by.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\1"
KEY_BYTES = 32
KEY_ID_BYTES = 4
SIGNATURE_BYTES = 64
MAX_BYTES = 16_384
MARK = "\N{EM DASH} "
_NAME = re.compile(r"[^\s+]{1,200}")


@dataclass(frozen=True)
class VerifierKey:
    """Who may sign: a name, and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, line: str) -> Self | None:
        """None for what is no verifier key of an Ed25519 key."""
        name, _, rest = line.strip().partition("+")
        _, _, encoded = rest.partition("+")
        public = octets(encoded, len(ED25519) + KEY_BYTES)
        if public is None or public[:1] != ED25519 or not _NAME.fullmatch(name):
            return None
        key = cls(name, public[1:])
        return key if str(key) == line.strip() else None


@dataclass(frozen=True)
class Note:
    """`text` ends with its last line's end; a signature is (name, key id, 64 bytes)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def signers(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Those of the keys that have signed. A signature by one of them that does not hold makes it none at all."""
        found = []
        for key in keys:
            claimed = [raw for name, key_id, raw in self.signatures if (name, key_id) == (key.name, key.key_id)]
            if any(not _holds(key, self.text, raw) for raw in claimed):
                return ()
            found += [key] * bool(claimed)
        return tuple(found)


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    key = VerifierKey(name, private.public_key().public_bytes_raw())
    raw = key.key_id + private.sign(text.encode())
    return f"{text}\n{MARK}{name} {base64.b64encode(raw).decode()}\n"


def parse(note: str) -> Note | None:
    """None for what is no signed note. Signatures by other algorithms are left out, as the format asks."""
    if (
        len(note) > MAX_BYTES
        or not note.endswith("\n")
        or any(ord(letter) < ord(" ") for letter in note if letter != "\n")
    ):
        return None
    text, gap, signed = note.rpartition("\n\n")
    lines = signed.splitlines()
    if not gap or not lines:
        return None
    found = [_signature(line) for line in lines]
    if not all(found):
        return None
    return Note(text + "\n", tuple(one for one in found if one and len(one[2]) == SIGNATURE_BYTES))


def _signature(line: str) -> tuple[str, bytes, bytes] | None:
    name, space, encoded = line.removeprefix(MARK).partition(" ")
    raw = octets(encoded)
    if not line.startswith(MARK) or not space or not _NAME.fullmatch(name) or raw is None or len(raw) <= KEY_ID_BYTES:
        return None
    return name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:]


def octets(encoded: str, length: int | None = None) -> bytes | None:
    """Base64 in its one spelling."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    if base64.b64encode(raw).decode() != encoded or (length is not None and len(raw) != length):
        return None
    return raw


def _holds(key: VerifierKey, text: str, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
