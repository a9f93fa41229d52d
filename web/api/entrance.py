"""Who comes in: before every request below `/api/`."""

from typing import Final, NoReturn

from flask import current_app, g, request

from core.events import Event
from security import audit, tokens
from security.tokens.errors import TokenError, TokenInvalidError, TokenMissingError
from web.access import permissions_of
from web.api import limits
from web.api.errors import TokenPermissionError
from web.api.paths import is_api
from web.state import console

SCHEME: Final = "bearer"
BODY_BYTES: Final = 65_536


def admit() -> None:
    """Limit, token, permission, in this order. What does not exist is said to be so without a token."""
    if not is_api():
        return
    request.max_content_length = BODY_BYTES
    address = request.remote_addr or ""
    limits.take_for_address(address)
    if request.endpoint is None:
        return
    g.principal = holder = _holder(address)
    limits.take_for_token(holder.token_id)
    needed = permissions_of(current_app.view_functions[request.endpoint])
    if needed is None:
        raise TokenPermissionError(permission=request.endpoint)
    if needed and not needed & holder.permissions:
        _refuse(holder, ", ".join(sorted(needed)))


def _refuse(holder: tokens.TokenHolder, permission: str) -> NoReturn:
    """Recorded, as at the doors of the console."""
    error, clock = TokenPermissionError(permission=permission), console().clock
    actor, subject = holder.actor(request.remote_addr), f"api:{request.method} {request.path}"
    audit.record_refusal(console().database, Event.ACCESS_DENIED, actor, error, subject=subject, clock=clock)
    raise error


def _holder(address: str) -> tokens.TokenHolder:
    try:
        return tokens.identify(
            console().database,
            _bearer(),
            address=address,
            settings=console().settings.security,
            clock=console().clock,
        )
    except TokenMissingError:
        raise
    except TokenError as error:
        if isinstance(error, TokenInvalidError):
            limits.count_refusal(address)
        raise


def _bearer() -> str:
    """RFC 6750, 2.1. The form and query parameter of 2.2 and 2.3 are not read: addresses end up in logs."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not text.strip():
        raise TokenMissingError
    return text.strip()
