"""How many requests a token, an address, and a bringer of wrong tokens may send: the edge around `buckets`.

The headers are those of draft-ietf-httpapi-ratelimit-headers; Retry-After is RFC 9110's.
"""

from dataclasses import dataclass
from typing import Final, Self, cast

from flask import current_app, g
from werkzeug.wrappers import Response

from core.settings import ApiSettings
from web.api.buckets import MINUTE_S, Buckets, Verdict
from web.api.errors import RateLimitedError, RefusalsLimitedError
from web.state import console

EXTENSION: Final = "guanjin_api_limits"


@dataclass(frozen=True)
class Limits:
    of_token: Buckets
    of_address: Buckets
    refusals: Buckets

    @classmethod
    def of(cls, settings: ApiSettings) -> Self:
        return cls(
            Buckets(settings.token_requests), Buckets(settings.address_requests), Buckets(settings.address_refusals)
        )


def take_for_address(address: str) -> None:
    """Raises RateLimitedError. Before anything is looked up."""
    _take("address", _limits().of_address, address)


def take_for_token(token_id: int) -> None:
    """Raises RateLimitedError."""
    _take("token", _limits().of_token, str(token_id))


def count_refusal(address: str) -> None:
    """A wrong token came from here. Raises RefusalsLimitedError instead of what was wrong with it, once it was often.

    Right tokens from the same address (a proxy, a jump host) go on working.
    """
    verdict = _limits().refusals.take(address, console().clock.monotonic())
    if not verdict.allowed:
        g.api_verdict = "refusals", verdict
        raise RefusalsLimitedError(address=address, seconds=verdict.wait_s)


def announce(response: Response) -> None:
    """The headers about the limit that was looked at last."""
    found: tuple[str, Verdict] | None = g.get("api_verdict")
    if found is None:
        return
    name, verdict = found
    response.headers["RateLimit-Policy"] = f'"{name}";q={verdict.limit};w={MINUTE_S:.0f}'
    response.headers["RateLimit"] = f'"{name}";r={verdict.remaining};t={verdict.full_s}'
    if response.status_code == RateLimitedError.status:
        response.headers["Retry-After"] = str(verdict.wait_s)


def _take(name: str, buckets: Buckets, key: str) -> None:
    verdict = buckets.take(key, console().clock.monotonic())
    g.api_verdict = name, verdict
    if not verdict.allowed:
        raise RateLimitedError(seconds=verdict.wait_s)


def _limits() -> Limits:
    return cast("Limits", current_app.extensions[EXTENSION])
