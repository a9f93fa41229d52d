"""Passwords: what is accepted, how it is kept.

Argon2id with the memory and passes of the second choice of RFC 9106, section 4 (64 MiB, 3 passes; about 0.2 s), in one
lane, which needs no threads of OpenSSL's (`security.stretching`). At most two hashes are computed at once in a process,
so that a flood of log-ins cannot take its memory and processors; two more wait, and who comes then is refused
(PasswordsBusyError).

Hashing is slow on purpose: never do it inside a transaction. Services therefore take a `HashedPassword`, which only
`PasswordPolicy.accept` makes, and nothing that was not checked can be stored.
"""

import base64
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.settings import SecuritySettings
from security.common_passwords import is_common
from security.errors import (
    PasswordClassesError,
    PasswordCommonError,
    PasswordLengthError,
    PasswordNameError,
    PasswordReusedError,
)
from security.profile import profile_of
from security.stretching import alone
from security.turnstile import Turnstile

LONGEST = 128
SALT_BYTES = 16
HASH_BYTES = 32
AT_ONCE = 2
WAITING = 2
PATIENCE_S = 5.0


@dataclass(frozen=True)
class Cost:
    memory_kib: int
    iterations: int
    lanes: int


COST = Cost(memory_kib=64 * 1024, iterations=3, lanes=1)

_FILLING = "0123456789!@#$.-_ "
_LANES = re.compile(r",p=(\d+)\$")
_turnstile = Turnstile(AT_ONCE, WAITING, PATIENCE_S)


@dataclass(frozen=True)
class HashedPassword:
    """A password that the policy accepted, as PHC string."""

    phc: str = field(repr=False)


@dataclass(frozen=True)
class PasswordPolicy:
    """`minimum` characters (setting `security.password_length`) of so many `classes`: small letters, capital letters,
    digits, everything else.
    """

    minimum: int
    classes: int = 1

    @classmethod
    def of(cls, settings: SecuritySettings) -> Self:
        return cls(settings.password_length, profile_of(settings).classes)

    def accept(self, text: str, *, login: str, former: Iterable[str] = ()) -> HashedPassword:
        """Check a new password, also against the `former` ones as they are stored, and hash it (slow).

        Raises PasswordLengthError, PasswordClassesError, PasswordCommonError, PasswordNameError, PasswordReusedError,
        PasswordsBusyError.
        """
        self.check(text, login=login)
        if any(verify(stored, text) for stored in former):
            raise PasswordReusedError
        return HashedPassword(_hash(text))

    def check(self, text: str, *, login: str) -> None:
        folded = _normal(text).casefold()
        if not self.minimum <= len(folded) <= LONGEST:
            raise PasswordLengthError(minimum=self.minimum, longest=LONGEST)
        if classes_of(text) < self.classes:
            raise PasswordClassesError(classes=self.classes)
        name = _normal(login).casefold()
        if name and (folded == name[::-1] or (name in folded and not folded.replace(name, "").strip(_FILLING))):
            raise PasswordNameError
        if is_common(folded):
            raise PasswordCommonError


def classes_of(text: str) -> int:
    """How many of the four kinds of characters there are in it."""
    return len({_class(character) for character in _normal(text)})


def _class(character: str) -> str:
    if character.isdecimal():
        return "digit"
    return "capital" if character.isupper() else "small" if character.islower() else "other"


def verify(stored: str | None, text: str) -> bool:
    """Whether this is the password that is stored (slow). With None, the answer is no and takes the same time.

    Raises PasswordsBusyError.
    """
    if len(text) > 4 * LONGEST:
        text = ""
    against = stored or _nobody(COST)
    with _turnstile, alone(_lanes_of(against)):
        try:
            Argon2id.verify_phc_encoded(_encoded(text), against)
        except InvalidKey:
            return False
    return stored is not None


def _hash(text: str) -> str:
    kdf = Argon2id(
        salt=os.urandom(SALT_BYTES),
        length=HASH_BYTES,
        iterations=COST.iterations,
        lanes=COST.lanes,
        memory_cost=COST.memory_kib,
    )
    with _turnstile, alone(COST.lanes):
        return kdf.derive_phc_encoded(_encoded(text))


def _nobody(cost: Cost) -> str:
    """A hash that costs what a real one does and belongs to no password that anybody knows."""
    salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (SALT_BYTES, HASH_BYTES))
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.iterations},p={cost.lanes}${salt}${digest}"


def _lanes_of(phc: str) -> int:
    found = _LANES.search(phc)
    return int(found[1]) if found else 1


def _encoded(text: str) -> bytes:
    return _normal(text).encode("utf-8", "replace")


def _normal(text: str) -> str:
    """One password however it was typed: a Chinese input method in full-width mode gives other code points."""
    return unicodedata.normalize("NFKC", text)
