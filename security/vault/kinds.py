"""Realms, and what a secret of each kind consists of."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Realm(StrEnum):
    """Who needs the secret: what reads devices, what changes devices, what crosses between networks, what signs the
    audit log, and what shows that a person is there (one-time codes: the console's own process, which opens no other).
    """

    MONITOR = "monitor"
    CHANGE = "change"
    FERRY = "ferry"
    AUDIT = "audit"
    IDENTITY = "identity"


# The realms whose secrets people enter and delete; what the program makes for itself in the others is not for them.
ENTERED = (Realm.MONITOR, Realm.CHANGE, Realm.FERRY)


class Kind(StrEnum):
    SNMP_V2C = "snmp-v2c"
    SNMP_V3 = "snmp-v3"
    SSH_PASSWORD = "ssh-password"  # noqa: S105  # the name of a kind
    SSH_KEY = "ssh-key"
    OTHER = "other"


# The fields that a kind needs; OTHER takes any.
FIELDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.SNMP_V2C: ("community",),
        Kind.SNMP_V3: ("username",),
        Kind.SSH_PASSWORD: ("username", "password"),
        Kind.SSH_KEY: ("username", "private_key"),
        Kind.OTHER: (),
    }
)
# Where what uses a kind looks for it; OTHER may be in any realm.
HOME: Mapping[Kind, Realm] = MappingProxyType(
    {
        Kind.SNMP_V2C: Realm.MONITOR,
        Kind.SNMP_V3: Realm.MONITOR,
        Kind.SSH_PASSWORD: Realm.CHANGE,
        Kind.SSH_KEY: Realm.CHANGE,
    }
)
# The fields that a kind may have besides: a user of SNMPv3 proves itself, and encrypts, or does not.
OPTIONAL: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {Kind.SNMP_V3: ("authentication", "auth_password", "privacy", "privacy_password", "context")}
)
# Where a field is not free text. The words are those of `collectors.snmp.usm.protocols`.
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "authentication": ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"),
        "privacy": ("des", "aes128", "aes192", "aes256", "aes192-reeder", "aes256-reeder"),
    }
)
# What is of use only together with others (RFC 3414: no privacy without authentication).
REQUIRES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "authentication": ("auth_password",),
        "auth_password": ("authentication",),
        "privacy": ("authentication", "privacy_password"),
        "privacy_password": ("privacy",),
    }
)


def unfit(kind: Kind, secret: Mapping[str, str]) -> bool:
    """Whether these fields make no credential of this kind."""
    if not secret or not all(secret.values()):
        return True
    if kind is Kind.OTHER:
        return False
    needed, allowed = set(FIELDS[kind]), {*FIELDS[kind], *OPTIONAL.get(kind, ())}
    return not needed <= set(secret) <= allowed or any(_stray(field, secret) for field in secret)


def _stray(field: str, secret: Mapping[str, str]) -> bool:
    """A word that is none of those to choose from, or a field without what it is of no use without."""
    unknown = field in CHOICES and secret[field] not in CHOICES[field]
    return unknown or not set(REQUIRES.get(field, ())) <= set(secret)


def fields_of(kind: Kind) -> str:
    """For a person: what the kind needs, in brackets what it may have, and the words to choose from."""
    needed = [_field(field) for field in FIELDS[kind]]
    return ", ".join([*needed, *(f"[{_field(field)}]" for field in OPTIONAL.get(kind, ()))])


def _field(field: str) -> str:
    return f"{field} ({' | '.join(CHOICES[field])})" if field in CHOICES else field


# Reading a device happens thousands of times a minute and is no event; using the power to change one is.
AUDITED = frozenset({Realm.CHANGE, Realm.FERRY, Realm.AUDIT})
