"""What kinds of credentials and their fields are called in front of people; msgids, to be translated by the edge."""

from collections.abc import Mapping
from types import MappingProxyType

from core.i18n import N_
from security.vault.kinds import Kind

KIND_LABELS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.SNMP_V2C: N_("SNMP v1 or v2c"),
        Kind.SNMP_V3: N_("SNMP v3"),
        Kind.SSH_PASSWORD: N_("SSH with a password"),
        Kind.SSH_KEY: N_("SSH with a key"),
        Kind.OTHER: N_("other"),
    }
)
FIELD_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "community": N_("community"),
        "username": N_("user name"),
        "password": N_("password"),
        "private_key": N_("private key"),
        "authentication": N_("authentication protocol"),
        "auth_password": N_("authentication password"),
        "privacy": N_("privacy protocol"),
        "privacy_password": N_("privacy password"),
        "context": N_("context (empty on nearly all devices)"),
    }
)
# What may be seen while it is typed.
SHOWN = frozenset({"username", "context"})
