"""The Idempotency-Key header: a program that got no answer may ask again without doing the thing twice."""

import re
from typing import Final

from flask import request

from core.i18n import N_
from web.api.errors import ParameterError

HEADER: Final = "Idempotency-Key"
PATTERN: Final = "^[A-Za-z0-9_-]{16,64}$"


def given_key() -> str | None:
    """Raises ParameterError for a key that is too short to be unique, or no key at all."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(PATTERN, key):
        raise ParameterError(name=HEADER, reason=N_("it is not what the reference says"), expected=PATTERN)
    return key
