"""A site's own keys: one pair of signing keys and one key for receiving, classical and post-quantum together.

A bundle carries both signatures and both must hold, so it stays sealed while either Ed25519 or ML-DSA-65 does; the
same goes for wrapping with MLKEM768_X25519. Private keys leave this module only as the seeds that the vault stores.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

ED25519_BYTES, MLDSA_BYTES = 32, 1952
X25519_BYTES, MLKEM_BYTES = 32, 1184
ED25519_SIGNATURE, MLDSA_SIGNATURE = 64, 3309
WRAP_BYTES = 1168
KEY_ID_BYTES = 16

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True)
class SigningPublic:
    ed25519: bytes
    mldsa65: bytes

    @property
    def key_id(self) -> bytes:
        return _key_id(b"ferry/key/sign/v1\0", self.ed25519, self.mldsa65)

    def verify(self, message: bytes, context: bytes, ed25519: bytes, mldsa65: bytes) -> bool:
        """Both signatures hold. `context` keeps a signature made for one purpose from serving another."""
        try:
            Ed25519PublicKey.from_public_bytes(self.ed25519).verify(ed25519, context + message)
            MLDSA65PublicKey.from_public_bytes(self.mldsa65).verify(mldsa65, message, context)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, repr=False)
class SigningPrivate:
    """Two seeds of 32 bytes."""

    ed25519: bytes
    mldsa65: bytes

    @classmethod
    def generate(cls) -> Self:
        return cls(os.urandom(32), os.urandom(32))

    @property
    def public(self) -> SigningPublic:
        return SigningPublic(
            Ed25519PrivateKey.from_private_bytes(self.ed25519).public_key().public_bytes_raw(),
            MLDSA65PrivateKey.from_seed_bytes(self.mldsa65).public_key().public_bytes_raw(),
        )

    def sign(self, message: bytes, context: bytes) -> tuple[bytes, bytes]:
        return (
            Ed25519PrivateKey.from_private_bytes(self.ed25519).sign(context + message),
            MLDSA65PrivateKey.from_seed_bytes(self.mldsa65).sign(message, context),
        )


@dataclass(frozen=True)
class WrappingPublic:
    x25519: bytes
    mlkem768: bytes

    @property
    def key_id(self) -> bytes:
        return _key_id(b"ferry/key/wrap/v1\0", self.x25519, self.mlkem768)

    def wrap(self, secret: bytes, info: bytes) -> bytes:
        """HPKE base mode (RFC 9180). The interface takes no associated data, so everything is bound by `info`."""
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.mlkem768), X25519PublicKey.from_public_bytes(self.x25519)
        )
        return _SUITE.encrypt(secret, key, info)


@dataclass(frozen=True, repr=False)
class WrappingPrivate:
    """Seeds: X25519 32 bytes, ML-KEM-768 64 bytes."""

    x25519: bytes
    mlkem768: bytes

    @classmethod
    def generate(cls) -> Self:
        return cls(os.urandom(32), os.urandom(64))

    @property
    def public(self) -> WrappingPublic:
        return WrappingPublic(
            X25519PrivateKey.from_private_bytes(self.x25519).public_key().public_bytes_raw(),
            MLKEM768PrivateKey.from_seed_bytes(self.mlkem768).public_key().public_bytes_raw(),
        )

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes | None:
        """None where the wrap was not made for this key, or for another header."""
        key = hpke.MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(self.mlkem768), X25519PrivateKey.from_private_bytes(self.x25519)
        )
        try:
            return _SUITE.decrypt(wrapped, key, info)
        except (InvalidTag, ValueError):
            return None


def _key_id(context: bytes, *parts: bytes) -> bytes:
    return hashlib.sha256(context + b"".join(parts)).digest()[:KEY_ID_BYTES]
