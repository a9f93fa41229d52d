"""API tokens: keys that a person makes for programs, weaker than the person and shorter-lived than the account.

    create()    one for oneself, within one's own permissions; the text is given out this once
    identify()  who holds a token, and what it may do at this moment: at every request
    revoke()    by the owner or the system administrator; effective at the next request
    of_account(), every()  for lists, with the last use

The database has the SHA-256 of a token and nothing from which it could be made again. A token never does more than its
owner: what it was given and what the owner holds are intersected each time it is used.
"""

from security.tokens.holder import TokenHolder
from security.tokens.identifying import identify
from security.tokens.models import ApiToken
from security.tokens.services import NewToken, create, every, of_account, revoke
from security.tokens.states import TokenState, state_of

__all__ = [
    "ApiToken",
    "NewToken",
    "TokenHolder",
    "TokenState",
    "create",
    "every",
    "identify",
    "of_account",
    "revoke",
    "state_of",
]
