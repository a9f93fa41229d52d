"""Canonical JSON: one value has exactly one encoding, so that a hash or a signature of it means the value.

Objects, arrays, strings and integers only: no floats, booleans or null, whose encodings differ between languages.
Keys are sorted by code point, there is no white space, and text is UTF-8 without needless escapes. A reader accepts
only bytes that encode back to themselves; duplicate keys, reordered keys, escapes and spaces are refused by that.
"""

import json
from typing import TypeAlias

from security.ferry.errors import NotCanonicalError

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int"

MAX_DEPTH = 8
MAX_INTEGER = 2**63 - 1


def encode(value: Value) -> bytes:
    """Raises ValueError for what the format has no encoding for: that is a fault in the caller, not in an input."""
    _check(value, MAX_DEPTH)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def decode(data: bytes, *, part: str, limit: int) -> Value:
    """The value that `data` encodes; `part` names the input in the error."""
    if len(data) > limit:
        raise NotCanonicalError(part=part)
    try:
        value: Value = json.loads(data.decode())
        same = encode(value) == data
    except (ValueError, RecursionError):
        raise NotCanonicalError(part=part) from None
    if not same:
        raise NotCanonicalError(part=part)
    return value


def _check(value: object, depth: int) -> None:
    if depth < 0:
        raise ValueError("too deep")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("a key is not a string")  # noqa: TRY004  # callers catch one kind of error
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
    elif not (isinstance(value, str) or (type(value) is int and abs(value) <= MAX_INTEGER)):
        raise ValueError("neither text nor a whole number")
