"""From passwords to the keys that one agent's engine has for a user (RFC 3414 sections 2.6 and A.2)."""

import hashlib
from functools import lru_cache
from typing import Final

from collectors.snmp.usm.protocols import CIPHERS, Authentication, Privacy

PASSWORD_OCTETS: Final = 1 << 20


@lru_cache(maxsize=1024)
def master_key(authentication: Authentication, password: bytes) -> bytes:
    """Ku: the digest of a megabyte of the password repeated. Dear on purpose, so it is computed once a password."""
    repeated = password * (PASSWORD_OCTETS // len(password) + 1)
    return _digest(authentication, repeated[:PASSWORD_OCTETS])


def localized_key(authentication: Authentication, password: bytes, engine_id: bytes) -> bytes:
    """Kul: what an agent holds instead of the password, of use with no other agent."""
    master = master_key(authentication, password)
    return _digest(authentication, master + engine_id + master)


def privacy_key(authentication: Authentication, privacy: Privacy, password: bytes, engine_id: bytes) -> bytes:
    """As long as the cipher needs it."""
    measure = CIPHERS[privacy]
    key = localized_key(authentication, password, engine_id)
    while len(key) < measure.key_octets:
        key += localized_key(authentication, key, engine_id) if measure.reeder else _digest(authentication, key)
    return key[: measure.key_octets]


def _digest(authentication: Authentication, data: bytes) -> bytes:
    # A protocol's own choice of digest (RFC 3414), not ours.
    return hashlib.new(authentication.value, data, usedforsecurity=False).digest()
