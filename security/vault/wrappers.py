"""What may seal the master keys besides a token: a passphrase (Argon2id, RFC 9106), or a systemd credential."""

import base64
import binascii
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from security.stretching import alone
from security.vault.ciphers import Cipher
from security.vault.envelope import KEY_BYTES, NONCE_BYTES, Sealed, seal, unseal
from security.vault.errors import CredentialMissingError, PassphraseShortError, SealedKeysError

SHORTEST_PASSPHRASE: Final = 12
KEY_CREDENTIAL: Final = "guanjin-vault-key"
_SALT_BYTES = 16
# RFC 9106, section 4, second recommendation, at four times its memory: this is stretched once a start, not a log-in.
_COST = {"memory_kib": 256 * 1024, "iterations": 3, "lanes": 4}
# A file that asks for more than this was altered; it must not take the machine's memory.
_MOST = {"memory_kib": 1024 * 1024, "iterations": 16, "lanes": 16}


@dataclass(frozen=True, repr=False)
class KeyWrapper:
    """Seals with a key that this process holds."""

    source: str
    parameters: Mapping[str, Any]
    key: bytes

    @property
    def cipher(self) -> Cipher:
        return Cipher(self.parameters["cipher"])

    def seal(self, plaintext: bytes, *bound: str) -> bytes:
        sealed = seal(self.key, plaintext, self.source, *bound, cipher=self.cipher)
        return sealed.nonce + sealed.ciphertext

    def open(self, sealed: bytes, *bound: str) -> bytes | None:
        split = Sealed(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self.cipher.value)
        return unseal(self.key, split, self.source, *bound)

    @classmethod
    def from_new_passphrase(cls, passphrase: str, cipher: Cipher) -> Self:
        """Raises PassphraseShortError."""
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise PassphraseShortError(least=SHORTEST_PASSPHRASE)
        parameters = {"cipher": cipher.value, "kdf": "argon2id", **_COST, "salt": os.urandom(_SALT_BYTES).hex()}
        return cls("passphrase", parameters, _stretch(passphrase, parameters))

    @classmethod
    def from_passphrase(cls, passphrase: str, parameters: Mapping[str, Any], path: Path) -> Self:
        """Raises SealedKeysError where the file asks for something that nobody would have written into it."""
        if not _bearable(parameters):
            raise SealedKeysError(path=path, reason="argon2id")
        return cls("passphrase", parameters, _stretch(passphrase, parameters))

    @classmethod
    def from_credential(cls, environ: Mapping[str, str], cipher: Cipher) -> Self:
        """The key that systemd put into `$CREDENTIALS_DIRECTORY`: 32 bytes, base64. Raises CredentialMissingError."""
        text = read_credential(environ, KEY_CREDENTIAL)
        try:
            key = base64.b64decode("".join(text.split()), validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            raise CredentialMissingError(name=KEY_CREDENTIAL, reason=f"not {KEY_BYTES} bytes in base64")
        return cls("credential", {"cipher": cipher.value}, key)


def read_credential(environ: Mapping[str, str], name: str) -> str:
    """Raises CredentialMissingError."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise CredentialMissingError(name=name, reason="CREDENTIALS_DIRECTORY")
    try:
        return (Path(folder) / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialMissingError(name=name, reason=getattr(error, "strerror", "UTF-8")) from None


def _bearable(parameters: Mapping[str, Any]) -> bool:
    numbers = [number for number in map(parameters.get, _MOST) if type(number) is int]
    if parameters.get("kdf") != "argon2id" or len(numbers) != len(_MOST):
        return False
    memory, _, lanes = numbers
    within = all(1 <= number <= most for number, most in zip(numbers, _MOST.values(), strict=True))
    return within and memory >= 8 * lanes and re.fullmatch(r"[0-9a-f]{32}", str(parameters.get("salt"))) is not None


def _stretch(passphrase: str, parameters: Mapping[str, Any]) -> bytes:
    kdf = Argon2id(
        salt=bytes.fromhex(parameters["salt"]),
        length=KEY_BYTES,
        iterations=parameters["iterations"],
        lanes=parameters["lanes"],
        memory_cost=parameters["memory_kib"],
    )
    with alone(parameters["lanes"]):
        return kdf.derive(unicodedata.normalize("NFKC", passphrase).encode())
