"""A token looks at itself and its sisters, and ends itself. Making one needs a person at the console."""

from datetime import datetime
from typing import Final

from pydantic import Field

from core.i18n import N_
from security import tokens
from security.roles import Permission
from security.tokens import TokenState, state_of
from web.api.holder import actor, holder
from web.api.operations import operation
from web.api.resources.shapes import Answer
from web.state import console

TAG: Final = "tokens"


class Token(Answer):
    id: int
    name: str
    hint: str = Field(description=N_("how the token begins"))
    state: TokenState
    permissions: list[str]
    networks: list[str] = Field(description=N_("from where it may be used; empty for anywhere"))
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    last_address: str | None
    revoked_at: datetime | None


class Tokens(Answer):
    items: list[Token]


class CurrentToken(Token):
    login: str
    effective_permissions: list[Permission] = Field(
        description=N_("what it may do at this moment: given to it, and held by its owner")
    )


@operation("GET", "/tokens", tag=TAG, summary=N_("List the tokens of this token's owner"), answer=Tokens)
def list_tokens() -> Tokens:
    now = console().clock.now()
    with console().database.read() as session:
        found = tokens.of_account(session, holder().account_id)
        return Tokens(items=[Token.model_validate(_facts(one, now)) for one in found])


@operation("GET", "/tokens/current", tag=TAG, summary=N_("What this token may do"), answer=CurrentToken)
def show_current_token() -> CurrentToken:
    now = console().clock.now()
    with console().database.read() as session:
        found = next(one for one in tokens.of_account(session, holder().account_id) if one.id == holder().token_id)
        more = {"login": holder().login, "effective_permissions": sorted(holder().permissions)}
        return CurrentToken.model_validate(_facts(found, now) | more)


@operation(
    "DELETE",
    "/tokens/current",
    tag=TAG,
    summary=N_("Revoke this token"),
    description=N_("For a program that has done its work. It ends at once."),
)
def revoke_current_token() -> None:
    with console().database.write() as session:
        tokens.revoke(session, holder().token_id, actor=actor(), clock=console().clock, account_id=holder().account_id)


def _facts(found: tokens.ApiToken, now: datetime) -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "hint": found.hint,
        "state": state_of(found, now),
        "permissions": found.permissions,
        "networks": found.networks,
        "created_at": found.created,
        "expires_at": found.expires,
        "last_used_at": found.last_used,
        "last_address": found.last_address,
        "revoked_at": found.revoked,
    }
