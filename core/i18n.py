"""Two languages from one kind of source: every package keeps `translations/zh.po`, English msgids stand in the code.

Catalogues are read straight from the `.po` files, so nothing has to be compiled and a translation can be corrected on
site with a text editor. `N_` marks a msgid for extraction where it is declared and not yet translated.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

Translate = Callable[[str], str]

LANGUAGES = ("zh", "en")
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "core",
    "security",
    "security/factors",
    "security/ferry",
    "inventory",
    "collectors",
    "collectors/snmp",
    "collectors/profiles",
    "automation",
    "web",
    "demo",
)


def N_(message: str) -> str:  # noqa: N802  # gettext's own name, which the extractor looks for
    return message


def untranslated(message: str) -> str:
    return message


def catalogue_paths() -> tuple[Path, ...]:
    paths = (ROOT / package / "translations" / "zh.po" for package in PACKAGES)
    return tuple(path for path in paths if path.exists())


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh", abort_invalid=True)


@cache
def _chinese() -> Mapping[str, str]:
    messages: dict[str, str] = {}
    for path in catalogue_paths():
        for message in read_catalogue(path):
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                messages[_key(message.context, message.id)] = message.string
    return messages


def _key(context: str | None, message: str) -> str:
    """As gettext writes a message with a context."""
    return f"{context}\x04{message}" if context else message


def in_context(translate: Translate, context: str, message: str) -> str:
    """What a message means here, where it may mean something else elsewhere."""
    key = _key(context, message)
    told = translate(key)
    return message if told == key else told


def translator(language: str) -> Translate:
    """The translation function of a language; an unknown message or language gives the English msgid."""
    if language != "zh":
        return untranslated
    messages = _chinese()
    return lambda message: messages.get(message, message)


def language_of(environ: Mapping[str, str] = os.environ) -> str:
    """The language of a terminal: Chinese unless its locale plainly asks for something else (or for no language)."""
    asked = (
        environ.get("GUANJIN_LANGUAGE") or environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG")
    )
    if not asked or asked.lower().startswith("zh"):
        return "zh"
    return "en"
