"""The language of a request: what the user chose (a program asks by Accept-Language), else the installation's."""

from flask import Flask, g, request

from core.i18n import LANGUAGES, translator
from web.api.paths import is_api
from web.state import console

COOKIE = "guanjin_language"


def language() -> str:
    if "language" not in g:
        chosen = request.accept_languages.best_match(LANGUAGES) if is_api() else request.cookies.get(COOKIE)
        g.language = chosen if chosen in LANGUAGES else console().settings.site.language
    found: str = g.language
    return found


def gettext(message: str) -> str:
    return translator(language())(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Chinese has one form, kept under the plural msgid."""
    message = singular if number == 1 and language() == "en" else plural
    return gettext(message)


def install(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    app.jinja_env.policies["ext.i18n.trimmed"] = True
