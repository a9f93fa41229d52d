from pathlib import Path

import pytest

from collectors.snmp import Authentication, Privacy, User
from collectors.targets import Targets, read_targets
from core.database import Database
from inventory.kinds import SnmpVersion
from inventory.models import Device, Line, Port
from inventory.ports import ensure_ports
from security.audit import SYSTEM
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyfiles import create_keys
from security.vault.kinds import CHOICES
from tests.collectors.county import County, build

OPS = {
    "username": "ops",
    "authentication": "sha256",
    "auth_password": "correct-horse",
    "privacy": "aes128",
    "privacy_password": "battery-staple",
}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_keys(tmp_path)
    return Vault(Keyring.load(tmp_path, [Realm.MONITOR]))


@pytest.fixture
def county(database: Database, vault: Vault) -> County:
    with database.write() as session:
        vault.put(session, Realm.MONITOR, "site", {"community": "秘密 one"}, actor=SYSTEM, kind=Kind.SNMP_V2C)
        vault.put(session, Realm.MONITOR, "ops", OPS, actor=SYSTEM, kind=Kind.SNMP_V3)
        vault.put(session, Realm.MONITOR, "short", OPS | {"auth_password": "short"}, actor=SYSTEM, kind=Kind.SNMP_V3)
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


def test_key_ports_are_read_with_the_devices(database: Database, vault: Vault, county: County) -> None:
    with database.write() as session:
        ports = ensure_ports(session, county.core, ["GE0/0/7", "GE0/0/8"])
        session.get_one(Port, ports["GE0/0/7"]).is_key = True
    assert read(database, vault).key_ports == {ports["GE0/0/7"]}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.30.9.1", "10.30.9.1"),
        (" 10.30.9.1/30 ", "10.30.9.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("白沙镇人民路 1 号", None),
        ("", None),
        ("224.0.0.5", None),
        ("0.0.0.0/0", None),
    ],
)
def test_an_end_without_a_device_is_asked_at_its_address(
    database: Database, vault: Vault, county: County, text: str, address: str | None
) -> None:
    with database.write() as session:
        session.get_one(Line, county.line).b_address = text
    assert read(database, vault).lines[county.line].far_address is None, "its device is asked"
    with database.write() as session:
        session.get_one(Line, county.line).b_device_id = None
        session.get_one(Line, county.line).b_port_id = None
    assert read(database, vault).lines[county.line].far_address == address


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


def test_version_3_asks_in_the_name_of_a_user(database: Database, vault: Vault, county: County) -> None:
    change(database, county.core, snmp_credential="ops", snmp_version=SnmpVersion.V3)
    target = read(database, vault).devices[county.core]
    assert target.user == User("ops", Authentication.SHA256, "correct-horse", Privacy.AES128, "battery-staple")
    assert (target.community, target.fault) == (None, None)
    assert "horse" not in repr(target)
    assert "staple" not in repr(target)


def test_the_vault_offers_the_algorithms_that_the_engine_knows() -> None:
    assert ["none", *CHOICES["authentication"]] == [each.value for each in Authentication]
    assert ["none", *CHOICES["privacy"]] == [each.value for each in Privacy]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"snmp_credential": "gone"}, "collectors.no_credential"),
        ({"snmp_credential": "site", "address": "core.example"}, "collectors.address"),
        ({"snmp_credential": "site", "snmp_version": SnmpVersion.V3}, "collectors.wrong_credential"),
        ({"snmp_credential": "ops"}, "collectors.wrong_credential"),
        ({"snmp_credential": "short", "snmp_version": SnmpVersion.V3}, "snmp.user"),
    ],
)
def test_what_cannot_be_asked_says_why_and_stops_nobody_else(
    database: Database, vault: Vault, county: County, values: dict[str, object], code: str
) -> None:
    change(database, county.core, **values)
    change(database, county.access, snmp_credential="site")
    devices = read(database, vault).devices
    assert not devices[county.core].speaks_snmp
    assert devices[county.core].fault is not None
    assert devices[county.core].fault.code == code
    assert devices[county.access].community is not None


def test_an_instance_is_written_as_prometheus_writes_it(database: Database, vault: Vault, county: County) -> None:
    change(database, county.access, address="2001:db8::7", snmp_port=1161)
    devices = read(database, vault).devices
    assert devices[county.core].instance == "127.0.0.1"
    assert devices[county.access].instance == "[2001:db8::7]:1161"
