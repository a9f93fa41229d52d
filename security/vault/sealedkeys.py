"""Master keys in one file, each sealed by something that is not on this disk: a passphrase in somebody's head, a
credential that systemd unseals, a key inside a token. The file says what it takes to open it, and nothing else.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from security.errors import KeyFileError, KeyMissingError
from security.vault import keyfolder
from security.vault.ciphers import Cipher
from security.vault.envelope import KEY_BYTES
from security.vault.errors import KeysDoNotOpenError, SealedKeysError
from security.vault.keyring import Keys
from security.vault.kinds import Realm

FORMAT = "guanjin-sealed-keys-v1"
NAME = "sealed.json"
_CIPHERS = {cipher.value for cipher in Cipher}
_FIELDS = {"format", "source", "parameters", "realms"}


class Wrapper(Protocol):
    """What seals the master keys. `parameters` are what it needs, besides its secret, to open them again."""

    @property
    def source(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    def seal(self, plaintext: bytes, *bound: str) -> bytes: ...
    def open(self, sealed: bytes, *bound: str) -> bytes | None:
        """None where it is not the right secret, or the bytes were altered or belong to another realm."""
        ...


class SealedKeys:
    def __init__(self, data: Path, wrapper: Wrapper) -> None:
        self._data = data
        self._path = path_of(data)
        self._wrapper = wrapper

    @property
    def source(self) -> str:
        return self._wrapper.source

    def load(self, realm: Realm) -> Keys:
        """Raises KeysMissingError, SealedKeysError, KeyReadableError, KeysDoNotOpenError."""
        sealed = read(self._data)["realms"].get(realm.value)
        if not sealed:
            raise KeyMissingError(realm=realm.value, path=self._path)
        return tuple(self._open(realm, encoded) for encoded in sealed)

    def replace(self, keys: Mapping[Realm, Keys]) -> None:
        """The realms that are not named keep what they have."""
        kept = self._kept()
        made = {realm.value: [self._seal(realm, key) for key in of_realm] for realm, of_realm in keys.items()}
        content = {
            "format": FORMAT,
            "source": self.source,
            "parameters": dict(self._wrapper.parameters),
            "realms": {**kept, **made},
        }
        keyfolder.replace(self._path, json.dumps(content, indent=1).encode() + b"\n")

    def holds(self, realm: Realm) -> bool:
        return realm.value in self._kept()

    def _kept(self) -> dict[str, list[str]]:
        """Realms of the file that this wrapper sealed; one that another has sealed is replaced as a whole."""
        if not self._path.exists():
            return {}
        there = read(self._data)
        same = (there["source"], there["parameters"]) == (self.source, dict(self._wrapper.parameters))
        kept: dict[str, list[str]] = there["realms"] if same else {}
        return kept

    def _seal(self, realm: Realm, key: bytes) -> str:
        return base64.b64encode(self._wrapper.seal(key, "master-key", realm.value)).decode()

    def _open(self, realm: Realm, encoded: str) -> bytes:
        try:
            sealed = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise SealedKeysError(path=self._path, reason="base64") from None
        key = self._wrapper.open(sealed, "master-key", realm.value)
        if key is None or len(key) != KEY_BYTES:
            raise KeysDoNotOpenError(path=self._path, source=self.source)
        return key


def path_of(data: Path) -> Path:
    return keyfolder.folder_of(data) / NAME


def remove(data: Path) -> None:
    keyfolder.destroy(path_of(data))


def read(data: Path) -> dict[str, Any]:
    """The file's content with its shape checked. Raises KeysMissingError, SealedKeysError, KeyReadableError."""
    path = path_of(data)
    try:
        found = json.loads(keyfolder.read(path))
    except FileNotFoundError:
        raise SealedKeysError(path=path, reason="missing") from None
    except KeyFileError as error:
        raise SealedKeysError(path=path, reason=error.reason) from None
    except (ValueError, RecursionError):
        raise SealedKeysError(path=path, reason="JSON") from None
    if not isinstance(found, dict) or set(found) != _FIELDS or found["format"] != FORMAT:
        raise SealedKeysError(path=path, reason=f"not {FORMAT}")
    realms = found["realms"]
    sound = (
        isinstance(found["source"], str)
        and isinstance(found["parameters"], dict)
        and found["parameters"].get("cipher") in _CIPHERS
        and isinstance(realms, dict)
        and all(isinstance(keys, list) and all(isinstance(key, str) for key in keys) for keys in realms.values())
    )
    if not sound:
        raise SealedKeysError(path=path, reason=f"not {FORMAT}")
    return found
