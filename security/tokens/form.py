"""What a token looks like: `gj_`, 43 letters and digits that are 256 random bits, and 6 that check them.

The beginning lets a scanner of repositories and chat logs find a token that leaked, the checksum (CRC-32) lets it leave
alone what only looks like one; it is also why a mistyped or invented token never costs a look into the database. All of
it is one word: a double click takes it whole.
"""

import re
import secrets
import string
from hashlib import sha256
from typing import Final
from zlib import crc32

PREFIX: Final = "gj_"
RANDOM_BYTES: Final = 32
BODY_LENGTH: Final = 43  # 62 ** 43 > 2 ** 256
CHECK_LENGTH: Final = 6  # 62 ** 6 > 2 ** 32
HINT_LENGTH: Final = len(PREFIX) + 4
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM: Final = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{BODY_LENGTH}}})([0-9A-Za-z]{{{CHECK_LENGTH}}})")


def generate() -> str:
    return spelled(secrets.token_bytes(RANDOM_BYTES))


def spelled(random: bytes) -> str:
    """The token of these 32 bytes."""
    body = _base62(int.from_bytes(random), BODY_LENGTH)
    return f"{PREFIX}{body}{_check(body)}"


def well_formed(text: str) -> bool:
    found = _FORM.fullmatch(text)
    return found is not None and found[2] == _check(found[1])


def digest(token: str) -> str:
    """What is stored. 256 random bits need no slow hash: there is nothing to guess from."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def hint(token: str) -> str:
    """By which people tell their tokens apart; the other 39 characters stay unknown."""
    return token[:HINT_LENGTH]


def _check(body: str) -> str:
    return _base62(crc32(f"{PREFIX}{body}".encode()), CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
