import logging
import os
import pickle
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text, update

from core.database import Database
from core.events import Event
from security.audit import Actor, Filter, find
from security.errors import (
    KeyFileError,
    KeyMissingError,
    KeyReadableError,
    RealmClosedError,
    SecretDamagedError,
    SecretIncompleteError,
    SecretNameError,
    SecretNotFoundError,
)
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyring import create_keys, path_of
from security.vault.models import VaultKey, VaultSecret

ME = Actor("liqiang", "person", 3)
PLANTED = "Planted-Secret-7f3a9c"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert create_keys(tmp_path) == tuple(Realm)
    return tmp_path


@pytest.fixture
def vault(data: Path) -> Vault:
    return Vault(Keyring.load(data, Realm))


def put(database: Database, vault: Vault, realm: Realm, name: str, password: str = PLANTED) -> None:
    secret = {"username": "netops", "password": password}
    with database.write() as session:
        vault.put(session, realm, name, secret, actor=ME, kind=Kind.SSH_PASSWORD)


def events(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(entry.event, entry.subject) for entry in reversed(find(session, Filter()).records)]


def test_a_secret_comes_back_as_it_was_put(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.CHANGE, "hw-core")
    put(database, vault, Realm.CHANGE, "hw-core", "second")
    with database.write() as session:
        assert vault.open(session, Realm.CHANGE, "hw-core") == {"username": "netops", "password": "second"}


def test_use_is_recorded_where_it_gives_power(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.CHANGE, "hw")
    put(database, vault, Realm.MONITOR, "ro")
    with database.write() as session:
        vault.open(session, Realm.MONITOR, "ro")
        vault.open(session, Realm.CHANGE, "hw", actor=ME, purpose="job:17")
    assert events(database) == [
        (Event.CREDENTIAL_STORED, "credential:change/hw"),
        (Event.CREDENTIAL_STORED, "credential:monitor/ro"),
        (Event.CREDENTIAL_OPENED, "credential:change/hw"),
    ]


def test_a_use_that_cannot_be_recorded_does_not_happen(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.FERRY, "seal")
    with database.write() as session:
        session.execute(text("DELETE FROM audit_head"))
    with pytest.raises(Exception, match="audit"), database.write() as session:
        vault.open(session, Realm.FERRY, "seal")


def test_a_reader_of_devices_needs_no_writing_session(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.MONITOR, "ro")
    with database.read() as session:
        assert vault.open(session, Realm.MONITOR, "ro")["password"] == PLANTED


def test_each_process_opens_only_its_own_realms(database: Database, vault: Vault, data: Path) -> None:
    put(database, vault, Realm.CHANGE, "hw")
    poller = Vault(Keyring.load(data, [Realm.MONITOR]))
    with pytest.raises(RealmClosedError), database.write() as session:
        poller.open(session, Realm.CHANGE, "hw")
    with database.read() as session:
        assert [entry.name for entry in Vault(Keyring()).list(session)] == ["hw"]


@pytest.mark.parametrize("column", ["ciphertext", "nonce", "name", "realm", "kind"])
def test_a_secret_moved_to_another_row_does_not_open(database: Database, vault: Vault, column: str) -> None:
    put(database, vault, Realm.CHANGE, "theirs")
    with database.write() as session:
        vault.put(session, Realm.FERRY, "mine", {"username": "x", "password": "y"}, actor=ME, kind=Kind.OTHER)
        vault.put(session, Realm.CHANGE, "mine", {"username": "x", "password": "y"}, actor=ME, kind=Kind.OTHER)
    with database.write_engine.begin() as connection:
        rows = {(row.realm, row.name): row for row in connection.execute(VaultSecret.__table__.select())}
        theirs, mine = rows["change", "theirs"], rows["change", "mine"]
        if column in {"ciphertext", "nonce"}:
            moved = {"ciphertext": theirs.ciphertext, "nonce": theirs.nonce, "kind": theirs.kind}
            connection.execute(update(VaultSecret).where(VaultSecret.id == mine.id).values(moved))
        else:
            other = {"name": "renamed", "realm": "monitor", "kind": "ssh-password"}[column]
            connection.execute(update(VaultSecret).where(VaultSecret.id == mine.id).values({column: other}))
    realm = Realm.MONITOR if column == "realm" else Realm.CHANGE
    with pytest.raises(SecretDamagedError), database.write() as session:
        vault.open(session, realm, "renamed" if column == "name" else "mine")


def test_every_altered_byte_is_noticed(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.MONITOR, "ro")
    with database.read() as session:
        whole = (
            vault._keyring
            and session.scalars(VaultSecret.__table__.select().with_only_columns(VaultSecret.ciphertext)).one()
        )
    for position in range(len(whole)):
        broken = bytearray(whole)
        broken[position] ^= 1
        with database.write() as session:
            session.execute(update(VaultSecret).values(ciphertext=bytes(broken)))
        with pytest.raises(SecretDamagedError), database.read() as session:
            vault.open(session, Realm.MONITOR, "ro")


def test_another_installations_key_opens_nothing(database: Database, vault: Vault, tmp_path: Path) -> None:
    put(database, vault, Realm.MONITOR, "ro")
    other = tmp_path / "other"
    create_keys(other)
    with pytest.raises(SecretDamagedError), database.read() as session:
        Vault(Keyring.load(other, [Realm.MONITOR])).open(session, Realm.MONITOR, "ro")


def test_a_deleted_secret_is_gone(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.MONITOR, "ro")
    with database.write() as session:
        vault.delete(session, Realm.MONITOR, "ro", actor=ME)
    with pytest.raises(SecretNotFoundError), database.read() as session:
        vault.open(session, Realm.MONITOR, "ro")
    assert events(database)[-1] == (Event.CREDENTIAL_DELETED, "credential:monitor/ro")
    with pytest.raises(SecretNotFoundError), database.write() as session:
        vault.delete(session, Realm.MONITOR, "ro", actor=ME)


def test_a_name_that_misleads_is_refused(database: Database, vault: Vault) -> None:
    for name in ("", " x", "x ", "a\nb", "x" * 101):
        with pytest.raises(SecretNameError):
            put(database, vault, Realm.MONITOR, name)


V3 = {
    "username": "ops",
    "authentication": "sha256",
    "auth_password": "p" * 8,
    "privacy": "aes128",
    "privacy_password": "q" * 8,
}


@pytest.mark.parametrize("fields", [("username",), ("username", "authentication", "auth_password"), tuple(V3)])
def test_a_user_of_snmp_v3_may_do_without_proof_or_privacy(
    database: Database, vault: Vault, fields: tuple[str, ...]
) -> None:
    secret = {field: V3[field] for field in fields} | {"context": "vrf-video"}
    with database.write() as session:
        vault.put(session, Realm.MONITOR, "ops", secret, actor=ME, kind=Kind.SNMP_V3)
        assert vault.open(session, Realm.MONITOR, "ops") == secret


@pytest.mark.parametrize(
    "change",
    [
        {"username": None},
        {"auth_password": None},
        {"authentication": None},
        {"authentication": None, "auth_password": None},
        {"privacy": None},
        {"authentication": "sha3"},
        {"privacy": "none"},
        {"community": "public"},
    ],
)
def test_a_user_of_snmp_v3_that_cannot_be_is_refused(
    database: Database, vault: Vault, change: dict[str, str | None]
) -> None:
    secret = {field: value for field, value in (V3 | change).items() if value is not None}
    with pytest.raises(SecretIncompleteError) as caught, database.write() as session:
        vault.put(session, Realm.MONITOR, "ops", secret, actor=ME, kind=Kind.SNMP_V3)
    assert "[privacy (des | aes128" in str(caught.value.facts["fields"])


def test_a_secret_without_its_fields_is_refused(database: Database, vault: Vault) -> None:
    whole = {"username": "x", "password": "y"}
    for secret in ({}, {"username": "x"}, {"username": "x", "password": ""}, whole | {"passwrod": "z"}):
        with pytest.raises(SecretIncompleteError), database.write() as session:
            vault.put(session, Realm.CHANGE, "hw", secret, actor=ME, kind=Kind.SSH_PASSWORD)


def test_a_planted_secret_is_found_nowhere(
    database: Database, vault: Vault, data: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    with caplog.at_level(logging.DEBUG):
        put(database, vault, Realm.CHANGE, "hw")
        with database.write() as session:
            vault.open(session, Realm.CHANGE, "hw", actor=ME)
            said.append(repr(vault.list(session)))
        failures = (
            lambda session: vault.put(session, Realm.CHANGE, "hw", {"password": PLANTED}, actor=ME, kind=Kind.SSH_KEY),
            lambda session: vault.put(session, Realm.CHANGE, "", {"password": PLANTED}, actor=ME),
            lambda session: Vault(Keyring()).put(session, Realm.CHANGE, "x", {"password": PLANTED}, actor=ME),
        )
        for fail in failures:
            try:
                with database.write() as session:
                    fail(session)
            except Exception as error:  # noqa: BLE001  # whatever it says, it must not say the secret
                said += [str(error), repr(error), *traceback.format_exception(error)]
    assert len(said) > 3
    said += [caplog.text, *capsys.readouterr(), repr(vault._keyring)]
    assert PLANTED not in "".join(line for line in said if "lambda session" not in line)
    with database.write_engine.connect() as connection:
        tables = ("vault_secret", "vault_key", "audit_record")
        rows = "".join(repr(list(connection.execute(text(f"SELECT * FROM {table}")))) for table in tables)  # noqa: S608  # our names
    assert PLANTED not in rows
    files = [path for path in data.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files) or database.dialect == "postgresql"
    for path in files:
        assert PLANTED.encode() not in path.read_bytes(), path


def test_each_secret_is_bound_to_a_wrapped_key(database: Database, vault: Vault) -> None:
    put(database, vault, Realm.CHANGE, "a")
    put(database, vault, Realm.CHANGE, "b")
    put(database, vault, Realm.MONITOR, "c")
    with database.read() as session:
        assert len(session.execute(VaultKey.__table__.select()).all()) == 2


def test_existing_keys_are_never_touched(data: Path) -> None:
    before = {realm: path_of(data, realm).read_bytes() for realm in Realm}
    assert create_keys(data) == ()
    assert {realm: path_of(data, realm).read_bytes() for realm in Realm} == before
    assert not list((data / "keys").glob("*.new"))


def test_a_key_left_aside_by_a_crash_is_removed(data: Path) -> None:
    key = path_of(data, Realm.MONITOR)
    aside = key.with_suffix(".new")
    os.link(key, aside)
    before = key.read_bytes()
    create_keys(data)
    assert key.read_bytes() == before
    assert not aside.exists()


def test_many_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(create_keys, [tmp_path] * 8))
    assert sorted(created) == [()] * 7 + [tuple(Realm)]
    assert len(list((tmp_path / "keys").iterdir())) == len(Realm)


def test_keys_differ_and_belong_to_their_owner_alone(data: Path) -> None:
    assert len({path_of(data, realm).read_bytes() for realm in Realm}) == len(Realm)
    assert {path_of(data, realm).stat().st_mode & 0o777 for realm in Realm} == {0o600}
    assert (data / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_that_others_may_read_is_refused(data: Path, mode: int) -> None:
    path = path_of(data, Realm.MONITOR)
    path.chmod(mode)
    with pytest.raises(KeyReadableError) as caught:
        Keyring.load(data, [Realm.MONITOR])
    assert str(path) in str(caught.value)
    Keyring.load(data, [Realm.CHANGE])


def test_a_missing_key_is_named(data: Path) -> None:
    path_of(data, Realm.FERRY).unlink()
    with pytest.raises(KeyMissingError) as caught:
        Keyring.load(data, [Realm.FERRY])
    assert "ferry" in str(caught.value)


def test_the_key_of_another_realm_is_refused(data: Path) -> None:
    path_of(data, Realm.FERRY).unlink()
    path_of(data, Realm.CHANGE).rename(path_of(data, Realm.FERRY))
    with pytest.raises(KeyFileError):
        Keyring.load(data, [Realm.FERRY])


@pytest.mark.parametrize("content", [b"", b"\xff" * 99, b"guanjin-key-v1\nferry\nAAAA\n", b"x" * 9999, b"a\nb\nc\nd\n"])
def test_a_damaged_key_file_is_refused(data: Path, content: bytes) -> None:
    path_of(data, Realm.FERRY).write_bytes(content)
    with pytest.raises(KeyFileError):
        Keyring.load(data, [Realm.FERRY])


def test_a_link_in_place_of_a_key_is_refused(data: Path) -> None:
    path = path_of(data, Realm.FERRY)
    path.rename(data / "elsewhere")
    path.symlink_to(data / "elsewhere")
    with pytest.raises(KeyFileError):
        Keyring.load(data, [Realm.FERRY])


def test_a_keyring_does_not_leave_its_process(data: Path) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Keyring.load(data, Realm))
