"""Configurations without their secrets: a secret becomes `<secret:...>`, a keyed digest.

The digest shows that a secret changed and never what it is: the key stays in the worker, so that the digest cannot be
tried against a list of common passwords by someone who reads the database.
"""

import hashlib
import hmac
import re

from automation.drivers.platform import Platform

DIGEST_CHARACTERS = 12


def redact(text: str, platform: Platform, key: bytes) -> str:
    for pattern in platform.secrets:
        text = pattern.sub(lambda match: _replace(match, key), text)
    return text


def _replace(match: re.Match[str], key: bytes) -> str:
    secret = match["secret"]
    if secret.startswith("<secret:"):
        return match[0]
    start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    return f"{match[0][:start]}<secret:{digest(secret, key)}>{match[0][end:]}"


def digest(secret: str, key: bytes) -> str:
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()[:DIGEST_CHARACTERS]


def fingerprint(text: str, platform: Platform, key: bytes) -> str:
    """Keyed digest of what matters of a configuration: equal exactly when nobody changed anything."""
    lines = (line for line in text.splitlines() if not any(pattern.match(line) for pattern in platform.volatile))
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()
