"""The hash chain, as pure functions: what exactly is hashed. Documented for other verifiers in docs/audit-format.md."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring

DOMAIN = b"guanjin-audit-v1\n"
GENESIS = "0" * 64

FIELDS = (
    "sequence",
    "at",
    "event",
    "actor_name",
    "actor_kind",
    "account_id",
    "address",
    "subject",
    "result",
    "before",
    "after",
    "detail",
)
# The order in which they are hashed.
SORTED = tuple(sorted(FIELDS))
_KEYS = tuple(f'"{name}":' for name in SORTED)


def moment(at: datetime) -> str:
    """The one spelling of a time in the log: UTC, six decimals, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def canonical(fields: Mapping[str, object]) -> bytes:
    """RFC 8785 (JSON canonicalization); with text, integers and null only, sorted keys and no spaces are all of it.

    Raises TypeError for a value of another type: a log that was tampered with may hold anything.
    """
    return _encoded([fields[name] for name in SORTED])


def link(previous: str, fields: Mapping[str, object]) -> str:
    """The hash (hex) of a record that follows `previous` (hex)."""
    return link_sorted(previous, [fields[name] for name in SORTED])


def link_sorted(previous: str, values: Sequence[object]) -> str:
    """The same for values in the order of SORTED: most of what checking ten million records costs."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(previous) + _encoded(values)).hexdigest()


def _encoded(values: Sequence[object]) -> bytes:
    return ("{" + ",".join([key + _value(value) for key, value in zip(_KEYS, values, strict=True)]) + "}").encode()


def _value(value: object) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if type(value) is int:
        return str(value)
    raise TypeError(f"{type(value).__name__} in an audit record")
