"""Whether a token is in force. Pure, so that every clock can be tried on it."""

from datetime import datetime
from enum import StrEnum

from security.sessions import CLOCK_SLACK
from security.tokens.models import ApiToken


class TokenState(StrEnum):
    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


def state_of(token: ApiToken, now: datetime) -> TokenState:
    """A token from the future means that the clock was set back: it must not live longer for that."""
    if token.revoked is not None:
        return TokenState.REVOKED
    alive = token.created - CLOCK_SLACK <= now < token.expires
    return TokenState.LIVE if alive else TokenState.EXPIRED
