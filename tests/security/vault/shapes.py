"""The shapes in which a secret may lie somewhere: as typed, encoded, escaped."""

import base64
import json
import urllib.parse
from collections.abc import Iterator


def shapes(secret: str) -> Iterator[bytes]:
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield urllib.parse.quote_plus(secret, safe="/").encode()
    yield json.dumps(secret)[1:-1].encode()
    yield repr(plain)[2:-1].encode()
    for shift in range(3):  # base64 looks different at each of three places; its ends depend on the neighbours
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            yield alphabet(bytes(shift) + plain)[4 if shift else 0 : -4]


def found_in(secret: str, content: bytes) -> bytes | None:
    return next((shape for shape in shapes(secret) if shape in content), None)
