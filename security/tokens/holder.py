"""The principal behind a request with a token: its owner, with less in hand.

It is a `SignedIn`, so that every service and every scope applies to it unchanged.
"""

from dataclasses import dataclass, fields
from typing import Self

from security import sessions
from security.audit import Actor
from security.sessions import SignedIn
from security.tokens.models import ApiToken
from security.tokens.permissions import effective

NO_SESSION = 0


@dataclass(frozen=True, kw_only=True)
class TokenHolder(SignedIn):
    token_id: int

    @classmethod
    def of(cls, token: ApiToken) -> Self:
        """What the owner is now. The roles are left out: what follows from them and not from a permission is for
        persons who are present.
        """
        owner = sessions.principal_of(token.account, session_id=NO_SESSION)
        facts = {field.name: getattr(owner, field.name) for field in fields(owner)}
        facts |= {"roles": frozenset(), "permissions": effective(token.permissions, owner.permissions)}
        return cls(**facts, token_id=token.id)

    def actor(self, address: str | None) -> Actor:
        """The log names the person and the token."""
        return Actor(f"{self.login}>token:{self.token_id}", "person", self.account_id, address)
