"""By what an account's person is recognised."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from core.i18n import N_


class Source(StrEnum):
    """A password of ours, one that an LDAP directory checks, or the word of an OpenID provider."""

    LOCAL = "local"
    LDAP = "ldap"
    OIDC = "oidc"


SOURCE_LABELS: Mapping[Source, str] = MappingProxyType(
    {
        Source.LOCAL: N_("a password of this installation"),
        Source.LDAP: N_("LDAP directory"),
        Source.OIDC: N_("OpenID provider"),
    }
)
