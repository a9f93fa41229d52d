"""An OpenID provider, asked over HTTPS: what it says of itself, its keys, and what a code is worth.

Requests go to the issuer's own host and nowhere else, follow no redirect, and take no more than an answer of a sane
size: what the provider's own document names elsewhere is refused (a provider that was taken over must not steer this
machine about its network). Plain HTTP is for this very machine.
"""

import json
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwk
from joserfc.errors import JoseError

from core.clock import Clock
from security.directory.errors import DirectoryAnswerError, DirectoryAwayError, DirectoryTlsError, ProviderError
from security.turnstile import Turnstile

DISCOVERY: Final = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, 4
LARGEST: Final = 262_144
KEPT_S: Final = 3600.0
# Keys are fetched anew when one is missing, but not for every stranger who names one.
KEYS_AGAIN_S: Final = 60.0
_turnstile = Turnstile(at_once=2, waiting=4, patience_s=5.0)


@dataclass(frozen=True)
class Endpoints:
    authorization: str
    token: str
    keys: str


@dataclass
class _Known:
    """What was fetched, and when by the monotonic clock."""

    endpoints: Endpoints | None = None
    fetched: float = 0.0
    keys: jwk.KeySet | None = None
    keys_fetched: float = 0.0


@dataclass(frozen=True)
class Provider:
    """`authority` None: the authorities of this machine's own list. `secret` gives the client's secret."""

    issuer: str
    client_id: str
    authority: Path | None
    timeout_s: float
    clock: Clock
    secret: Callable[[], str] = field(repr=False)
    _known: _Known = field(default_factory=_Known, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def endpoints(self) -> Endpoints:
        """Raises DirectoryAwayError, DirectoryTlsError, DirectoryAnswerError, PasswordsBusyError.

        What is known is told to everybody at once; whoever would wait for the provider passes the turnstile first,
        for those who stand at the lock hold threads, too.
        """
        known = self._known
        if (found := known.endpoints) and self._since(known.fetched) <= KEPT_S:
            return found
        with _turnstile, self._lock:
            if known.endpoints is None or self._since(known.fetched) > KEPT_S:
                known.endpoints, known.fetched = self._discover(), self.clock.monotonic()
            return known.endpoints

    def keys(self, *, anew: bool = False) -> jwk.KeySet:
        """The provider's signing keys; `anew` where one was missing among those that are known. Raises as above."""
        endpoint, known = self.endpoints().keys, self._known
        longest = KEYS_AGAIN_S if anew else KEPT_S
        if (found := known.keys) and self._since(known.keys_fetched) <= longest:
            return found
        with _turnstile, self._lock:
            if known.keys is None or self._since(known.keys_fetched) > longest:
                known.keys, known.keys_fetched = self._fetch_keys(endpoint), self.clock.monotonic()
            return known.keys

    def exchange(self, code: str, verifier: str, back: str) -> str:
        """The ID token that a code is worth, once (RFC 6749, 4.1.3; PKCE, RFC 7636).

        Raises ProviderError where the provider refuses, and as above.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        secret = self.secret()
        headers = {}
        if secret:
            pair = f"{quote(self.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self.client_id
        endpoint = self.endpoints().token
        with _turnstile:
            status, answer = self._request(endpoint, urlencode(form), headers)
        if status != 200:  # noqa: PLR2004  # RFC 6749, 5.1 and 5.2
            raise ProviderError(reason=str(answer.get("error", status))[:80])
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise DirectoryAnswerError(reason="no id_token")
        return token

    def _since(self, moment: float) -> float:
        return self.clock.monotonic() - moment

    def _discover(self) -> Endpoints:
        status, found = self._request(self.issuer.rstrip("/") + DISCOVERY)
        if status != 200 or found.get("issuer") != self.issuer:  # noqa: PLR2004
            raise DirectoryAnswerError(reason="the document of another issuer")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return Endpoints(*(self._own(found.get(name)) for name in names))

    def _own(self, url: object) -> str:
        ours, theirs = urlsplit(self.issuer), urlsplit(url if isinstance(url, str) else "")
        if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise DirectoryAnswerError(reason="an address of another host")
        return theirs.geturl()

    def _fetch_keys(self, endpoint: str) -> jwk.KeySet:
        """Those that can be used: others may stand beside them, of SM2 for example (RFC 7517, 5)."""
        _, found = self._request(endpoint)
        listed = found.get("keys")
        usable = [key for one in (listed if isinstance(listed, list) else []) if (key := _key(one))]
        if not usable:
            raise DirectoryAnswerError(reason="no key that can be used")
        return jwk.KeySet(usable)

    def _request(self, url: str, form: str | None = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Only from within the turnstile."""
        try:
            return self._exchange(url, form, headers or {})
        except ssl.SSLError as error:
            raise DirectoryTlsError(reason=error.reason or type(error).__name__) from error
        except (OSError, HTTPException) as error:
            raise DirectoryAwayError(reason=getattr(error, "strerror", None) or type(error).__name__) from error

    def _exchange(self, url: str, form: str | None, headers: dict[str, str]) -> tuple[int, Any]:
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            sent = {"Accept": "application/json", **headers}
            if form is not None:
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("GET" if form is None else "POST", target, form, sent)
            response = connection.getresponse()
            body = response.read(LARGEST + 1)
        finally:
            connection.close()
        if len(body) > LARGEST:
            raise DirectoryAnswerError(reason="the answer is too long")
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            if response.status == 200:  # noqa: PLR2004
                raise DirectoryAnswerError(reason="no JSON object")
            answer = {}
        return response.status, answer

    def _connection(self, scheme: str, host: str, port: int | None) -> HTTPConnection:
        if scheme == "http":
            return HTTPConnection(host, port, timeout=self.timeout_s)
        context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        return HTTPSConnection(host, port, timeout=self.timeout_s, context=context)


def _key(found: object) -> jwk.Key | None:
    if not isinstance(found, dict):
        return None
    try:
        return jwk.import_key(found)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
