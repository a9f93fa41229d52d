import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from core.database import Database
from security.audit import Actor
from security.errors import KeyReadableError
from security.vault import Keyring, Realm, Vault, keyfolder, sealedkeys, sources
from security.vault.envelope import new_key
from security.vault.errors import (
    CredentialMissingError,
    KeysDoNotOpenError,
    KeysMissingError,
    PassphraseShortError,
    RotationRunningError,
    SealedKeysError,
    SourceDiffersError,
    TokenError,
)
from security.vault.keyfiles import FileKeys, create_keys
from security.vault.sources import Source
from security.vault.token import TokenWrapper
from security.vault.wrappers import KEY_CREDENTIAL
from tests.security.vault.places import MODULE, PASSPHRASE, PIN, Answers, settings

ME = Actor("liqiang", "person", 3)
needs_token = pytest.param("pkcs11", marks=pytest.mark.slow)
EVERY = ["file", "passphrase", "credential", needs_token]
SEALED = ["passphrase", "credential", needs_token]

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def source(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What each source needs is there."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / KEY_CREDENTIAL).write_text(base64.b64encode(new_key()).decode() + "\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    name: str = request.param
    if name == "pkcs11":
        request.getfixturevalue("token")
    return name


@pytest.mark.parametrize("source", EVERY, indirect=True)
@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_secret_comes_back_whatever_keeps_the_master_keys(
    database: Database, tmp_path: Path, source: str, cipher: str
) -> None:
    given = settings(tmp_path, source, cipher=cipher)
    assert sources.create(given, Answers()) == tuple(Realm)
    assert sources.create(given, Answers()) == ()
    assert sources.found(tmp_path) == source
    vault = Vault(sources.keyring(given, Realm, Answers()), cipher=cipher)
    with database.write() as session:
        vault.put(session, Realm.CHANGE, "hw", {"password": "x"}, actor=ME)
    again = Vault(sources.keyring(given, [Realm.CHANGE], Answers()))
    with database.write() as session:
        assert again.open(session, Realm.CHANGE, "hw") == {"password": "x"}


@pytest.mark.parametrize("source", SEALED, indirect=True)
def test_the_disk_alone_holds_no_master_key(tmp_path: Path, source: str) -> None:
    given = settings(tmp_path, source)
    sources.create(given, Answers())
    keys = sources.open_keys(given, Answers())
    held = b"".join(path.read_bytes() for path in keyfolder.folder_of(tmp_path).iterdir())
    for realm in Realm:
        (key,) = keys.load(realm)
        assert key not in held
        assert base64.b64encode(key) not in held
    path = sealedkeys.path_of(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyReadableError):
        sources.found(tmp_path)


@pytest.mark.parametrize("source", SEALED, indirect=True)
def test_a_sealed_key_put_in_place_of_another_realms_does_not_open(tmp_path: Path, source: str) -> None:
    given = settings(tmp_path, source)
    sources.create(given, Answers())
    path = sealedkeys.path_of(tmp_path)
    content = json.loads(path.read_text())
    content["realms"]["monitor"] = content["realms"]["ferry"]
    path.write_text(json.dumps(content))
    with pytest.raises(KeysDoNotOpenError):
        sources.open_keys(given, Answers()).load(Realm.MONITOR)


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    given = settings(tmp_path, "passphrase")
    sources.create(given, Answers())
    with pytest.raises(KeysDoNotOpenError):
        sources.open_keys(given, Answers(now="marble-otter-lantern-48")).load(Realm.MONITOR)


def test_the_same_passphrase_typed_on_another_keyboard_is_the_same(tmp_path: Path) -> None:
    """NFKC: full-width letters and digits of a Chinese input method."""
    given = settings(tmp_path, "passphrase")
    sources.create(given, Answers(next="granite-otter-47"))
    wide = "".join(chr(ord(char) + 0xFEE0) for char in "granite-otter-47")
    assert sources.open_keys(given, Answers(now=wide)).load(Realm.MONITOR)


def test_a_short_passphrase_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PassphraseShortError):
        sources.create(settings(tmp_path, "passphrase"), Answers(next="elevenchars"))
    assert sources.found(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 2**31},
        {"memory_kib": "64"},
        {"iterations": 0},
        {"lanes": 17},
        {"lanes": True},
        {"kdf": "none"},
        {"salt": "00"},
        {"salt": None},
        {"cipher": "rot13"},
    ],
)
def test_parameters_that_nobody_would_have_written_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    given = settings(tmp_path, "passphrase")
    sources.create(given, Answers())
    path = sealedkeys.path_of(tmp_path)
    content = json.loads(path.read_text())
    content["parameters"] |= change
    path.write_text(json.dumps(content))
    with pytest.raises(SealedKeysError):
        sources.open_keys(given, Answers()).load(Realm.MONITOR)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b"[" * 9999, b'{"format":1,"source":2,"parameters":3,"realms":4}']
)
def test_a_damaged_file_of_sealed_keys_is_named(tmp_path: Path, content: bytes) -> None:
    given = settings(tmp_path, "passphrase")
    sources.create(given, Answers())
    sealedkeys.path_of(tmp_path).write_bytes(content)
    with pytest.raises(SealedKeysError):
        sources.open_keys(given, Answers())


@pytest.mark.parametrize("content", [None, "", "AAAA", "not base64!", base64.b64encode(bytes(33)).decode()])
def test_a_credential_that_is_no_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    if content is not None:
        (tmp_path / KEY_CREDENTIAL).write_text(content)
    with pytest.raises(CredentialMissingError):
        sources.create(settings(tmp_path, "credential"), Answers())
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(CredentialMissingError):
        sources.create(settings(tmp_path, "credential"), Answers())


@pytest.mark.slow
def test_the_tokens_key_cannot_be_read_out_of_it(tmp_path: Path, token: Path) -> None:
    import pkcs11

    wrapper = TokenWrapper(MODULE, "guanjin", "guanjin-vault", PIN, create=True)
    with pytest.raises(pkcs11.AttributeSensitive):
        _ = wrapper._key[pkcs11.Attribute.VALUE]


@pytest.mark.slow
def test_a_token_that_is_not_there_is_named(tmp_path: Path, token: Path) -> None:
    sources.create(settings(tmp_path, "pkcs11"), Answers())
    vault = settings(tmp_path, "pkcs11").vault.model_copy(update={"pkcs11_token": "another"})
    given = settings(tmp_path, "pkcs11").model_copy(update={"vault": vault})
    with pytest.raises(TokenError, match="another"):
        sources.open_keys(given, Answers())
    vault = vault.model_copy(update={"pkcs11_module": str(tmp_path / "none.so")})
    with pytest.raises(TokenError):
        sources.open_keys(given.model_copy(update={"vault": vault}), Answers())


def test_the_settings_and_the_folder_must_agree(tmp_path: Path) -> None:
    """Somebody who asked for a passphrase must not go on with plain files without being told."""
    with pytest.raises(KeysMissingError):
        sources.open_keys(settings(tmp_path, "file"), Answers())
    create_keys(tmp_path)
    with pytest.raises(SourceDiffersError) as caught:
        sources.open_keys(settings(tmp_path, "passphrase"), Answers())
    assert "guanjin vault source passphrase" in caught.value.render_hint()


@pytest.mark.parametrize("source", SEALED, indirect=True)
def test_keys_move_there_and_back_and_nothing_stays_behind(tmp_path: Path, source: str) -> None:
    create_keys(tmp_path)
    before = {realm: FileKeys(tmp_path).load(realm) for realm in Realm}
    given = settings(tmp_path, source)
    sources.moving(given, Source(source), Answers())()
    assert [path.name for path in keyfolder.folder_of(tmp_path).iterdir()] == [sealedkeys.NAME]
    keys = sources.open_keys(given, Answers())
    assert {realm: keys.load(realm) for realm in Realm} == before
    sources.moving(given, Source.FILE, Answers())()
    assert sources.found(tmp_path) is Source.FILE
    assert {realm: FileKeys(tmp_path).load(realm) for realm in Realm} == before
    assert not sealedkeys.path_of(tmp_path).exists()


def test_a_new_passphrase_replaces_the_old_one(tmp_path: Path) -> None:
    given = settings(tmp_path, "passphrase")
    sources.create(given, Answers())
    sources.moving(given, Source.PASSPHRASE, Answers(next="seventeen-quiet-herons"))()
    with pytest.raises(KeysDoNotOpenError):
        sources.open_keys(given, Answers(now=PASSPHRASE)).load(Realm.FERRY)
    assert sources.open_keys(given, Answers(now="seventeen-quiet-herons")).load(Realm.FERRY)


def test_the_bytes_of_a_replaced_key_are_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    keyfolder.replace(path, b"old key")
    with path.open("rb") as old:
        keyfolder.replace(path, b"new key")
        assert old.read() == bytes(7)
    assert path.read_bytes() == b"new key"


def test_only_one_command_changes_keys_at_a_time(tmp_path: Path) -> None:
    with (
        keyfolder.alone(tmp_path, wait=False),
        pytest.raises(RotationRunningError),
        keyfolder.alone(tmp_path, wait=False),
    ):
        raise AssertionError
    with keyfolder.alone(tmp_path, wait=False):
        assert list(keyfolder.folder_of(tmp_path).iterdir()) == []


def test_a_keyring_asks_again_for_a_key_that_it_does_not_know(tmp_path: Path) -> None:
    from security.vault.envelope import key_id

    create_keys(tmp_path)
    ring = Keyring.load(tmp_path, [Realm.MONITOR])
    new = new_key()
    assert ring.find(Realm.MONITOR, key_id(new)) is None
    FileKeys(tmp_path).replace({Realm.MONITOR: (new,)})
    assert ring.find(Realm.MONITOR, key_id(new)) == new
