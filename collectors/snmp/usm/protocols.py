"""Which algorithms the User-based Security Model knows, and their measures.

Authentication: RFC 3414 section 6 and 7 (MD5, SHA-1), RFC 7860 (SHA-2). Privacy: RFC 3414 section 8 (DES), RFC 3826
(AES-128). For AES-192 and AES-256 there are two unpublished drafts that differ in how a key that is too short is made
longer; net-snmp, Huawei and H3C go by Blumenthal's, Cisco and those that follow it by Reeder's.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Authentication(StrEnum):
    NONE = "none"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class Privacy(StrEnum):
    """The names with `-reeder` lengthen keys as draft-reeder-snmpv3-usm-3desede says."""

    NONE = "none"
    DES = "des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"
    AES192_REEDER = "aes192-reeder"
    AES256_REEDER = "aes256-reeder"


# Octets of the digest that a message carries.
DIGEST_OCTETS: Final = {
    Authentication.NONE: 0,
    Authentication.MD5: 12,
    Authentication.SHA1: 12,
    Authentication.SHA224: 16,
    Authentication.SHA256: 24,
    Authentication.SHA384: 32,
    Authentication.SHA512: 48,
}


@dataclass(frozen=True, slots=True)
class CipherMeasure:
    """`reeder`: how a localized key shorter than `key_octets` is made longer."""

    key_octets: int
    reeder: bool = False


CIPHERS: Final = {
    Privacy.DES: CipherMeasure(16),
    Privacy.AES128: CipherMeasure(16),
    Privacy.AES192: CipherMeasure(24),
    Privacy.AES256: CipherMeasure(32),
    Privacy.AES192_REEDER: CipherMeasure(24, reeder=True),
    Privacy.AES256_REEDER: CipherMeasure(32, reeder=True),
}
