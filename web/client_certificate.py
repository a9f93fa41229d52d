"""Client certificates, as the TLS proxy hands them on: two headers, which count only when they come from that proxy.

    X-Client-Verify       what nginx calls $ssl_client_verify; SUCCESS when the certificate is good
    X-Client-Certificate  what it calls $ssl_client_escaped_cert; PEM, percent-encoded

waitress clears the forwarding headers that it knows from peers that are not trusted, and no others; so `from_proxy`
takes these two out itself. It stands in front of waitress's own handling, which overwrites the peer's address.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import request

from security.factors.certificates import fingerprint_of
from web.state import console

VERIFY = "HTTP_X_CLIENT_VERIFY"
CERTIFICATE = "HTTP_X_CLIENT_CERTIFICATE"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def from_proxy(application: Application, proxy: str | None) -> Application:
    """The application behind a door that takes the two headers from everybody but the proxy's address."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if proxy is None or environ.get("REMOTE_ADDR") != proxy:
            for header in (VERIFY, CERTIFICATE):
                environ.pop(header, None)
        return application(environ, start_response)

    return guarded


def fingerprint() -> str | None:
    """Of the certificate that this request's browser showed and the proxy found good."""
    if not console().settings.web.client_certificates or request.environ.get(VERIFY) != "SUCCESS":
        return None
    return fingerprint_of(request.environ.get(CERTIFICATE, ""))
