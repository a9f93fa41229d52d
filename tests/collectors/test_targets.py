from pathlib import Path

import pytest

from collectors.targets import Targets, read_targets
from core.database import Database
from inventory.kinds import SnmpVersion
from inventory.models import Device
from security.audit import SYSTEM
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyring import create_keys
from tests.collectors.county import County, build


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path)
    return Vault(Keyring.load(tmp_path, [Realm.MONITOR]))


@pytest.fixture
def county(database: Database, vault: Vault) -> County:
    with database.write() as session:
        vault.put(session, Realm.MONITOR, "site", {"community": "秘密 one"}, actor=SYSTEM, kind=Kind.SNMP_V2C)
        return build(session)


def read(database: Database, vault: Vault) -> Targets:
    with database.read() as session:
        return read_targets(session, vault)


def change(database: Database, device_id: int, **values: object) -> None:
    with database.write() as session:
        device = session.get_one(Device, device_id)
        for name, value in values.items():
            setattr(device, name, value)


def test_only_devices_in_service_with_an_address_are_watched(database: Database, vault: Vault, county: County) -> None:
    found = read(database, vault)
    assert set(found.devices) == {county.core, county.access}
    assert found.lines[county.line].b_device == county.access


def test_a_device_without_a_credential_is_watched_without_snmp(
    database: Database, vault: Vault, county: County
) -> None:
    target = read(database, vault).devices[county.core]
    assert (target.community, target.fault) == (None, None)


def test_the_credential_is_opened_and_never_shown(database: Database, vault: Vault, county: County) -> None:
    change(database, county.core, snmp_credential="site")
    target = read(database, vault).devices[county.core]
    assert target.community == "秘密 one".encode()
    assert "秘密" not in repr(target)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"snmp_credential": "gone"}, "collectors.no_credential"),
        ({"snmp_credential": "site", "address": "core.example"}, "collectors.address"),
        ({"snmp_credential": "site", "snmp_version": SnmpVersion.V3}, "collectors.snmp_version"),
    ],
)
def test_what_cannot_be_asked_says_why_and_stops_nobody_else(
    database: Database, vault: Vault, county: County, values: dict[str, object], code: str
) -> None:
    change(database, county.core, **values)
    change(database, county.access, snmp_credential="site")
    devices = read(database, vault).devices
    assert devices[county.core].community is None
    assert devices[county.core].fault is not None
    assert devices[county.core].fault.code == code
    assert devices[county.access].community is not None


def test_an_instance_is_written_as_prometheus_writes_it(database: Database, vault: Vault, county: County) -> None:
    change(database, county.access, address="2001:db8::7", snmp_port=1161)
    devices = read(database, vault).devices
    assert devices[county.core].instance == "127.0.0.1"
    assert devices[county.access].instance == "[2001:db8::7]:1161"
