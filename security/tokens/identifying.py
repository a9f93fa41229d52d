"""Who holds this token: asked at every request, answered from what the database says at that moment."""

import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database import Database
from core.events import Event
from core.settings import SecuritySettings
from security.addresses import permits
from security.audit import record
from security.directory.kinds import Source
from security.models import ADDRESS_LENGTH
from security.profile import Profile, profile_of
from security.tokens import form
from security.tokens.errors import (
    TokenAddressError,
    TokenError,
    TokenExpiredError,
    TokenOwnerError,
    TokenPasswordError,
    TokenRevokedError,
    TokenUnknownError,
)
from security.tokens.holder import TokenHolder
from security.tokens.models import ApiToken
from security.tokens.services import subject_of
from security.tokens.states import TokenState, state_of

# Uses and refusals are written down once in this while, so that a program that asks every second costs no disk.
GRANULARITY: Final = timedelta(seconds=60)


def identify(database: Database, text: str, *, address: str, settings: SecuritySettings, clock: Clock) -> TokenHolder:
    """The holder of a token that is in force.

    Raises TokenUnknownError, TokenRevokedError, TokenExpiredError, TokenOwnerError, TokenPasswordError,
    TokenAddressError. A refusal of a token that exists is recorded: somebody uses what they should no longer have.
    """
    if not form.well_formed(text):
        raise TokenUnknownError
    now = clock.now()
    with database.read() as session:
        token = _find(session, text)
        if token is None:
            raise TokenUnknownError
        refusal = _refusal(token, address, profile_of(settings), now)
        holder = TokenHolder.of(token)
        due = _due(token.last_refused if refusal else token.last_used, now)
    if due:
        _write_down(database, holder, refusal, address, clock)
    if refusal:
        raise refusal
    return holder


def _find(session: Session, text: str) -> ApiToken | None:
    """By its hash: how far a wrong one agrees with a stored hash says nothing about any token."""
    wanted = form.digest(text)
    token = session.scalars(select(ApiToken).where(ApiToken.token_hash == wanted)).one_or_none()
    return token if token is not None and hmac.compare_digest(token.token_hash, wanted) else None


def _refusal(token: ApiToken, address: str, profile: Profile, now: datetime) -> TokenError | None:
    state = state_of(token, now)
    if state is TokenState.REVOKED:
        return TokenRevokedError()
    if state is TokenState.EXPIRED:
        return TokenExpiredError(expired=token.expires.isoformat(timespec="minutes"))
    if token.account.disabled:
        return TokenOwnerError()
    ours = token.account.source == Source.LOCAL
    if ours and (token.account.must_change_password or profile.expired(token.account.password_changed, now)):
        return TokenPasswordError()
    if not (permits(token.networks, address) and permits(token.account.allowed_addresses, address)):
        return TokenAddressError(address=address or "-")
    return None


def _due(last: datetime | None, now: datetime) -> bool:
    """Also when the clock was set back: the last use must not stand in the future."""
    return last is None or abs(now - last) >= GRANULARITY


def _write_down(
    database: Database, holder: TokenHolder, refusal: TokenError | None, address: str, clock: Clock
) -> None:
    now = clock.now()
    with database.write() as session:
        token = session.get(ApiToken, holder.token_id, with_for_update={"of": ApiToken})
        if token is None or not _due(token.last_refused if refusal else token.last_used, now):
            return
        if refusal is None:
            token.last_used, token.last_address = now, address[:ADDRESS_LENGTH]
            return
        token.last_refused = now
        detail = {"code": refusal.code, **refusal.facts}
        actor = holder.actor(address)
        record(
            session,
            Event.TOKEN_REFUSED,
            actor,
            subject=subject_of(token),
            result="refused",
            detail=detail,
            clock=clock,
        )
