"""The short receipt code: proof, short enough to be read out by telephone, that the far side opened and released.

It is a MAC under a key that only who sealed or opened the bundle can derive. A one-way link brings nothing back, so a
person types it in; the source keeps no code, only a slow hash of it, and so cannot write itself a receipt.
"""

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from security.stretching import alone

# Crockford's base 32: no I, L, O or U, so nothing can be misread or misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LENGTH = 12
_SALT = 16
_LANES = 2
_MEMORY_KIB = 32 * 1024
_COST = struct.Struct(">I")


def code(receipt_key: bytes, header_digest: bytes) -> str:
    """Twelve characters (60 bits) in groups of four."""
    mac = hmac.digest(receipt_key, b"ferry/receipt/v1\0released\0" + header_digest, hashlib.sha256)
    bits = int.from_bytes(mac[:8], "big") >> 4
    letters = "".join(_ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(_LENGTH)))
    return "-".join(letters[i : i + 4] for i in range(0, _LENGTH, 4))


def verifier(receipt_code: str) -> bytes:
    """What the source stores: the cost, the salt and Argon2id of the code."""
    stretching = _COST.pack(_MEMORY_KIB) + os.urandom(_SALT)
    with alone(_LANES):
        return stretching + _kdf(stretching).derive(_normal(receipt_code))


def matches(stored: bytes, typed: str) -> bool:
    stretching, expected = stored[: _COST.size + _SALT], stored[_COST.size + _SALT :]
    try:
        with alone(_LANES):
            _kdf(stretching).verify(_normal(typed), expected)
    except InvalidKey:
        return False
    return True


def _normal(typed: str) -> bytes:
    """As people type it: any case, blanks and hyphens anywhere, O for 0 and I or L for 1."""
    return "".join(c for c in typed.upper() if c.isalnum()).translate(_READ_AS).encode()


def _kdf(stretching: bytes) -> Argon2id:
    (memory,) = _COST.unpack(stretching[: _COST.size])
    return Argon2id(salt=stretching[_COST.size :], length=32, iterations=2, lanes=_LANES, memory_cost=memory)
