"""One-time codes by time (RFC 6238) as authenticator programs make them: SHA-1, six digits, thirty seconds. Pure."""

import base64
import binascii
import hmac
import re
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_S = 30
DIGITS = 6
# As long as the hash (RFC 4226, section 4, R6).
SECRET_BYTES = 20
# Steps by which the clocks may differ (RFC 6238, section 5.2 advises one).
DRIFT = 1
GROUP = 4

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_S


def code_of(secret: bytes, step: int) -> str:
    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()  # noqa: S303  # what the programs can do


def matching_step(secret: bytes, code: str, now: datetime, *, after: int = -1) -> int | None:
    """The time step whose code this is, of those that the clocks' drift allows and that come `after` the last used.

    Every step is computed and compared in constant time, whichever matches.
    """
    typed = re.sub(r"\s", "", code)
    if not _CODE.fullmatch(typed):
        return None
    here = step_of(now)
    steps = [step for step in range(here - DRIFT, here + DRIFT + 1) if step >= 0]
    found = [step for step in steps if hmac.compare_digest(code_of(secret, step), typed)]
    return next((step for step in found if step > after), None)


def looks_like_code(text: str) -> bool:
    """Whether this was meant as one-time code, and not as recovery code."""
    return _CODE.fullmatch(re.sub(r"\s", "", text)) is not None


def written(secret: bytes) -> str:
    """As it is typed into an authenticator: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def read(text: str) -> bytes | None:
    """The secret that was written so; None where it is none of ours."""
    try:
        secret = base64.b32decode(re.sub(r"\s", "", text).upper())
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == SECRET_BYTES else None


def address(secret: bytes, login: str, issuer: str) -> str:
    """The otpauth address that the QR code holds (the Key URI format that authenticators read).

    Without what is the rule anyway, and with the issuer once: Chinese names make the picture dense enough.
    """
    fields = {"secret": base64.b32encode(secret).decode(), "issuer": issuer}
    return f"otpauth://totp/{quote(login, safe='')}?{urlencode(fields, quote_via=quote)}"
