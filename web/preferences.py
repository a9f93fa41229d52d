"""Language and theme: the two choices that a browser keeps."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response

from core.i18n import LANGUAGES
from web import i18n
from web.state import console

THEME_COOKIE = "guanjin_theme"
THEMES = ("light", "dark")
YEAR = 31_536_000

blueprint = Blueprint("preferences", __name__)


def theme() -> str:
    """Empty where nothing was chosen: the browser's own wish then counts."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def local_path(wanted: str | None, default: str = "/") -> str:
    """An address on this console to go back to; anything else is dropped."""
    if (
        not wanted
        or not wanted.isprintable()
        or not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
    ):
        return default
    parts = urlsplit(wanted)
    return default if parts.scheme or parts.netloc else wanted


def address_here() -> str:
    """Where a choice made on this page leads back to.

    A form that came back stands at the address that it was sent to. Where that opens for no reader, it is the nearest
    address above it that does, which is the page that the form belongs to.
    """
    adapter = current_app.create_url_adapter(request)
    if adapter is None or request.method in {"GET", "HEAD"} or adapter.test(request.path, "GET"):
        return request.full_path.rstrip("?")
    path = request.path
    while path and not adapter.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


@blueprint.post("/preferences")
def choose() -> Response:
    response = redirect(local_path(request.form.get("next")), 303)
    for field, cookie, values in (("language", i18n.COOKIE, LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
        value = request.form.get(field)
        if value in values:
            response.set_cookie(cookie, value, max_age=YEAR, secure=console().secure, httponly=True, samesite="Strict")
    return response
