"""Master keys: one file a realm, readable by its owner alone, loaded only by the processes that need it."""

import base64
import binascii
import fcntl
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from security.errors import KeyFileError, KeyMissingError, KeyReadableError, RealmClosedError
from security.vault.envelope import KEY_BYTES, new_key
from security.vault.kinds import Realm

HEADER = "guanjin-key-v1"
LARGEST = 4096
ASIDE = ".new"


class Keyring:
    """The master keys that this process holds. Never prints them."""

    def __init__(self, keys: Mapping[Realm, bytes] | None = None) -> None:
        self._keys = dict(keys or {})

    @classmethod
    def load(cls, data: Path, realms: Iterable[Realm]) -> Self:
        """Read the keys of these realms and of no others.

        Raises KeyMissingError, KeyReadableError (group or others may read the file), KeyFileError.
        """
        return cls({realm: _read(path_of(data, realm), realm) for realm in realms})

    @property
    def realms(self) -> frozenset[Realm]:
        return frozenset(self._keys)

    def key(self, realm: Realm) -> bytes:
        """Raises RealmClosedError where this process does not hold the key."""
        try:
            return self._keys[realm]
        except KeyError:
            raise RealmClosedError(realm=realm.value) from None

    def __repr__(self) -> str:
        return f"Keyring({', '.join(sorted(self._keys))})"

    def __reduce__(self) -> str:
        raise TypeError("a keyring does not leave its process")


def path_of(data: Path, realm: Realm) -> Path:
    return data / "keys" / f"{realm}.key"


def create_keys(data: Path) -> tuple[Realm, ...]:
    """Make the key files that are missing; returns their realms. An existing key is never touched."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # whoever holds it may take what lies aside for left behind
        for left in folder.glob(f"*{ASIDE}"):
            left.unlink()
        created = tuple(realm for realm in Realm if _create(path_of(data, realm), realm))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return created


def _create(path: Path, realm: Realm) -> bool:
    """Written aside and linked into place, so that a power cut leaves no half key under the final name."""
    if path.exists():
        return False
    aside = path.with_suffix(ASIDE)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{HEADER}\n{realm}\n{base64.b64encode(new_key()).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    finally:
        aside.unlink()
    return True


def _read(path: Path, realm: Realm) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyMissingError(realm=realm.value, path=path) from None
    except OSError as error:
        raise KeyFileError(path=path, reason=error.strerror) from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise KeyFileError(path=path, reason="not a regular file")
        if found.st_mode & 0o077:
            raise KeyReadableError(path=path, mode=f"{stat.S_IMODE(found.st_mode):04o}")
        return _parse(file.read(LARGEST), realm, path)


def _parse(content: bytes, realm: Realm, path: Path) -> bytes:
    try:
        header, owner, encoded = content.decode("ascii").splitlines()
        key = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise KeyFileError(path=path, reason="not a key file") from None
    if header != HEADER or owner != realm.value or len(key) != KEY_BYTES:
        raise KeyFileError(path=path, reason=f"not a {HEADER} key of realm {realm}")
    return key
