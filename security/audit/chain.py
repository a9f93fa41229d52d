"""The hash chain, as pure functions: what exactly is hashed. Documented for other verifiers in docs/audit-format.md."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

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


def moment(at: datetime) -> str:
    """The one spelling of a time in the log: UTC, six decimals, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(fields: Mapping[str, str | int | None]) -> bytes:
    """RFC 8785 (JSON canonicalization); with text, integers and null only, sorted keys and no spaces are all of it."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(previous: str, fields: Mapping[str, str | int | None]) -> str:
    """The hash (hex) of a record that follows `previous` (hex)."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(previous) + canonical(fields)).hexdigest()
