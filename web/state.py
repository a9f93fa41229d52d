"""What every request stands on, put into the application once by `create_app` and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request

from core.clock import Clock
from core.database import Database
from core.settings import Settings
from security.audit import Actor
from security.directory.opening import Directories
from security.door import Door
from security.sessions import SignedIn
from security.vault import Vault

EXTENSION = "guanjin"


Identify = Callable[[str, bool], SignedIn | None]
"""Who holds this session token; the second argument says whether the request counts as activity."""


@dataclass(frozen=True)
class Console:
    settings: Settings
    database: Database
    clock: Clock
    identify: Identify
    is_set_up: Callable[[], bool]
    vault: Vault
    directories: Directories

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console by TLS."""
        return self.settings.web.behind_tls_proxy

    @property
    def session_cookie(self) -> str:
        """Cookies do not know ports, so two instances on one host need names of their own."""
        name = f"guanjin_{self.settings.site.zone}_{self.settings.web.listen_port}"
        return f"__Host-{name}" if self.secure else name


def console() -> Console:
    return cast("Console", current_app.extensions[EXTENSION])


def principal() -> SignedIn | None:
    return cast("SignedIn | None", g.get("principal"))


def me() -> SignedIn:
    """The person of this request, on pages that the guard lets nobody else reach."""
    found = principal()
    if found is None:
        raise LookupError("a page that needs a person was reached without one")
    return found


def door() -> Door:
    """Where this request comes from."""
    from web.client_certificate import fingerprint  # noqa: PLC0415  # which asks for the console of this module

    return Door(
        console().database,
        console().settings.security,
        console().clock,
        request.remote_addr or "",
        request.headers.get("User-Agent", ""),
        fingerprint(),
        console().directories,
    )


def actor() -> Actor:
    """Who acts in this request, for the services and for the log."""
    return me().actor(request.remote_addr)
