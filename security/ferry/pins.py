"""Which PINs a signing key takes.

A PIN is short, so what is guessed first is refused. Against somebody who can only ask the server, the lock after wrong
ones does the rest; against somebody who took the database, only the length does (docs/authority.md has the arithmetic).
"""

import re
import unicodedata
from itertools import pairwise
from typing import Final

from security.common_passwords import is_common
from security.ferry.errors import PinLengthError, PinTrivialError

LEAST, MOST = 6, 64  # characters
_LEAST_DIFFERENT: Final = 3
_PERIODIC: Final = re.compile(r"(.+?)\1+")
# A day as 19900317 or 900317, a month as 199003.
_DATE: Final = re.compile(r"(19|20)?\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])|(19|20)\d\d(0[1-9]|1[0-2])")


def normal(pin: str) -> str:
    """One PIN however it was typed: an input method in full-width mode gives other code points."""
    return unicodedata.normalize("NFKC", pin)


def check(pin: str, *, person: str) -> None:
    """Raises PinLengthError, PinTrivialError."""
    folded = normal(pin).casefold()
    if not LEAST <= len(folded) <= MOST:
        raise PinLengthError(least=LEAST, most=MOST)
    if _is_trivial(folded) or folded in {normal(person).casefold(), normal(person).casefold()[::-1]}:
        raise PinTrivialError


def _is_trivial(folded: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    row = len(steps) == 1  # 123456, 987654, 111111, acegik
    few = len(set(folded)) < _LEAST_DIFFERENT
    # What passwords are measured by needs more characters than a PIN of digits has.
    familiar = _DATE.fullmatch(folded) is not None if folded.isdecimal() else is_common(folded)
    return row or few or familiar or _PERIODIC.fullmatch(folded) is not None
