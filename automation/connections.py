"""Our Nornir connection plugin.

nornir-netmiko's refuses drivers that netmiko does not list, trusts every host key and wants the password in the
inventory. Ours opens a `session.Session`; the password is fetched from the vault at that moment and not kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions
from nornir.core.plugins.connections import ConnectionPluginRegister

from automation.drivers import platform_of
from automation.errors import NoCredentialError
from automation.session import Endpoint, Login, Session, connect

PLUGIN = "guanjin_ssh"


@dataclass(frozen=True)
class Access:
    """How a connection gets what the inventory does not hold."""

    secret: Callable[[str], Mapping[str, str]] = field(repr=False)
    pinned_key: Callable[[int], str | None] = field(repr=False)


class SshConnection:
    """nornir.core.plugins.connections.ConnectionPlugin over `session.connect`."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def open(  # noqa: PLR0917  # Nornir's signature
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        del username, password, configuration
        given = extras or {}
        access: Access = given["access"]
        device, credential = given["device"], given["credential"]
        if not hostname or not credential:
            raise NoCredentialError(device=device)
        driver = platform_of(device, platform or "")
        pinned = access.pinned_key(given["device_id"])
        endpoint = Endpoint(device, hostname, port or 22, driver, credential, pinned)
        self._session = connect(endpoint, Login.of(access.secret(credential)))

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def connection(self) -> Session | None:
        return self._session


def grant(nornir: Nornir, access: Access) -> None:
    """Let the hosts of a run open connections."""
    for host in nornir.inventory.hosts.values():
        extras = {"access": access, "device": host.name, **{key: host.data[key] for key in ("device_id", "credential")}}
        host.connection_options[PLUGIN] = ConnectionOptions(extras=extras)


ConnectionPluginRegister.register(PLUGIN, SshConnection)
