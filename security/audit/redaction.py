"""Values on their way into the log: secrets taken out at any depth, and everything turned into plain JSON.

A record must never fail because of what it describes, so unknown types become text, and nothing is refused.
"""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

REDACTED = "***"
TEXT_LENGTH = 2000
DEPTH = 12

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SECRET_WORD = re.compile(
    r"pass(word|wd|phrase|code)?|pwd|secrets?|communit(y|ies)|keys?|psk|pins?|otp|totp|csrf|cookies?|private|seed"
)
_SECRET_PART = re.compile(
    r"password|passwd|passphrase|secret|community|token|(auth|priv|api|ssh|private)key|密码|口令|团体字|密钥|令牌",
    re.IGNORECASE,
)
# What is said about a key or password, and is not one.
_HARMLESS_END = re.compile(
    r"id|name|kind|type|fingerprint|length|count|days|expires|realm|epoch|version|state|algorithm"
)

# Made once: `json.dumps` would make one for every value.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(4096)
def is_secret(key: str) -> bool:
    """Whether the value under this key must not be written down."""
    words = [word.lower() for word in _WORD.findall(key)]
    if words and _HARMLESS_END.fullmatch(words[-1]):
        return False
    if words[-2:] == ["public", "key"]:
        return False
    return bool(_SECRET_PART.search(key)) or any(_SECRET_WORD.fullmatch(word) for word in words)


def plain(text: str, length: int) -> str:
    """Text fit for a bounded column and for a terminal: no control characters, no half characters, not too long."""
    if len(text) <= length and text.isprintable():
        return text
    text = text[: length + 1].encode("utf-8", "replace").decode()
    text = "".join(character if _shows(character) else "\ufffd" for character in text)
    return text if len(text) <= length else text[: length - 1] + "…"


def _shows(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _cleaned(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if depth > DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {(name := _text(key)): _member(name, member, depth) for key, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        members = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_cleaned(member, depth + 1) for member in members]
    return value if isinstance(value, float) and math.isfinite(value) else _text(value)


def _member(key: str, value: Any, depth: int) -> Any:
    if is_secret(key) and value is not None and not isinstance(value, bool):
        return REDACTED
    return _cleaned(value, depth + 1)


def _text(value: object) -> str:
    if type(value) is str and len(value) <= TEXT_LENGTH and value.isprintable():
        return value
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    text = str(value.value if isinstance(value, Enum) else value).encode("utf-8", "replace").decode()
    return text if len(text) <= TEXT_LENGTH else text[:TEXT_LENGTH] + f"… (+{len(text) - TEXT_LENGTH})"


def to_json(value: object) -> str | None:
    """The JSON text that is stored and hashed; None stays None."""
    if value is None:
        return None
    return _ENCODER.encode(_cleaned(value, 0))
