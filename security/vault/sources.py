"""Where the master keys come from: one seam, behind which files, passphrase, credential and token are alike."""

import os
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.settings import Settings
from security.vault import sealedkeys
from security.vault.ciphers import Cipher
from security.vault.envelope import new_key
from security.vault.errors import KeysMissingError, SealedKeysError, SourceDiffersError
from security.vault.keyfiles import FileKeys
from security.vault.keyfolder import alone, folder_of
from security.vault.keyring import Keyring, Keys
from security.vault.kinds import Realm
from security.vault.sealedkeys import SealedKeys, Wrapper
from security.vault.token import TokenWrapper
from security.vault.wrappers import KeyWrapper


class Source(StrEnum):
    """What a thief of the disk lacks: nothing; what somebody knows; what this machine unseals; a thing to plug in."""

    FILE = "file"
    PASSPHRASE = "passphrase"  # noqa: S105  # the name of a source
    CREDENTIAL = "credential"
    PKCS11 = "pkcs11"


class MasterKeys(Protocol):
    """An opened source. `replace` is durable when it returns, and whole or not at all."""

    @property
    def source(self) -> str: ...
    def load(self, realm: Realm) -> Keys: ...
    def holds(self, realm: Realm) -> bool: ...
    def replace(self, keys: Mapping[Realm, Keys]) -> None: ...


class Ask(Protocol):
    """How the passphrase or the token's PIN comes to this process (security.commands.passphrase)."""

    def current(self, source: str) -> str: ...
    def new(self, source: str) -> str: ...


def found(data: Path) -> Source | None:
    """Which source the folder says it is; None where there are no keys. Needs no secret."""
    if sealedkeys.path_of(data).exists():
        named = sealedkeys.read(data)["source"]
        if named not in {Source.PASSPHRASE, Source.CREDENTIAL, Source.PKCS11}:
            raise SealedKeysError(path=sealedkeys.path_of(data), reason="source")
        return Source(named)
    return Source.FILE if any(map(FileKeys(data).holds, Realm)) else None


def open_keys(settings: Settings, ask: Ask) -> MasterKeys:
    """The source that the settings name, opened. Raises KeysMissingError, SourceDiffersError, and what each can."""
    data, wanted = settings.storage.data, Source(settings.vault.source)
    there = found(data)
    if there is None:
        raise KeysMissingError(path=folder_of(data))
    if there is not wanted:
        raise SourceDiffersError(wanted=wanted.value, found=there.value, path=folder_of(data))
    return open_found(settings, ask)


def open_found(settings: Settings, ask: Ask) -> MasterKeys:
    """The source in which the keys lie, whatever the settings say: for moving them."""
    data = settings.storage.data
    match found(data):
        case None:
            raise KeysMissingError(path=folder_of(data))
        case Source.FILE:
            return FileKeys(data)
        case source:
            return SealedKeys(data, _wrapper(settings, source, ask))


def new_keys(settings: Settings, source: Source, ask: Ask) -> Callable[[Path], MasterKeys]:
    """Everything that is asked for, now: a new passphrase, the token's PIN, whose key is made if it has none. What is
    returned gives an empty source under a data folder, to be filled.
    """
    vault, cipher = settings.vault, Cipher(settings.vault.cipher)
    wrapper: Wrapper
    match source:
        case Source.FILE:
            return FileKeys
        case Source.PASSPHRASE:
            wrapper = KeyWrapper.from_new_passphrase(ask.new(source), cipher)
        case Source.CREDENTIAL:
            wrapper = KeyWrapper.from_credential(os.environ, cipher)
        case Source.PKCS11:
            pin = ask.current(source)
            wrapper = TokenWrapper(vault.pkcs11_module, vault.pkcs11_token, vault.pkcs11_key, pin, create=True)
    return lambda data: SealedKeys(data, wrapper)


def create(settings: Settings, ask: Ask) -> tuple[Realm, ...]:
    """At `guanjin init`: the master keys that are missing, in the source that the settings name.

    An existing key is never touched; returns the realms that got one.
    """
    data = settings.storage.data
    with alone(data, wait=True):
        there, source = found(data), Source(settings.vault.source)
        keys = open_keys(settings, ask) if there else new_keys(settings, source, ask)(data)
        missing = tuple(realm for realm in Realm if not keys.holds(realm))
        keys.replace({realm: (new_key(),) for realm in missing})
    return missing


def moving(settings: Settings, to: Source, ask: Ask) -> Callable[[], None]:
    """Everything that people are asked for, now; what is returned moves all master keys into another source, or seals
    them with another passphrase, and destroys what they were in last.

    A crash leaves both, of which the sealed one counts; moving again finishes.
    """
    data = settings.storage.data
    before = open_found(settings, ask)
    keys = {realm: before.load(realm) for realm in Realm}
    after = new_keys(settings, to, ask)(data)

    def move() -> None:
        after.replace(keys)
        if to is Source.FILE:
            sealedkeys.remove(data)
        else:
            FileKeys(data).remove()

    return move


def keyring(settings: Settings, realms: Iterable[Realm], ask: Ask) -> Keyring:
    """The keys of these realms, for a command that a person runs."""
    return Keyring.reading(open_keys(settings, ask).load, realms)


def _wrapper(settings: Settings, source: Source, ask: Ask) -> Wrapper:
    data, vault = settings.storage.data, settings.vault
    content = sealedkeys.read(data)
    path, parameters = sealedkeys.path_of(data), content["parameters"]
    if source is Source.PKCS11:
        pin = ask.current(source)
        return TokenWrapper(vault.pkcs11_module, vault.pkcs11_token, vault.pkcs11_key, pin)
    if source is Source.CREDENTIAL:
        return KeyWrapper.from_credential(os.environ, Cipher(parameters["cipher"]))
    return KeyWrapper.from_passphrase(ask.current(source), parameters, path)
