from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from automation.archive import ArchiveKeys
from automation.drivers import PLATFORMS
from automation.errors import ArchiveDamagedError
from automation.models import ConfigText, ConfigVersion
from automation.services import difference, newest_number, redacted
from automation.store import Filed, file_version, full_text, latest
from core.database import Database
from inventory.kinds import DeviceRole
from inventory.models import Device
from security.audit import SYSTEM
from security.vault import Keyring, Realm, Vault
from security.vault.ciphers import Cipher
from security.vault.keyfiles import FileKeys, create_keys
from security.vault.rotation import Rotator

VRP = PLATFORMS["huawei_vrp"]
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECRET = "Pl4nted-S3cret"
CONFIG = (
    "!Last configuration was updated at 2026-11-23 08:00:00+08:00\nsysname HW\n#\n"
    f"snmp-agent community read cipher {SECRET}\n#\nreturn\n"
)


@pytest.fixture
def device(database: Database) -> Device:
    with database.write() as session:
        device = Device(name="HW", role=DeviceRole.CORE_SWITCH, platform=VRP.name, address="127.0.0.1")
        session.add(device)
    return device


@pytest.fixture
def keys(database: Database, tmp_path: Path) -> ArchiveKeys:
    create_keys(tmp_path)
    vault = Vault(Keyring.load(tmp_path, [Realm.CHANGE]))
    with database.write() as session:
        made = ArchiveKeys.open(session, vault)
    with database.write() as session:
        assert ArchiveKeys.open(session, vault) == made
    return made


def _file(database: Database, keys: ArchiveKeys, device: Device, config: str, hours: int = 0) -> Filed:
    with database.write() as session:
        now = NOON + timedelta(hours=hours)
        return file_version(session, keys, device_id=device.id, platform=VRP, text=config, now=now, taken_by="test")


def test_an_unchanged_configuration_makes_no_version_and_is_seen_again(
    database: Database, keys: ArchiveKeys, device: Device
) -> None:
    first = _file(database, keys, device, CONFIG)
    again = _file(database, keys, device, CONFIG.replace("08:00:00", "19:00:00"), hours=11)
    assert (first.is_new, again.is_new, again.number) == (True, False, 1)
    with database.read() as session:
        version = session.scalars(select(ConfigVersion)).one()
    assert (version.taken_at, version.seen_at) == (NOON, NOON + timedelta(hours=11))


def test_a_changed_secret_makes_a_version_and_does_not_show(
    database: Database, keys: ArchiveKeys, device: Device
) -> None:
    _file(database, keys, device, CONFIG)
    changed = _file(database, keys, device, CONFIG.replace(SECRET, "An0ther-S3cret"))
    assert changed == Filed(2, is_new=True, added=1, removed=1)
    with database.read() as session:
        found = difference(session, device, 1, newest_number(session, device))
        assert SECRET not in redacted(session, device, 1)
    assert [line.text[:33] for hunk in found.hunks for line in hunk.lines if line.change != " "] == [
        "snmp-agent community read cipher "
    ] * 2


def test_going_back_to_an_earlier_configuration_is_a_version_that_shares_its_text(
    database: Database, keys: ArchiveKeys, device: Device
) -> None:
    for config in (CONFIG, CONFIG.replace("sysname HW", "sysname HX"), CONFIG):
        _file(database, keys, device, config)
    with database.read() as session:
        assert len(session.scalars(select(ConfigVersion)).all()) == 3
        assert len(session.scalars(select(ConfigText)).all()) == 2


def test_the_full_text_comes_back_and_opens_nowhere_else(database: Database, keys: ArchiveKeys, device: Device) -> None:
    _file(database, keys, device, CONFIG)
    with database.read() as session:
        version = latest(session, device.id)
        assert version is not None
        assert full_text(keys, version) == CONFIG
        version.number = 2
        with pytest.raises(ArchiveDamagedError):
            full_text(keys, version)


def test_no_file_of_the_database_holds_a_secret_of_a_configuration(
    database: Database, keys: ArchiveKeys, device: Device, tmp_path: Path
) -> None:
    _file(database, keys, device, CONFIG)
    if database.dialect == "postgresql":
        with database.read() as session:
            rows = session.execute(text("select sealed, data from automation_config_version, automation_config_text"))
            assert SECRET.encode() not in b"".join(bytes(cell) for row in rows for cell in row)
        return
    for path in tmp_path.iterdir():
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes()


def test_a_text_tells_its_cipher_so_that_the_profile_may_change(keys: ArchiveKeys) -> None:
    national = replace(keys, cipher=Cipher.SM4_GCM)
    for sealing, opening in ((keys, national), (national, keys)):
        sealed = sealing.seal(b"configuration", 1, 2)
        assert sealed.startswith(sealing.cipher.encode())
        assert opening.unseal(sealed, 1, 2) == b"configuration"
        for other in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"rot13" + sealed[sealed.index(0) :], b"", sealed[:9]):
            with pytest.raises(ArchiveDamagedError):
                opening.unseal(other, 1, 2)
        with pytest.raises(ArchiveDamagedError):
            opening.unseal(sealed, 1, 3)


def test_the_archive_opens_after_every_key_of_the_vault_was_renewed(
    database: Database, keys: ArchiveKeys, device: Device, tmp_path: Path
) -> None:
    _file(database, keys, device, CONFIG)
    rotator = Rotator(database, FileKeys(tmp_path), Cipher.SM4_GCM, SYSTEM)
    for what in ("data", "master"):
        list(rotator.rotate(Realm.CHANGE, what))
    with database.write() as session:
        again = ArchiveKeys.open(session, Vault(Keyring.load(tmp_path, [Realm.CHANGE])))
        assert full_text(again, session.scalars(select(ConfigVersion)).one()) == CONFIG
