"""The web process: waitress in front of the application, on an address where it is safe to listen."""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.proxy_headers import proxy_headers_middleware
from waitress.server import BaseWSGIServer, create_server

from core.database import Database
from core.settings import Settings
from security.vault import Keyring
from web import reception, uploads
from web.app import create_app
from web.client_certificate import from_proxy
from web.errors import ListenFailedError, ListenRefusedError, PublicHostMissingError
from web.garbage import set_aside
from web.server_address import is_loopback

CHECK_S = 0.5
PROXY = "127.0.0.1"
GRACE_S = 5
TIDY_S = 1.0
# So many connections are kept open; from three quarters of them on, unfinished requests make room for new ones.
CONNECTIONS = 2048
# Files that the process opens for itself: databases, spool, static files.
OWN_FILES = 256


def check_address(settings: Settings) -> None:
    """Refuse to carry passwords in the clear."""
    web = settings.web
    if not web.behind_tls_proxy and not is_loopback(web.listen_host):
        raise ListenRefusedError(host=web.listen_host)
    if web.behind_tls_proxy and not web.public_host:
        raise PublicHostMissingError


def run(
    settings: Settings,
    database: Database,
    stop_event: Event,
    on_ready: Callable[[int], None] | None = None,
    *,
    keyring: Keyring | None = None,
) -> None:
    """Serve until `stop_event` is set; `on_ready` is told the port, which matters when 0 was asked for.

    Forwarded headers count only from a proxy on this machine that the settings name.
    """
    check_address(settings)
    with _uploads_in(_spool(settings)):
        app = create_app(settings, database, keyring=keyring)
        set_aside()
        _serve(settings, app, stop_event, on_ready)


def _serve(settings: Settings, app: Flask, stop_event: Event, on_ready: Callable[[int], None] | None) -> None:
    sockets: dict[int, Any] = {}
    limit = _room_for_connections()
    # Wrapped here and not by waitress's options: its wrapper puts the forwarded address in the peer's place, so who has
    # to know the peer stands in front of it.
    known = proxy_headers_middleware(app, clear_untrusted=True, **_proxy(settings))
    application = from_proxy(known, PROXY if settings.web.behind_tls_proxy else None)
    try:
        server = create_server(application, map=sockets, connection_limit=limit, **_options(settings))
    except OSError as error:
        wasyncore.close_all(sockets)
        raise ListenFailedError(
            host=settings.web.listen_host, port=settings.web.listen_port, reason=error.strerror
        ) from error
    _receive(sockets, uploads.admission(app))
    if on_ready:
        on_ready(int(getattr(server, "effective_port", settings.web.listen_port)))
    try:
        due = 0.0
        while not stop_event.is_set():
            wasyncore.loop(timeout=CHECK_S, use_poll=True, map=sockets, count=1)
            if (now := time.time()) >= due or len(sockets) >= limit:
                due = now + TIDY_S
                reception.tidy(_channels(sockets), now, limit * 3 // 4)
    finally:
        server.task_dispatcher.shutdown(timeout=GRACE_S)
        wasyncore.close_all(sockets)


def _receive(sockets: dict[int, Any], admit: reception.Admit) -> None:
    """A name such as localhost may stand for several addresses, each with a server of its own."""
    kind = type("Channel", (reception.Channel,), {"admit": staticmethod(admit)})
    for one in sockets.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = kind


def _channels(sockets: dict[int, Any]) -> list[reception.Channel]:
    return [one for one in sockets.values() if isinstance(one, reception.Channel)]


def _room_for_connections() -> int:
    """As many as wanted, or as the operating system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OWN_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(64, min(CONNECTIONS, soft - OWN_FILES))


@contextmanager
def _uploads_in(folder: Path) -> Iterator[None]:
    """What is uploaded passes through nameless temporary files; they stay in the data folder, under its protection."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _spool(settings: Settings) -> Path:
    folder = settings.storage.data / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _options(settings: Settings) -> dict[str, Any]:
    web = settings.web
    return {
        "host": web.listen_host,
        "port": web.listen_port,
        "threads": web.threads,
        "ident": None,
        "max_request_body_size": web.upload_bytes,
        "max_request_header_size": reception.HEADER_BYTES,
        "clear_untrusted_proxy_headers": False,  # `_serve` does it, within `from_proxy`
    }


def _proxy(settings: Settings) -> dict[str, Any]:
    """Whom to believe what about where a request came from."""
    if not settings.web.behind_tls_proxy:
        return {}
    return {"trusted_proxy": PROXY, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
