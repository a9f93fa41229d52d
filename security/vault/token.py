"""Master keys sealed by a key that never leaves a PKCS#11 token (OASIS PKCS#11 3.0, CKM_AES_GCM): an HSM, a smart card.

The token's key is made in it, sensitive and not extractable. Who steals the disk has sealed keys; who steals the token
as well needs its PIN, which the token counts.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from security.vault.ciphers import Cipher
from security.vault.envelope import NONCE_BYTES, associated
from security.vault.errors import TokenError, TokenLibraryError

_KEY_BITS = 256


class TokenWrapper:
    """One session of the token for the life of this object. Raises TokenLibraryError, TokenError."""

    source: Final = "pkcs11"
    parameters: Mapping[str, Any]

    def __init__(self, module: str, token: str, key: str, pin: str, *, create: bool = False) -> None:
        try:
            import pkcs11  # noqa: PLC0415  # optional: requirements/hsm.txt
        except ModuleNotFoundError:
            raise TokenLibraryError from None
        self._pkcs11 = pkcs11
        self._token = token
        self.parameters = {"token": token, "key": key, "cipher": Cipher.AES_256_GCM.value}
        with self._failures():
            found = pkcs11.lib(module).get_token(token_label=token)
            try:
                self._session = found.open(rw=create, user_pin=pin)
            except pkcs11.UserAlreadyLoggedIn:  # a log-in counts for the whole process
                self._session = found.open(rw=create)
            self._key = self._find(key, create=create)

    def seal(self, plaintext: bytes, *bound: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        with self._failures():
            return nonce + bytes(self._key.encrypt(plaintext, **self._gcm(nonce, bound)))

    def open(self, sealed: bytes, *bound: str) -> bytes | None:
        invalid = (self._pkcs11.EncryptedDataInvalid, self._pkcs11.EncryptedDataLenRange, self._pkcs11.GeneralError)
        try:
            with self._failures():
                return bytes(self._key.decrypt(sealed[NONCE_BYTES:], **self._gcm(sealed[:NONCE_BYTES], bound)))
        except TokenError as error:
            if isinstance(error.__cause__, invalid):
                return None
            raise

    def _gcm(self, nonce: bytes, bound: tuple[str, ...]) -> dict[str, Any]:
        parameters = self._pkcs11.GCMParams(nonce, associated((self.source, *bound)), 128)
        return {"mechanism": self._pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}

    def _find(self, label: str, *, create: bool) -> Any:
        kind = self._pkcs11.ObjectClass.SECRET_KEY
        try:
            return self._session.get_key(object_class=kind, label=label)
        except self._pkcs11.NoSuchKey:
            if not create:
                raise
        sealed_in = self._pkcs11.Attribute
        return self._session.generate_key(
            self._pkcs11.KeyType.AES,
            _KEY_BITS,
            label=label,
            store=True,
            template={sealed_in.SENSITIVE: True, sealed_in.EXTRACTABLE: False},
        )

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        """Libraries of tokens report by number and by a missing file alike."""
        try:
            yield
        except (self._pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            raise TokenError(token=self._token, reason=str(error) or type(error).__name__) from error
