"""Whom to ask, and how."""

import ipaddress
import socket
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from collectors.snmp.errors import AddressError, UserError
from collectors.snmp.usm.user import User
from collectors.snmp.wire import Version
from core.i18n import N_

BACKOFF: Final = 1.5


@dataclass(frozen=True, slots=True)
class Target:
    """`address` is an IP address: names are resolved by whoever reads them. Retries follow the first attempt.

    Versions 1 and 2c ask by `community`, version 3 by `user`.
    """

    address: str
    port: int = 161
    version: Version = Version.V2C
    community: bytes = field(default=b"public", repr=False)
    timeout_s: float = 2.0
    retries: int = 2
    user: User | None = None

    def __post_init__(self) -> None:
        if (self.version is Version.V3) is (self.user is None):
            raise UserError(field="username", reason=N_("version 3 asks in the name of a user"))

    @property
    def family(self) -> socket.AddressFamily:
        return _parsed(self.address)[0]

    @property
    def endpoint(self) -> tuple[str, int]:
        """As the kernel writes the source of an answer."""
        return _parsed(self.address)[1], self.port

    def timeouts(self) -> tuple[float, ...]:
        """How long to wait after each attempt: longer each time, for what is slow or busy is not helped by more."""
        return _timeouts(self.timeout_s, self.retries)


@lru_cache
def _timeouts(timeout_s: float, retries: int) -> tuple[float, ...]:
    return tuple(timeout_s * BACKOFF**attempt for attempt in range(retries + 1))


@lru_cache(maxsize=65536)
def _parsed(address: str) -> tuple[socket.AddressFamily, str]:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise AddressError(address=address) from None
    return socket.AF_INET if parsed.version == 4 else socket.AF_INET6, str(parsed)  # noqa: PLR2004  # IP version 4
