"""An OpenID provider on HTTPS, of our own because none is to be had: it remembers codes, knows PKCE, and can be nasty.

with openid(authority.issue("idp", "/CN=idp", names="DNS:localhost")) as provider:
provider.subject = "248289761001"
location = provider.visit(address)      # what a browser would be sent back to
"""

import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.nginx import Pair

CLIENT, SECRET = "guanjin", "一串 secret/of+signs"


@dataclass
class OpenId:
    """`twist` changes the claims before they are signed; `sign` may sign them otherwise; `document` is told anew;
    `beside` are more keys.
    """

    issuer: str = ""
    subject: str = "248289761001"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))
    beside: list[object] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    twist: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    sign: Callable[["OpenId", dict[str, Any]], str] | None = None
    document: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found
    skew_s: float = 0.0

    def visit(self, address: str) -> str:
        """A person who is logged in there already consents: where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.get(form["code"])
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        fits = asked and asked["code_challenge"] == challenge and asked["redirect_uri"] == form["redirect_uri"]
        if asked is None or not fits or form["code"] in self.spent:
            return 400, {"error": "invalid_grant"}
        self.spent.add(form["code"])
        now = time.time() + self.skew_s
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": now + 300, "iat": now}
        claims = self.twist({**claims, "nonce": asked["nonce"], "preferred_username": "zhangwei"})
        return 200, {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": (self.sign or OpenId.signed)(self, claims),
        }

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def by_the_public_key(self, claims: dict[str, Any]) -> str:
        """The old trick: what everybody may read is used as a shared secret."""
        signed = f"{_part({'alg': 'HS256'})}.{_part(claims)}"
        return f"{signed}.{_base64(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def by_a_stranger(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, RSAKey.generate_key(2048))

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            found: dict[str, Any] = {name: self.issuer + end for name, end in ends.items()}
            return 200, self.document({"issuer": self.issuer, **found})
        if path == "/keys":
            return 200, {"keys": [*self.beside, self.key.as_dict(private=False)]}
        return 404, {}


def _part(found: Mapping[str, Any]) -> str:
    return _base64(json.dumps(found).encode())


def _base64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


@contextmanager
def openid(pair: Pair) -> Iterator[OpenId]:
    provider = OpenId()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            self._send(*provider.answer(self.path))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*provider.token(form, self.headers.get("Authorization", "")))

        def _send(self, status: int, found: dict[str, Any]) -> None:
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.issuer = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
