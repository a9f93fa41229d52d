"""The way to the provider and back: an authorization code with PKCE, bound to the browser that began it.

Nothing is kept here in between. The browser holds one secret in a cookie; state, nonce and verifier are derived from
it, so that whoever comes back with somebody else's code, or without the cookie, fits nothing (OpenID Connect Core 1.0,
3.1; RFC 9700, 2.1.1 and 4.7).
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError

from security.directory.errors import DirectoryAnswerError, FlowError, ProviderError
from security.directory.provider import Provider

SECRET_BYTES: Final = 32
LONGEST_SUBJECT: Final = 200
# Signatures by a key that the provider alone holds; never "none", never a shared secret.
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
LEEWAY_S: Final = 60
OLDEST_S: Final = 600


@dataclass(frozen=True)
class Journey:
    """One attempt. `secret` is what the cookie holds."""

    secret: str = field(repr=False)

    @classmethod
    def begin(cls) -> "Journey":
        return cls(secrets.token_urlsafe(SECRET_BYTES))

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """RFC 7636, 4.2: S256."""
        return _base64(sha256(self.verifier.encode()).digest())

    def _derived(self, purpose: str) -> str:
        return _base64(hmac.digest(self.secret.encode(), purpose.encode(), "sha256"))


def address(provider: Provider, journey: Journey, back: str) -> str:
    """Where the browser is sent. Raises what asking the provider raises."""
    asked = {
        "response_type": "code",
        "scope": "openid profile",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "state": journey.state,
        "nonce": journey.nonce,
        "code_challenge": journey.challenge,
        "code_challenge_method": "S256",
    }
    endpoint = provider.endpoints().authorization
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def subject(
    provider: Provider, journey: Journey, answer: Mapping[str, str], *, back: str, claim: str, now: datetime
) -> str:
    """What the provider calls the person who came back.

    `answer` is the query of the way back. Raises FlowError, ProviderError, DirectoryAnswerError (a token that is not
    for us, not now, or not the provider's), and what asking the provider raises.
    """
    if not hmac.compare_digest(answer.get("state", ""), journey.state):
        raise FlowError
    # RFC 9207: an answer of another provider, mixed in.
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise FlowError
    if "error" in answer:
        raise ProviderError(reason=answer["error"][:80])
    code = answer.get("code", "")
    if not code:
        raise FlowError
    token = provider.exchange(code, journey.verifier, back)
    return _name(_claims(provider, token, journey.nonce, now), claim)


def _claims(provider: Provider, token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
    """OpenID Connect Core 1.0, 3.1.3.7."""
    claims = _signed(provider, token)
    audience = claims.get("aud")
    several = isinstance(audience, list) and len(audience) > 1
    rules = jwt.JWTClaimsRegistry(
        now=lambda: int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        azp={"essential": several, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        rules.validate(dict(claims))
    except JoseError as error:
        raise DirectoryAnswerError(reason=f"the token does not fit: {error.error}") from error
    if now.timestamp() - claims["iat"] > OLDEST_S:
        raise DirectoryAnswerError(reason="the token is old")
    return claims


def _signed(provider: Provider, token: str) -> Mapping[str, Any]:
    """By a key that is known, or by one that is new: keys are changed now and then."""
    for anew in (False, True):
        try:
            return jwt.decode(token, provider.keys(anew=anew), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            failure = error
    raise DirectoryAnswerError(reason=f"a signature that is not the provider's ({type(failure).__name__})") from failure


def _name(claims: Mapping[str, Any], claim: str) -> str:
    found = claims.get(claim)
    if not isinstance(found, str) or not found.strip() or len(found) > LONGEST_SUBJECT or not found.isprintable():
        raise DirectoryAnswerError(reason=f"no usable claim {claim}")
    return found.strip()


def _base64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
