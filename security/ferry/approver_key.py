"""An approver's own Ed25519 key, locked by a PIN that the product never stores.

The PIN is stretched with Argon2id (RFC 9106) and the seed sealed with AES-256-GCM, the person's name as associated
data: whoever copies the database gets no approval out of it, and a locked key moved to another person does not open.
"""

import hashlib
import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from security.ferry import pins
from security.ferry.errors import ApproverKeyDamagedError, PinSameError, PinWrongError
from security.ferry.statement import SignedStatement, Statement
from security.stretching import alone

_MEMORY_KIB, _ITERATIONS, _LANES = 64 * 1024, 3, 4
# A stored key that asks for more than this was altered; it must not take the machine's memory.
_MOST_MEMORY_KIB, _MOST_ITERATIONS, _MOST_LANES = 1024 * 1024, 16, 16
_COST = struct.Struct(">IBB")
_SALT, _NONCE = 16, 12


@dataclass(frozen=True)
class LockedKey:
    """`public` is 32 bytes; `locked` is the cost of stretching, salt, nonce and ciphertext in one.

    The cost is kept with each key, so that it can be raised for new keys without locking the old ones for good.
    """

    person: str
    public: bytes
    locked: bytes


def create(person: str, pin: str) -> LockedKey:
    """A new key (slow). Raises PinLengthError, PinTrivialError."""
    pins.check(pin, person=person)
    return _lock(person, Ed25519PrivateKey.generate(), pin)


def change_pin(key: LockedKey, pin: str, new: str) -> LockedKey:
    """The same key under another PIN, with fresh salt and today's cost (slow, twice).

    Raises PinLengthError, PinTrivialError, PinSameError, PinWrongError, ApproverKeyDamagedError.
    """
    pins.check(new, person=key.person)
    if pins.normal(new) == pins.normal(pin):
        raise PinSameError
    return _lock(key.person, _unlock(key, pin), new)


def fingerprint(public: bytes) -> str:
    """SHA-256 of the public key in hexadecimal, as people compare it."""
    return hashlib.sha256(b"ferry/approver-key/v1\0" + public).hexdigest()


def sign(key: LockedKey, pin: str, statement: Statement) -> SignedStatement:
    """Raises PinWrongError and ApproverKeyDamagedError; counting wrong PINs needs a transaction, so callers do it."""
    text = statement.encode()
    signature = _unlock(key, pin).sign(statement.signed_bytes)
    return SignedStatement(text, signature)


def holds(public: bytes, signed: SignedStatement) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed.signature, signed.signed_bytes)
    except (InvalidSignature, ValueError):
        return False
    return True


def _lock(person: str, private: Ed25519PrivateKey, pin: str) -> LockedKey:
    nonce, stretching = os.urandom(_NONCE), _COST.pack(_MEMORY_KIB, _ITERATIONS, _LANES) + os.urandom(_SALT)
    sealed = AESGCM(_stretch(pin, stretching)).encrypt(nonce, private.private_bytes_raw(), _bound_to(person))
    return LockedKey(person, private.public_key().public_bytes_raw(), stretching + nonce + sealed)


def _unlock(key: LockedKey, pin: str) -> Ed25519PrivateKey:
    stretching, rest = key.locked[: _COST.size + _SALT], key.locked[_COST.size + _SALT :]
    if not _is_bearable(stretching):
        raise ApproverKeyDamagedError(person=key.person)
    try:
        seed = AESGCM(_stretch(pin, stretching)).decrypt(rest[:_NONCE], rest[_NONCE:], _bound_to(key.person))
    except InvalidTag:
        raise PinWrongError(person=key.person) from None
    except ValueError:  # too short to hold a nonce
        raise ApproverKeyDamagedError(person=key.person) from None
    private = Ed25519PrivateKey.from_private_bytes(seed)
    if private.public_key().public_bytes_raw() != key.public:
        raise ApproverKeyDamagedError(person=key.person)
    return private


def _is_bearable(stretching: bytes) -> bool:
    if len(stretching) != _COST.size + _SALT:
        return False
    memory, iterations, lanes = _COST.unpack(stretching[: _COST.size])
    return bool(
        8 * lanes <= memory <= _MOST_MEMORY_KIB and 1 <= iterations <= _MOST_ITERATIONS and 1 <= lanes <= _MOST_LANES
    )


def _stretch(pin: str, stretching: bytes) -> bytes:
    memory, iterations, lanes = _COST.unpack(stretching[: _COST.size])
    kdf = Argon2id(salt=stretching[_COST.size :], length=32, iterations=iterations, lanes=lanes, memory_cost=memory)
    with alone(lanes):
        return kdf.derive(pins.normal(pin).encode("utf-8", "replace"))


def _bound_to(person: str) -> bytes:
    return b"ferry/approver-key/v1\0" + person.encode()
