"""What is wrong with a token, or with the wish for one."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class TokenError(SecurityError):
    code = "token.error"


class TokenInvalidError(TokenError):
    """Whoever brought it is nobody (HTTP 401)."""

    category = Category.REFUSED


class TokenMissingError(TokenInvalidError):
    code = "token.missing"
    message = N_("this address is for programs that bring an API token")
    hint = N_("send the header `Authorization: Bearer gj_...`; every person makes tokens on the page My tokens")


class TokenUnknownError(TokenInvalidError):
    code = "token.unknown"
    message = N_("there is no such API token")
    hint = N_("a token begins with gj_ and has 52 characters; check that it was copied whole")


class TokenExpiredError(TokenInvalidError):
    code = "token.expired"
    message = N_("the API token expired on %(expired)s")
    hint = N_("its owner makes a new one on the page My tokens")


class TokenRevokedError(TokenInvalidError):
    code = "token.revoked"
    message = N_("the API token was revoked")
    hint = N_("its owner makes a new one on the page My tokens")


class TokenOwnerError(TokenInvalidError):
    code = "token.owner"
    message = N_("the account that owns this API token is disabled")
    hint = N_("the system administrator enables accounts")


class TokenPasswordError(TokenError):
    """As on the console: nothing but the change is open to an account whose password is due."""

    code = "token.password"
    category = Category.REFUSED
    message = N_("the owner of this API token has to change the password first")
    hint = N_("the owner signs in to the console and chooses a new password; the token works again then")


class TokenAddressError(TokenError):
    code = "token.address"
    category = Category.REFUSED
    message = N_("this API token may not be used from %(address)s")
    hint = N_("its owner named the networks from which it works; a new token can name others")


class TokenNotFoundError(TokenError):
    code = "token.not_found"
    category = Category.NOT_FOUND
    message = N_("there is no API token with the number %(number)s, or it is not yours")
    hint = N_("look at the list of tokens")


class TokenNameError(TokenError):
    code = "token.name"
    category = Category.USAGE
    message = N_("an API token needs a name of at most %(length)s characters that says what it is for")
    hint = N_("for example: nightly report")


class TokenPermissionError(TokenError):
    code = "token.permission"
    category = Category.REFUSED
    message = N_("an API token of yours cannot have this: %(permission)s")
    hint = N_("choose at least one of the permissions that the page offers; a token never does more than its owner")


class TokenLifeError(TokenError):
    code = "token.life"
    category = Category.USAGE
    message = N_("an API token is valid for 1 to %(most)s days, not %(days)s")
    hint = N_("choose a shorter life; a new token can follow before the old one ends")


class TokensTooManyError(TokenError):
    code = "token.too_many"
    category = Category.CONFLICT
    message = N_("you have %(most)s API tokens already")
    hint = N_("revoke one that is no longer needed")


class IdempotencyKeyError(TokenError):
    code = "token.idempotency_key"
    category = Category.CONFLICT
    message = N_("the Idempotency-Key %(key)s was used before for another request")
    hint = N_("take a fresh key, such as a UUID, for each thing that is to be done once")
