"""The gate for what a job stores: plain JSON that comes back as it went in, small, and nothing secret by its name.

Another process, perhaps of another version, reads it later; so no pickling, and no objects that JSON would silently
change (tuples, numbers as keys, NaN).
"""

import json
from typing import Any, TypeVar

from core.jobs.errors import PayloadError

MAX_BYTES = 65_536
# Args and results are shown in the console and go into backups.
SECRET_NAMES = frozenset({"password", "passphrase", "secret", "community", "private_key", "auth_key", "priv_key"})

T = TypeVar("T")


def checked(value: T, what: str) -> T:
    """The value, if it may be stored. Raises PayloadError."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        size = len(text.encode())
    except (TypeError, ValueError) as error:
        raise PayloadError(what=what, reason=error) from error
    if size >= MAX_BYTES:
        raise PayloadError(what=what, reason=f"{size} bytes; less than {MAX_BYTES} are allowed")
    if "\\u0000" in text:
        raise PayloadError(what=what, reason="PostgreSQL stores no NUL")
    if json.loads(text) != value:
        raise PayloadError(what=what, reason="it would come back changed; use lists, text keys and plain values")
    if names := SECRET_NAMES & _names(value):
        raise PayloadError(what=what, reason=f"{', '.join(sorted(names))} belongs in the vault")
    return value


def printable(value: object, length: int) -> str:
    """Text of foreign origin, such as an error's, as any database can store it."""
    return str(value)[:length].encode("utf-8", "replace").decode().replace("\0", "?")


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_names(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_names(item) for item in value))
    return set()
