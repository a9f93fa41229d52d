"""A session on a device's command line: logging in under a pinned host key, reading the running configuration.

Whatever netmiko and paramiko say when something fails may contain what the device printed, and with it secrets; so
nothing of their text is handed on. The errors here name the device, the address and one of a few known reasons.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import paramiko
from netmiko.base_connection import BaseConnection
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadException,
)

from automation.completeness import tidy
from automation.drivers import Platform
from automation.errors import ConnectError, HostKeyChangedError, LoginRefusedError, ReadError
from core.i18n import N_

CONNECT_TIMEOUT_S = 10.0
# Half of the shortest lease that a job may have; a device that is slower than this is not healthy.
READ_TIMEOUT_S = 60.0

KEY_CLASSES: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True)
class Login:
    """A resolved credential; lives as long as the connection opens, and never prints itself."""

    username: str
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, secret: Mapping[str, str]) -> "Login":
        return cls(secret["username"], secret.get("password"), secret.get("private_key"))


@dataclass(frozen=True)
class Endpoint:
    """Where a session goes. `pinned` is the host key's fingerprint seen before; None trusts the first one seen."""

    device: str
    address: str
    port: int
    platform: Platform
    credential: str
    pinned: str | None = None


@dataclass(frozen=True)
class RunningConfig:
    """`text` as the device gave it, line ends and remarks tidied; `base_prompt` is the name in the session's prompt."""

    text: str = field(repr=False)
    base_prompt: str
    host_key: str


class PinnedHostKey(paramiko.MissingHostKeyPolicy):
    """Trust on first use, then only the same key."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.seen = ""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client, hostname
        self.seen = f"{key.get_name()} {key.fingerprint}"
        pinned = self._endpoint.pinned
        if pinned is not None and pinned != self.seen:
            raise HostKeyChangedError(
                device=self._endpoint.device, address=self._endpoint.address, found=self.seen, pinned=pinned
            )


class Session:
    """An open session. Close it in every case."""

    def __init__(self, connection: BaseConnection, endpoint: Endpoint, host_key: str) -> None:
        self._connection = connection
        self._endpoint = endpoint
        self.host_key = host_key

    def running_config(self) -> RunningConfig:
        """Raises ReadError when the device stops answering. Completeness is for the caller to ask."""
        platform = self._endpoint.platform
        name = self._connection.base_prompt
        try:
            text = self._connection.send_command(
                platform.show_running,
                expect_string=platform.prompt_of(name),
                read_timeout=READ_TIMEOUT_S,
                strip_prompt=True,
                strip_command=True,
            )
        except (NetmikoBaseException, ReadException, OSError, EOFError, paramiko.SSHException) as error:
            raise ReadError(device=self._endpoint.device, reason=type(error).__name__) from None
        return RunningConfig(tidy(_without_prompt(str(text), platform, name), platform), name, self.host_key)

    def close(self) -> None:
        self._connection.disconnect()


def connect(endpoint: Endpoint, login: Login) -> Session:
    """Raises ConnectError, LoginRefusedError, HostKeyChangedError."""
    policy = PinnedHostKey(endpoint)
    connection = endpoint.platform.connection(
        device_type=endpoint.platform.name,
        host=endpoint.address,
        port=endpoint.port,
        auto_connect=False,
        conn_timeout=CONNECT_TIMEOUT_S,
        auth_timeout=CONNECT_TIMEOUT_S,
        banner_timeout=CONNECT_TIMEOUT_S,
        **_authentication(endpoint, login),
    )
    try:
        _open(connection, policy)
    except NetmikoAuthenticationException:
        raise LoginRefusedError(
            device=endpoint.device, address=endpoint.address, credential=endpoint.credential
        ) from None
    except NetmikoTimeoutException:
        raise _no_session(endpoint, N_("no answer")) from None
    except (NetmikoBaseException, ReadException, OSError, EOFError, paramiko.SSHException, ValueError):
        raise _no_session(endpoint, N_("the login did not come to a prompt")) from None
    return Session(connection, endpoint, policy.seen)


def _open(connection: Any, policy: PinnedHostKey) -> None:
    try:
        connection.open_with(policy)
    except BaseException:
        connection.disconnect()
        raise


def _authentication(endpoint: Endpoint, login: Login) -> dict[str, Any]:
    if login.private_key is None:
        return {"username": login.username, "password": login.password}
    for kind in KEY_CLASSES:
        try:
            key = kind.from_private_key(io.StringIO(login.private_key))
        except (paramiko.SSHException, ValueError):
            continue
        return {"username": login.username, "pkey": key, "use_keys": False}
    raise LoginRefusedError(device=endpoint.device, address=endpoint.address, credential=endpoint.credential)


def _no_session(endpoint: Endpoint, reason: str) -> ConnectError:
    return ConnectError(device=endpoint.device, address=f"{endpoint.address}:{endpoint.port}", reason=reason)


def _without_prompt(text: str, platform: Platform, name: str) -> str:
    return re.sub(platform.prompt_of(name), "", text)
