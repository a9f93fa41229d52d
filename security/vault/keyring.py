"""The master keys that this process holds, and the way to ask for them again when a rotation has made others."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

from security.errors import RealmClosedError
from security.vault.envelope import key_id
from security.vault.kinds import Realm

Keys = tuple[bytes, ...]
"""A realm's master keys: the one that seals first, then, during a rotation, the one that is being replaced."""


class Keyring:
    """Holds the keys of its realms and of no others, and never prints them."""

    def __init__(
        self, keys: Mapping[Realm, Keys] | None = None, again: Callable[[], Mapping[Realm, Keys]] | None = None
    ) -> None:
        self._keys = dict(keys or {})
        self._again = again
        self._lock = threading.Lock()

    @classmethod
    def load(cls, data: Path, realms: Iterable[Realm]) -> Self:
        """From key files. Raises KeyMissingError, KeyReadableError (others may read the file), KeyFileError."""
        from security.vault.keyfiles import FileKeys  # noqa: PLC0415  # which stores what this holds

        return cls.reading(FileKeys(data).load, realms)

    @classmethod
    def reading(cls, load: Callable[[Realm], Keys], realms: Iterable[Realm]) -> Self:
        """Of these realms, from any source."""
        wanted = tuple(realms)

        def again() -> Mapping[Realm, Keys]:
            return {realm: load(realm) for realm in wanted}

        return cls(again(), again)

    @property
    def realms(self) -> frozenset[Realm]:
        return frozenset(self._keys)

    def first(self, realm: Realm) -> bytes:
        """The key that seals where the database does not say yet. Raises RealmClosedError."""
        return self._of(realm)[0]

    def all(self, realm: Realm) -> Keys:
        """For whoever keeps them for a recovery. Raises RealmClosedError."""
        return self._of(realm)

    def find(self, realm: Realm, master_id: str) -> bytes | None:
        """The master key of this id; one that is not known is asked for once more, as a rotation may have made it.

        Raises RealmClosedError where this process does not hold the realm.
        """
        found = _among(self._of(realm), master_id)
        if found is None and self._again is not None:
            with self._lock:
                self._keys = dict(self._again())
            found = _among(self._of(realm), master_id)
        return found

    def _of(self, realm: Realm) -> Keys:
        try:
            return self._keys[realm]
        except KeyError:
            raise RealmClosedError(realm=realm.value) from None

    def __repr__(self) -> str:
        return f"Keyring({', '.join(sorted(self._keys))})"

    def __reduce__(self) -> str:
        raise TypeError("a keyring does not leave its process")


def _among(keys: Keys, master_id: str) -> bytes | None:
    return next((key for key in keys if key_id(key) == master_id), None)
