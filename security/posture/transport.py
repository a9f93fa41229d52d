"""The way to the console."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from core.i18n import N_
from core.settings import WebSettings
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity


def look(site: Installation) -> WebSettings:
    return site.settings.web


def judge(web: WebSettings) -> Iterator[Finding]:
    loopback = _is_loopback(web.listen_host)
    if not web.behind_tls_proxy and not loopback:
        yield Finding(
            "transport.clear",
            Severity.CRITICAL,
            web.listen_host,
            N_("the console is to listen on %(subject)s without TLS"),
            N_("put a TLS proxy in front (deploy/nginx/guanjin.conf) and set web.behind_tls_proxy and web.public_host"),
        )
    if web.behind_tls_proxy and not loopback:
        yield Finding(
            "transport.around",
            Severity.WARNING,
            web.listen_host,
            N_("the console listens on %(subject)s: passwords may go around the TLS proxy in the clear"),
            N_("set web.listen_host to 127.0.0.1; the proxy stands on this machine"),
        )
    if not web.behind_tls_proxy and loopback:
        yield Finding(
            "transport.local",
            Severity.NOTE,
            web.listen_host,
            N_("the console answers on this machine only, without TLS"),
            N_("docs/deploying.md shows how to put TLS in front for everybody else"),
        )
    if web.behind_tls_proxy and _is_address(web.public_host):
        yield Finding(
            "transport.no_name",
            Severity.NOTE,
            web.public_host,
            N_("users come by the address %(subject)s instead of a name"),
            N_("security keys (WebAuthn) and most certificates need a name; enter one in your DNS"),
        )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback)


CHECKS: Final = (Check("transport", N_("TLS and addresses of the console"), look, judge, needs_schema=False),)
