"""The recovery key as people keep it: 84 letters and digits that can be printed, read out and typed.

It carries the seed that opens, and the id of the key that signs: so whoever stands before an empty machine with this
sheet knows not only how to open a backup, but whose backup it has to be.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from security.backup.errors import RecoveryCodeError
from security.vault.recipient import RecipientPrivate

# Crockford's base 32: no I, L, O or U, so nothing can be misread or misheard.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_VERSION: Final = 1
_SEED, _SIGNER, _CHECK = 32, 16, 3
_BYTES = 1 + _SEED + _SIGNER + _CHECK
_LETTERS = -(-8 * _BYTES // 5)
_GROUP = 4


@dataclass(frozen=True, repr=False)
class RecoveryKey:
    """`signer` is the id of the signing key, 16 bytes."""

    private: RecipientPrivate
    signer: bytes

    def encode(self) -> str:
        body = bytes([_VERSION]) + self.private.seed + self.signer
        bits = int.from_bytes(body + _check(body), "big") << (5 * _LETTERS - 8 * _BYTES)
        letters = "".join(_ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(_LETTERS)))
        return "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))


def decode(typed: str) -> RecoveryKey:
    """As people type it: any case, blanks, line ends and hyphens anywhere. Raises RecoveryCodeError."""
    letters = "".join(char for char in typed.upper() if char.isalnum()).translate(_READ_AS)
    if len(letters) != _LETTERS or any(letter not in _ALPHABET for letter in letters):
        raise RecoveryCodeError
    bits = 0
    for letter in letters:
        bits = bits << 5 | _ALPHABET.index(letter)
    spare = 5 * _LETTERS - 8 * _BYTES
    whole = (bits >> spare).to_bytes(_BYTES, "big")
    body, check = whole[:-_CHECK], whole[-_CHECK:]
    if check != _check(body) or body[0] != _VERSION or bits & ((1 << spare) - 1):
        raise RecoveryCodeError
    return RecoveryKey(RecipientPrivate(body[1 : 1 + _SEED]), body[1 + _SEED :])


def _check(body: bytes) -> bytes:
    return hashlib.sha256(b"guanjin-recovery-v1\n" + body).digest()[:_CHECK]
