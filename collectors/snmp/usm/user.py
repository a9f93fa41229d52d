"""Who asks, in SNMPv3's terms: a user, and how its messages are protected."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from collectors.snmp.errors import UserError
from collectors.snmp.usm.protocols import Authentication, Privacy
from core.i18n import N_

LEAST_PASSWORD: Final = 8
MOST_NAME: Final = 32


class SecurityLevel(StrEnum):
    """RFC 3411 section 3.4.3, by name."""

    NO_AUTH_NO_PRIV = "noAuthNoPriv"
    AUTH_NO_PRIV = "authNoPriv"
    AUTH_PRIV = "authPriv"


@dataclass(frozen=True, slots=True)
class User:
    """Never prints its passwords. `context` is the contextName, empty on nearly all devices.

    Raises UserError for privacy without authentication, a password shorter than RFC 3414 section 11.2 allows, or a
    name that does not fit.
    """

    name: str
    authentication: Authentication = Authentication.NONE
    auth_password: str = field(default="", repr=False)
    privacy: Privacy = Privacy.NONE
    privacy_password: str = field(default="", repr=False)
    context: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.name.encode()) <= MOST_NAME:
            raise UserError(field="username", reason=N_("1 to 32 octets"))
        if self.privacy is not Privacy.NONE and self.authentication is Authentication.NONE:
            raise UserError(field="privacy", reason=N_("privacy needs authentication"))
        for protocol, name in ((self.authentication, "auth_password"), (self.privacy, "privacy_password")):
            if protocol.value != "none" and len(getattr(self, name).encode()) < LEAST_PASSWORD:
                raise UserError(field=name, reason=N_("at least 8 octets"))

    @property
    def level(self) -> SecurityLevel:
        if self.authentication is Authentication.NONE:
            return SecurityLevel.NO_AUTH_NO_PRIV
        return SecurityLevel.AUTH_NO_PRIV if self.privacy is Privacy.NONE else SecurityLevel.AUTH_PRIV
