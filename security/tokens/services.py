"""Making tokens, taking them back, listing them. Every change is recorded in the same transaction."""

import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.events import Event
from security import addresses
from security.audit import Actor, record
from security.audit.redaction import plain
from security.roles import Permission
from security.sessions import SignedIn
from security.tokens import form
from security.tokens.errors import (
    TokenLifeError,
    TokenNameError,
    TokenNotFoundError,
    TokenPermissionError,
    TokensTooManyError,
)
from security.tokens.models import NAME_LENGTH, ApiToken
from security.tokens.permissions import to_choose_from
from security.tokens.states import TokenState, state_of

USUAL_DAYS: Final = 90
MOST_DAYS: Final = 365
MOST_LIVE: Final = 20
_CLOCK = SystemClock()


@dataclass(frozen=True)
class NewToken:
    """`networks` as it was typed: addresses and networks from where it may be used; empty for anywhere."""

    name: str
    permissions: frozenset[Permission]
    days: int = USUAL_DAYS
    networks: str = ""


@dataclass(frozen=True)
class Created:
    """`text` is shown to its owner this once and kept nowhere."""

    token: ApiToken
    text: str = field(repr=False)


def create(session: Session, owner: SignedIn, new: NewToken, *, actor: Actor, clock: Clock = _CLOCK) -> Created:
    """A token of one's own. Raises TokenNameError, TokenPermissionError (none chosen, one that the owner does not hold,
    or one that no token may have), TokenLifeError, TokensTooManyError, and what `addresses.parse` raises.
    """
    now, name = clock.now(), unicodedata.normalize("NFKC", new.name).strip()
    _check(name, new, owner)
    allowed = addresses.parse(new.networks)
    live = [token for token in of_account(session, owner.account_id) if state_of(token, now) is TokenState.LIVE]
    if len(live) >= MOST_LIVE:
        raise TokensTooManyError(most=MOST_LIVE)
    text = form.generate()
    token = ApiToken(
        account_id=owner.account_id,
        name=name,
        hint=form.hint(text),
        token_hash=form.digest(text),
        permissions=sorted(permission.value for permission in new.permissions),
        networks=list(allowed),
        created=now,
        expires=now + timedelta(days=new.days),
    )
    session.add(token)
    session.flush()
    after = {"name": name, "permissions": token.permissions, "networks": token.networks, "expires": token.expires}
    record(session, Event.TOKEN_CREATED, actor, subject=subject_of(token), after=after, clock=clock)
    return Created(token, text)


def of_account(session: Session, account_id: int) -> tuple[ApiToken, ...]:
    """The newest first, ended ones too."""
    return tuple(session.scalars(_newest().where(ApiToken.account_id == account_id)))


def every(session: Session) -> tuple[ApiToken, ...]:
    return tuple(session.scalars(_newest()))


def revoke(
    session: Session, number: int, *, actor: Actor, clock: Clock = _CLOCK, account_id: int | None = None
) -> ApiToken:
    """The token ends now; one that has been revoked stays as it is. With `account_id` only that account's tokens are
    there. Raises TokenNotFoundError.
    """
    token = session.get(ApiToken, number, with_for_update={"of": ApiToken}, populate_existing=True)
    if token is None or account_id not in {None, token.account_id}:
        raise TokenNotFoundError(number=number)
    if token.revoked is not None:
        return token
    token.revoked, token.revoked_by = clock.now(), actor.name
    after = {"name": token.name, "revoked": True}
    before = {"name": token.name, "revoked": False}
    record(session, Event.TOKEN_REVOKED, actor, subject=subject_of(token), before=before, after=after, clock=clock)
    return token


def subject_of(token: ApiToken) -> str:
    return f"token:{token.id}"


def _newest() -> Select[ApiToken]:
    return select(ApiToken).order_by(ApiToken.id.desc())


def _check(name: str, new: NewToken, owner: SignedIn) -> None:
    if not name or plain(name, NAME_LENGTH) != name:
        raise TokenNameError(length=NAME_LENGTH)
    beyond = new.permissions - set(to_choose_from(owner.permissions))
    if beyond or not new.permissions:
        raise TokenPermissionError(permission=", ".join(sorted(beyond)) or "-")
    if not 1 <= new.days <= MOST_DAYS:
        raise TokenLifeError(days=new.days, most=MOST_DAYS)
