"""Keys are renewed while others work, and a rotation killed at any step loses nothing and goes on where it stopped."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from typing import get_args

import pytest
from sqlalchemy import func, select, update

from core.database import Database
from core.events import Event
from security.audit import Actor, AuditRecord, verify
from security.errors import SecretDamagedError
from security.vault import Keyring, Realm, Vault
from security.vault.ciphers import Cipher
from security.vault.envelope import key_id, new_key
from security.vault.errors import MasterUnknownError
from security.vault.escrow import open_all, set_recovery
from security.vault.keyfiles import FileKeys, create_keys
from security.vault.keyfolder import alone
from security.vault.models import VaultEscrow, VaultKey, VaultRotation, VaultSecret
from security.vault.recipient import RecipientPrivate
from security.vault.rotation import BATCH, Rotated, Rotator, What
from security.vault.status import status
from tests.security.conftest import HeldClock

ME = Actor("console:root", "person")
ROOT = Path(__file__).parents[3]
SECRETS = 2 * BATCH + 5

# Rotates, and dies: before the n-th step, or before or after the n-th fsync of a key file.
DYING = """
import os, signal, sys
from pathlib import Path
from core.database import Database
from security.audit import Actor
from security.vault import Realm
from security.vault.ciphers import Cipher
from security.vault.keyfiles import FileKeys
from security.vault.keyfolder import alone
from security.vault.rotation import Rotator

url, data, what, where, number = sys.argv[1:]
left = int(number)

def die(_=None):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

synced = os.fsync
if where == "before-fsync":
    os.fsync = lambda descriptor: (die(), synced(descriptor))
if where == "after-fsync":
    os.fsync = lambda descriptor: (synced(descriptor), die())
with alone(Path(data), wait=False):
    rotator = Rotator(
        Database(url), FileKeys(Path(data)), Cipher.AES_256_GCM, Actor("console:root", "person"),
        step=die if where == "step" else lambda _: None,
    )
    list(rotator.rotate(Realm.CHANGE, what))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    create_keys(tmp_path)
    return tmp_path


def fill(database: Database, vault: Vault, count: int = 3) -> dict[str, dict[str, str]]:
    held = {f"sw-{number:03}": {"username": "netops", "password": f"p{number}"} for number in range(count)}
    with database.write() as session:
        for name, secret in held.items():
            vault.put(session, Realm.CHANGE, name, secret, actor=ME)
    return held


def opened(database: Database, vault: Vault) -> dict[str, dict[str, str]]:
    with database.write() as session:
        names = [entry.name for entry in vault.list(session, Realm.CHANGE)]
        return {name: vault.open(session, Realm.CHANGE, name) for name in names}


def rotations(database: Database) -> int:
    with database.read() as session:
        counted = select(func.count()).where(AuditRecord.event == Event.VAULT_ROTATED.value)
        return session.scalar(counted) or 0


def rotator(
    database: Database, data: Path, cipher: Cipher = Cipher.AES_256_GCM, step: Callable[[str], None] = lambda _: None
) -> Rotator:
    return Rotator(database, FileKeys(data), cipher, ME, step=step)


@pytest.mark.parametrize("what", get_args(What))
def test_a_running_process_goes_on_through_a_rotation(database: Database, data: Path, what: What) -> None:
    running = Vault(Keyring.load(data, [Realm.CHANGE]))
    held = fill(database, running)
    seen: list[str] = []

    def work(step: str) -> None:
        """Between all steps: everything opens, and something new is stored."""
        seen.append(step)
        held[step] = {"password": f"{len(seen)}"}
        with database.write() as session:
            running.put(session, Realm.CHANGE, step, held[step], actor=ME)
        assert opened(database, running) == held

    (done,) = rotator(database, data, step=work).rotate(Realm.CHANGE, what)
    assert done.kind == what
    assert opened(database, running) == held
    assert opened(database, Vault(Keyring.load(data, [Realm.CHANGE]))) == held
    assert {step.partition(":")[0] for step in seen} == {what}
    assert rotations(database) == 1


def test_no_old_key_is_left(database: Database, data: Path) -> None:
    vault = Vault(Keyring.load(data, [Realm.CHANGE]))
    vault.prepare(database)
    held = fill(database, vault)
    (old_master,) = FileKeys(data).load(Realm.CHANGE)
    with database.read() as session:
        old = set(session.scalars(select(VaultKey.id)))
    done = [
        *rotator(database, data).rotate(Realm.CHANGE, "data"),
        *rotator(database, data).rotate(Realm.CHANGE, "master"),
    ]
    assert done == [Rotated(Realm.CHANGE, "data", len(held)), Rotated(Realm.CHANGE, "master", 2)]
    (new_master,) = FileKeys(data).load(Realm.CHANGE)
    assert new_master != old_master
    with database.read() as session:
        keys = session.scalars(select(VaultKey)).all()
        assert not old & {key.id for key in keys}
        assert {key.master_id for key in keys} == {key_id(new_master)}
        assert {row.key_id for row in session.scalars(select(VaultSecret))} <= {key.id for key in keys}


@pytest.mark.parametrize("what", get_args(What))
def test_rotation_moves_to_the_cipher_of_the_settings(database: Database, data: Path, what: What) -> None:
    held = fill(database, Vault(Keyring.load(data, [Realm.CHANGE])))
    list(rotator(database, data, Cipher.SM4_GCM).rotate(Realm.CHANGE, what))
    with database.read() as session:
        secrets, keys = set(session.scalars(select(VaultSecret.cipher))), set(session.scalars(select(VaultKey.cipher)))
    assert secrets == {"sm4-gcm" if what == "data" else "aes-256-gcm"}
    assert "sm4-gcm" in keys
    assert opened(database, Vault(Keyring.load(data, [Realm.CHANGE]))) == held


def test_a_rotation_under_a_clock_that_was_set_back_still_seals_with_the_new_key(
    database: Database, data: Path
) -> None:
    clock = HeldClock()
    vault = Vault(Keyring.load(data, [Realm.CHANGE]), clock)
    held = fill(database, vault)
    clock.forward(days=-400)
    list(Rotator(database, FileKeys(data), Cipher.AES_256_GCM, ME, clock).rotate(Realm.CHANGE, "data"))
    held |= fill(database, vault, 4)
    with database.read() as session:
        assert len(set(session.scalars(select(VaultSecret.key_id)))) == 1
    assert opened(database, vault) == held


def test_a_realm_without_a_secret_can_be_rotated(database: Database, data: Path) -> None:
    for what in get_args(What):
        assert [done.resealed for done in rotator(database, data).rotate(Realm.FERRY, what)] in ([0], [2])


def test_a_secret_that_does_not_open_stops_the_rotation_and_stays(database: Database, data: Path) -> None:
    held = fill(database, Vault(Keyring.load(data, [Realm.CHANGE])))
    with database.write() as session:
        broken = session.scalars(select(VaultSecret).where(VaultSecret.name == "sw-001")).one()
        before = broken.ciphertext
        broken.ciphertext = before[:-1] + bytes([before[-1] ^ 1])
    with pytest.raises(SecretDamagedError, match="sw-001"):
        list(rotator(database, data).rotate(Realm.CHANGE, "data"))
    with database.write() as session:
        session.execute(update(VaultSecret).where(VaultSecret.name == "sw-001").values(ciphertext=before))
    list(rotator(database, data).rotate(Realm.CHANGE, "data"))
    assert opened(database, Vault(Keyring.load(data, [Realm.CHANGE]))) == held


def test_keys_of_another_installation_rotate_nothing(database: Database, data: Path) -> None:
    fill(database, Vault(Keyring.load(data, [Realm.CHANGE])))
    FileKeys(data).replace({Realm.CHANGE: (new_key(),)})
    for what in get_args(What):
        with pytest.raises(MasterUnknownError):
            list(rotator(database, data).rotate(Realm.CHANGE, what))
    with pytest.raises(MasterUnknownError), database.write() as session:
        Vault(Keyring.load(data, [Realm.CHANGE])).put(session, Realm.CHANGE, "x", {"a": "b"}, actor=ME)


def test_the_recovery_key_follows_the_master_key(database: Database, data: Path) -> None:
    """At every step a backup of the database would hold the master key that its rows need."""
    private = RecipientPrivate(new_key())
    held = fill(database, Vault(Keyring.load(data, [Realm.CHANGE])))
    with database.write() as session:
        masters = {realm: FileKeys(data).load(realm) for realm in Realm}
        set_recovery(session, private.public, masters, HeldClock())

    def restore(_: str = "") -> None:
        with database.read() as session:
            found = open_all(session, private)
        assert opened(database, Vault(Keyring(found))) == held

    restore()
    list(rotator(database, data, step=restore).rotate(Realm.CHANGE, "master"))
    restore()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(VaultEscrow)) == len(Realm)
        assert open_all(session, RecipientPrivate(new_key())) == {}
        assert all(entry.escrowed for entry in status(session) if entry.master_id)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "where"), [("data", "step"), ("master", "step"), ("master", "before-fsync"), ("master", "after-fsync")]
)
def test_killed_at_every_step_it_loses_nothing_and_goes_on(
    database: Database, database_url: str, data: Path, what: What, where: str
) -> None:
    running = Vault(Keyring.load(data, [Realm.CHANGE]))
    held = fill(database, running, SECRETS)
    killed = 0
    while died(database_url, data, what, where, killed):
        killed += 1
        held[f"new-{killed}"] = {"password": f"{killed}"}
        with database.write() as session:
            running.put(session, Realm.CHANGE, f"new-{killed}", held[f"new-{killed}"], actor=ME)
        assert opened(database, running) == held
        assert opened(database, Vault(Keyring.load(data, [Realm.CHANGE]))) == held
        with alone(data, wait=False):
            (done,) = rotator(database, data).rotate(Realm.CHANGE, what)
        assert done.kind == what
        assert opened(database, running) == held
        assert rotations(database) == killed
        assert len(FileKeys(data).load(Realm.CHANGE)) == 1
    assert killed == 6
    assert opened(database, running) == held
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(VaultRotation)) == 0
        assert verify(session).broken is None


def died(url: str, data: Path, what: str, where: str, number: int) -> bool:
    """Whether it was killed; otherwise it has ended well."""
    command = [sys.executable, "-c", DYING, url, str(data), what, where, str(number)]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True)
    assert done.returncode in {0, -SIGKILL}, done.stderr
    return done.returncode == -SIGKILL
