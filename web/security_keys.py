"""Under which name security keys know this console."""

from flask import request

from security.factors.security_keys import RelyingParty
from web.state import console


def relying_party() -> RelyingParty:
    """The host name that users type; on a machine of one's own `localhost`."""
    settings = console().settings
    return RelyingParty(settings.web.public_host or "localhost", settings.site.name or "Guanjin")


def reachable() -> bool:
    """Whether this page was asked for under that name: a browser shows a key to no other, and to no IP address."""
    return request.host.rpartition(":")[0] == relying_party().host or request.host == relying_party().host
