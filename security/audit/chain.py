"""The hash chain, as pure functions: what exactly is hashed. Documented for other verifiers in docs/audit-format.md."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

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
_TEMPLATE = "{" + ",".join(f'"{name}":%s' for name in SORTED) + "}"


def moment(at: datetime) -> str:
    """The one spelling of a time in the log: UTC, six decimals, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def canonical(fields: Mapping[str, object]) -> bytes:
    """RFC 8785 (JSON canonicalization); with text, integers and null only, sorted keys and no spaces are all of it.

    Raises TypeError or ValueError for a value of another type: a log that was tampered with may hold anything.
    """
    return _encoded([fields[name] for name in SORTED])


def link(previous: str, fields: Mapping[str, object]) -> str:
    """The hash (hex) of a record that follows `previous` (hex)."""
    return link_sorted(previous, [fields[name] for name in SORTED])


def link_sorted(previous: str, values: Sequence[object]) -> str:
    """The same for values in the order of SORTED: most of what checking ten million records costs."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(previous) + _encoded(values)).hexdigest()


def _encoded(values: Sequence[Any]) -> bytes:
    """Written out, because a loop over the fields takes twice as long. What is no text or integer raises."""
    account_id, kind, name, address, after, at, before, detail, event, result, sequence, subject = values
    text = encode_basestring
    return (
        _TEMPLATE
        % (
            "null" if account_id is None else format(account_id, "d"),
            text(kind),
            text(name),
            "null" if address is None else text(address),
            "null" if after is None else text(after),
            text(at),
            "null" if before is None else text(before),
            "null" if detail is None else text(detail),
            text(event),
            text(result),
            format(sequence, "d"),
            text(subject),
        )
    ).encode()
