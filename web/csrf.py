"""Every form proves that it was made for the session that sends it.

The token is an HMAC under the session's own cookie value. The server keeps no key for it, a new session makes old forms
worthless, and a token that leaks into a page says nothing about the cookie. Before the log-in a random visitor cookie
takes the session's place.
"""

import hmac
import secrets
from hashlib import sha256

from flask import g, request
from werkzeug.wrappers import Response

from web.api.paths import is_api
from web.errors import FormExpiredError
from web.state import console

FIELD = "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def visitor_cookie() -> str:
    return console().session_cookie + "_visitor"


def token() -> str:
    """The token for the forms of this page."""
    return token_of(_bearer())


def protect() -> None:
    """Runs before every request, after the guard."""
    if request.method in SAFE or request.endpoint is None or is_api():
        return  # the API takes no cookie, so no other site can send one along
    if _from_elsewhere():
        raise FormExpiredError
    given = request.form.get(FIELD, "")
    known = _known()
    if not known or not hmac.compare_digest(given.encode(), token_of(known).encode()):
        raise FormExpiredError


def _from_elsewhere() -> bool:
    """What browsers say of themselves about where a form came from; a program that is none says neither."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {f"http://{request.host}", f"https://{request.host}"}:
        return True
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def remember_visitor(response: Response) -> Response:
    """Runs after every request: hands out the visitor cookie that a form of this page was bound to."""
    if "new_visitor" in g:
        secure = console().secure
        response.set_cookie(visitor_cookie(), g.new_visitor, secure=secure, httponly=True, samesite="Strict")
    return response


def _bearer() -> str:
    known = _known()
    if known:
        return known
    if "new_visitor" not in g:
        g.new_visitor = secrets.token_urlsafe(32)
    fresh: str = g.new_visitor
    return fresh


def _known() -> str | None:
    """The cookie that stands for this browser; that of a session counts only while the session is alive."""
    session = request.cookies.get(console().session_cookie) if g.get("principal") else None
    return session or request.cookies.get(visitor_cookie())


def token_of(bearer: str) -> str:
    return hmac.new(bearer.encode(), b"guanjin form", sha256).hexdigest()
