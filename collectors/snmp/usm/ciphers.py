"""The privacy protocols: DES-CBC (RFC 3414 section 8) and AES in cipher feedback mode (RFC 3826).

A salt is eight octets and must not come twice with one key. Neither cipher protects integrity: whoever decrypts has
checked the digest first.
"""

from typing import Final, NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from collectors.snmp.errors import WireError
from collectors.snmp.usm.protocols import Privacy

SALT_OCTETS: Final = 8
DES_OCTETS: Final = 8


class Stamp(NamedTuple):
    """What makes each message's encryption another one; it stands in the message in the clear."""

    boots: int
    time: int
    salt: bytes


def salt_of(privacy: Privacy, number: int, boots: int) -> bytes:
    """The message's salt from a number that is counted up (RFC 3414 section 8.1.1.1, RFC 3826 section 3.1.2.1)."""
    if privacy is Privacy.DES:
        return boots.to_bytes(4) + (number & 0xFFFFFFFF).to_bytes(4)
    return (number & 0xFFFFFFFFFFFFFFFF).to_bytes(8)


def encrypt(privacy: Privacy, key: bytes, plain: bytes, stamp: Stamp) -> bytes:
    padding = -len(plain) % DES_OCTETS if privacy is Privacy.DES else 0
    encryptor = _cipher(privacy, key, stamp).encryptor()
    return encryptor.update(plain + bytes(padding)) + encryptor.finalize()


def decrypt(privacy: Privacy, key: bytes, data: bytes, stamp: Stamp) -> bytes:
    """What DES was padded with stays at the end. Raises WireError for what cannot be its output."""
    if len(stamp.salt) != SALT_OCTETS:
        raise WireError(reason="a salt of unusable size")
    if privacy is Privacy.DES and len(data) % DES_OCTETS:
        raise WireError(reason="cut off in encrypted data")
    decryptor = _cipher(privacy, key, stamp).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _cipher(privacy: Privacy, key: bytes, stamp: Stamp) -> Cipher[CBC] | Cipher[CFB]:
    if privacy is Privacy.DES:
        vector = bytes(one ^ other for one, other in zip(key[DES_OCTETS:], stamp.salt, strict=True))
        # Three times the same key makes of the triple cipher the single one.
        return Cipher(TripleDES(key[:DES_OCTETS] * 3), CBC(vector))
    return Cipher(AES(key), CFB(stamp.boots.to_bytes(4) + stamp.time.to_bytes(4) + stamp.salt))
