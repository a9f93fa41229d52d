"""Every string that a user can see exists in Chinese and in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from jinja2.ext import babel_extract

from core.i18n import PACKAGES, ROOT, catalogue_paths, read_catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
MARKS = {"N_", "_", "gettext", "ngettext", "translate"}


def _package_of(path: Path) -> str:
    """The longest package that holds the file; guanjin.py speaks with core's catalogue."""
    inside = path.relative_to(ROOT).as_posix()
    return max((name for name in PACKAGES if inside.startswith(f"{name}/")), key=len, default="core")


def _python_messages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if name in MARKS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _template_messages(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        # Chinese has one form, kept under the plural.
        keywords = {"_": None, "gettext": None, "ngettext": (2,)}
        for _line, message, _comments, _context in extract(babel_extract, file, keywords=keywords):
            yield message if isinstance(message, str) else message[0]


def _sources() -> Iterator[Path]:
    yield ROOT / "guanjin.py"
    for name in sorted({package.partition("/")[0] for package in PACKAGES}):
        yield from sorted((ROOT / name).rglob("*.py"))
        yield from sorted((ROOT / name).rglob("*.html"))


def _messages() -> dict[str, str]:
    """Each message with the package whose catalogue has to hold it."""
    found: dict[str, str] = {}
    for path in _sources():
        messages = _template_messages(path) if path.suffix == ".html" else _python_messages(path)
        found |= {message: _package_of(path) for message in messages if message.strip()}
    return found


def test_every_message_has_a_chinese_translation() -> None:
    known = {message.id for path in catalogue_paths() for message in read_catalogue(path) if message.string}
    missing = sorted(f"{package}: {text!r}" for text, package in _messages().items() if text not in known)
    assert missing == []


@pytest.mark.parametrize("path", catalogue_paths(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_translation_uses_the_same_facts_and_is_still_needed(path: Path) -> None:
    needed = set(_messages())
    for message in read_catalogue(path):
        if not message.id or message.context:
            continue  # words of data files: tests/collectors/snmp/test_words.py
        assert not message.fuzzy, message.id
        assert message.id in needed, f"no longer used: {message.id!r}"
        assert list(message.check()) == []
        if isinstance(message.id, str) and isinstance(message.string, str):
            assert set(PLACEHOLDER.findall(message.string)) <= set(PLACEHOLDER.findall(message.id)), message.id
