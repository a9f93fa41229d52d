"""Master keys in plain files: one file a realm, readable by its owner alone.

guanjin-key-v1
monitor
<the key that seals, base64>
<the key that is being replaced, base64>      only while a rotation is under way
"""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from security.errors import KeyFileError, KeyMissingError
from security.vault import keyfolder
from security.vault.envelope import KEY_BYTES, new_key
from security.vault.keyring import Keys
from security.vault.kinds import Realm

HEADER = "guanjin-key-v1"
MOST_KEYS = 2


class FileKeys:
    source: Final = "file"

    def __init__(self, data: Path) -> None:
        self._data = data

    def load(self, realm: Realm) -> Keys:
        """Raises KeyMissingError, KeyReadableError (group or others may read the file), KeyFileError."""
        path = path_of(self._data, realm)
        try:
            return _parse(keyfolder.read(path), realm, path)
        except FileNotFoundError:
            raise KeyMissingError(realm=realm.value, path=path) from None

    def replace(self, keys: Mapping[Realm, Keys]) -> None:
        for realm, of_realm in keys.items():
            keyfolder.replace(path_of(self._data, realm), _format(realm, of_realm))

    def remove(self) -> None:
        for realm in Realm:
            keyfolder.destroy(path_of(self._data, realm))

    def holds(self, realm: Realm) -> bool:
        return path_of(self._data, realm).exists()


def path_of(data: Path, realm: Realm) -> Path:
    return keyfolder.folder_of(data) / f"{realm}.key"


def create_keys(data: Path) -> tuple[Realm, ...]:
    """Make the key files that are missing; returns their realms. An existing key is never touched."""
    with keyfolder.alone(data, wait=True):
        missing = tuple(realm for realm in Realm if not path_of(data, realm).exists())
        FileKeys(data).replace({realm: (new_key(),) for realm in missing})
    return missing


def _format(realm: Realm, keys: Keys) -> bytes:
    return "".join(f"{line}\n" for line in (HEADER, realm, *(base64.b64encode(key).decode() for key in keys))).encode()


def _parse(content: bytes, realm: Realm, path: Path) -> Keys:
    try:
        header, owner, *encoded = content.decode("ascii").splitlines()
        keys = tuple(base64.b64decode(line, validate=True) for line in encoded)
    except (ValueError, binascii.Error):
        raise KeyFileError(path=path, reason="not a key file") from None
    sound = 1 <= len(keys) <= MOST_KEYS and all(len(key) == KEY_BYTES for key in keys)
    if header != HEADER or owner != realm.value or not sound:
        raise KeyFileError(path=path, reason=f"not a {HEADER} key of realm {realm}")
    return keys
