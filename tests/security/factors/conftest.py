"""A vault with the realm of identity, and a person who may set up second factors."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.settings import SecuritySettings
from security.door import Door
from security.login import LoggedIn, log_in
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import create_keys

PASSWORD = "marble-otter-lantern"
DEMANDING = SecuritySettings(second_factor="privileged")


@pytest.fixture
def vault(tmp_path: Path, door: Door) -> Vault:
    """As the console's process opens it."""
    create_keys(tmp_path)
    return Vault(Keyring.load(tmp_path, [Realm.IDENTITY]), door.clock)


@pytest.fixture
def demanding(door: Door) -> Door:
    """A password alone is not enough for whoever administers."""
    return replace(door, settings=DEMANDING)


@pytest.fixture
def at_the_door(demanding: Door) -> LoggedIn:
    """`system_admin` has typed the password and has no second factor yet."""
    return log_in(demanding, "system_admin", PASSWORD)
