"""Realms, and what a secret of each kind consists of."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Realm(StrEnum):
    """Who needs the secret: what reads devices, what changes devices, what crosses between networks."""

    MONITOR = "monitor"
    CHANGE = "change"
    FERRY = "ferry"


class Kind(StrEnum):
    SNMP_V2C = "snmp-v2c"
    SSH_PASSWORD = "ssh-password"  # noqa: S105  # the name of a kind
    SSH_KEY = "ssh-key"
    OTHER = "other"


# A kind's fields, all of them needed; OTHER takes any.
FIELDS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.SNMP_V2C: ("community",),
        Kind.SSH_PASSWORD: ("username", "password"),
        Kind.SSH_KEY: ("username", "private_key"),
        Kind.OTHER: (),
    }
)
# Reading a device happens thousands of times a minute and is no event; using the power to change one is.
AUDITED = frozenset({Realm.CHANGE, Realm.FERRY})
