"""Keys to which anybody may seal and of which only the owner can open: HPKE (RFC 9180, base mode), MLKEM768_X25519.

Two uses: the console, which may read no secret, seals a typed credential to the realm that will use it; and a backup is
sealed to the recovery key, whose private half is on paper in a safe. Both halves come from one seed of 32 bytes, so
that the half that people keep can be typed.
"""

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

X25519_BYTES, MLKEM_BYTES = 32, 1184
PUBLIC_BYTES = X25519_BYTES + MLKEM_BYTES
KEY_ID_BYTES = 16
_MLKEM_SEED = 64
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True)
class RecipientPublic:
    """`raw` is the X25519 key and the ML-KEM-768 encapsulation key, one after the other."""

    raw: bytes

    @property
    def key_id(self) -> str:
        return hashlib.sha256(b"guanjin-recipient-v1\n" + self.raw).hexdigest()[: 2 * KEY_ID_BYTES]

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        """The interface takes no associated data, so everything is bound by `info`."""
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[X25519_BYTES:]),
            X25519PublicKey.from_public_bytes(self.raw[:X25519_BYTES]),
        )
        return _SUITE.encrypt(plaintext, key, info)


@dataclass(frozen=True, repr=False)
class RecipientPrivate:
    seed: bytes

    @property
    def public(self) -> RecipientPublic:
        x25519, mlkem = self._halves()
        return RecipientPublic(x25519.public_key().public_bytes_raw() + mlkem.public_key().public_bytes_raw())

    def open(self, sealed: bytes, info: bytes) -> bytes | None:
        """None where it was not sealed to this key, or bound to something else."""
        x25519, mlkem = self._halves()
        try:
            return _SUITE.decrypt(sealed, hpke.MLKEM768X25519PrivateKey(mlkem, x25519), info)
        except (InvalidTag, ValueError):
            return None

    def _halves(self) -> tuple[X25519PrivateKey, MLKEM768PrivateKey]:
        x25519, mlkem = _expand(self.seed, b"x25519", 32), _expand(self.seed, b"mlkem768", _MLKEM_SEED)
        return X25519PrivateKey.from_private_bytes(x25519), MLKEM768PrivateKey.from_seed_bytes(mlkem)


def _expand(seed: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"guanjin-recipient-v1 " + purpose).derive(seed)
