"""Sealing with everything that must not change bound to the ciphertext. Pure: bytes in, bytes out."""

import json
import os
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag

from security.vault.ciphers import Cipher

KEY_BYTES = 32
NONCE_BYTES = 12
DOMAIN = "guanjin-vault-v1"


@dataclass(frozen=True)
class Sealed:
    """`cipher` is a mark for whoever opens it; altering the mark makes it fail like any other byte."""

    nonce: bytes
    ciphertext: bytes
    cipher: str = Cipher.AES_256_GCM.value


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def key_id(key: bytes) -> str:
    """A name for a key that says nothing about it."""
    return sha256(b"guanjin-vault-key-id\n" + key).hexdigest()[:16]


def seal(key: bytes, plaintext: bytes, *bound: str, cipher: Cipher = Cipher.AES_256_GCM) -> Sealed:
    nonce = os.urandom(NONCE_BYTES)
    return Sealed(nonce, cipher.encrypt(key, nonce, plaintext, associated(bound)), cipher.value)


def unseal(key: bytes, sealed: Sealed, *bound: str) -> bytes | None:
    """The plaintext; None when the key, the ciphertext or anything bound to it is not what it was."""
    try:
        return Cipher(sealed.cipher).decrypt(key, sealed.nonce, sealed.ciphertext, associated(bound))
    except (InvalidTag, ValueError):
        return None


def associated(bound: tuple[str, ...]) -> bytes:
    """A JSON list, so that no two different lists of texts give the same bytes."""
    return json.dumps([DOMAIN, *bound], ensure_ascii=True, separators=(",", ":")).encode()
