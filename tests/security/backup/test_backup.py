"""Everything comes back on an empty machine, on either database; and without the recovery key nothing does."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from core import schema
from core.events import Event
from inventory.kinds import AdministrativeLevel
from inventory.models import Region
from security.audit import AuditRecord, Filter, find, verify
from security.backup import restoring
from security.backup.errors import (
    ContentDiffersError,
    NoRecoveryKeyError,
    NotEmptyError,
    OtherRecoveryKeyError,
    RecoveryKeyExistsError,
    SchemaOfBackupError,
    SignatureWrongError,
    SpaceError,
    TargetExistsError,
    UnknownTablesError,
)
from security.backup.place import Place
from security.backup.recovery_code import RecoveryKey
from security.backup.rows import digest_of
from security.backup.signing import make_recovery_key
from security.vault import Keyring, Realm, Vault
from security.vault.ciphers import Cipher
from security.vault.envelope import new_key
from security.vault.keyfiles import FileKeys, path_of
from security.vault.models import VaultEscrow, VaultRecovery
from security.vault.recipient import RecipientPrivate
from security.vault.rotation import Rotator
from tests.security.backup.conftest import COMMUNITY, ME, OBJECT, Original, Target


def digests(place: Place) -> dict[str, str]:
    with place.database.read_engine.connect() as connection:
        return {table.name: digest_of(connection, table).hex for table in place.tables}


def test_everything_comes_back_with_every_row_digest_equal(original: Original, target: Target, tmp_path: Path) -> None:
    assert original.filled >= 60
    made = original.create(tmp_path / "a.backup")
    assert made.tables == len(schema.known_tables())
    assert made.files == 2
    restored = target.restore(made.path, original.key)
    there, here = digests(target.place), digests(original.place)
    assert there | {"audit_record": "", "audit_head": ""} == here | {"audit_record": "", "audit_head": ""}
    assert restored.content.digests.keys() == here.keys()
    objects = target.place.data / "ferry" / "objects" / "ab"
    assert (objects / "cdef").read_bytes() == OBJECT
    assert sorted(path.name for path in objects.iterdir()) == ["cdef", "empty"]
    assert {path.stat().st_mode & 0o077 for path in target.place.data.rglob("*")} == {0}
    with target.place.database.write() as session:
        vault = Vault(Keyring.load(target.place.data, Realm))
        assert vault.open(session, Realm.MONITOR, "core") == {"community": COMMUNITY}
        assert vault.open(session, Realm.FERRY, "site") == {"seed": "ferry"}
    with target.place.database.read() as session:
        assert verify(session).broken is None
        (entry,) = find(session, Filter(event=Event.SYSTEM_RESTORED)).records
        assert entry.detail["backup"] == made.backup


def test_a_restored_installation_goes_on_counting(original: Original, target: Target, tmp_path: Path) -> None:
    target.restore(original.create(tmp_path / "a.backup").path, original.key)
    with target.place.database.write() as session:
        last = session.scalar(select(func.max(Region.id))) or 0
        session.execute(insert(Region).values(name="新", level=AdministrativeLevel.VILLAGE, notes=""))
        assert (session.scalar(select(func.max(Region.id))) or 0) > last


def test_without_the_key_nothing_of_it_can_be_read(small: Original, empty_place: Target, tmp_path: Path) -> None:
    made = small.create(tmp_path / "a.backup")
    content = made.path.read_bytes()
    keys = [key for realm in Realm for key in FileKeys(small.place.data).load(realm)]
    words = [COMMUNITY.encode(), "青岚县".encode(), b"guanjin-key", b"inventory_device", b"ferry object", *keys]
    for word in words:
        for shape in (word, base64.b64encode(word).rstrip(b"="), word.hex().encode()):
            assert shape not in content
    with pytest.raises(OtherRecoveryKeyError):
        empty_place.restore(made.path, RecoveryKey(RecipientPrivate(new_key()), small.key.signer))
    assert empty_place.empty


def test_a_backup_of_another_installation_is_refused(small: Original, empty_place: Target, tmp_path: Path) -> None:
    """Somebody knows the recovery key's public half, and makes a backup with rows of his own."""
    made = small.create(tmp_path / "a.backup")
    with pytest.raises(SignatureWrongError):
        empty_place.restore(made.path, RecoveryKey(small.key.private, bytes(16)))
    assert empty_place.empty


@pytest.mark.parametrize("cipher", list(Cipher))
def test_the_cipher_of_the_settings_seals_it(small: Original, tmp_path: Path, cipher: Cipher) -> None:
    vault = small.place.settings.vault.model_copy(update={"cipher": cipher.value})
    settings = small.place.settings.model_copy(update={"vault": vault})
    place = Place(settings, small.place.database, small.place.clock, "0.1.0")
    made = Original(place, small.vault, small.key, 0).create(tmp_path / "a.backup")
    assert cipher.value.encode() in made.path.read_bytes()[:20000]
    assert restoring.verify(made.path, small.key).rows == made.rows


def test_a_restore_overwrites_nothing(small: Original, empty_place: Target, tmp_path: Path) -> None:
    made = small.create(tmp_path / "a.backup")
    with pytest.raises(NotEmptyError):
        restoring.restore(small.place, made.path, small.key, lambda _folder, _keys: None, actor=ME)
    empty_place.place.data.mkdir(parents=True)
    (empty_place.place.data / "note").touch()
    with pytest.raises(NotEmptyError):
        empty_place.restore(made.path, small.key)
    (empty_place.place.data / "note").unlink()
    assert empty_place.restore(made.path, small.key).backup == made.backup
    with pytest.raises(NotEmptyError):
        empty_place.restore(made.path, small.key)


def test_a_restore_that_fails_half_way_leaves_nothing(
    original: Original, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = original.create(tmp_path / "a.backup")
    for name in ("_clear", "_restart_counters", "_compare", "_masters", "_note", "_put_in_place"):
        if name == "_put_in_place" and target.place.database.dialect == "postgresql":
            continue  # the transaction is over by then; docs/vault-and-backup.md says what to do

        def fail(*_: object) -> None:
            raise RuntimeError("the power is gone")

        with monkeypatch.context() as patched:
            patched.setattr(restoring, name, fail)
            with pytest.raises(RuntimeError):
                target.restore(made.path, original.key)
        assert target.empty, name
    target.restore(made.path, original.key)


def test_rows_that_come_out_differently_are_noticed_before_they_count(
    small: Original, empty_place: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = small.create(tmp_path / "a.backup")
    decode = restoring.decode
    monkeypatch.setattr(restoring, "decode", lambda value: "白沙镇 " if value == "白沙镇" else decode(value))
    with pytest.raises(ContentDiffersError, match="inventory"):
        empty_place.restore(made.path, small.key)
    assert empty_place.empty


def test_a_backup_of_another_schema_is_refused_with_the_way_out(
    small: Original, empty_place: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = small.create(tmp_path / "a.backup")
    monkeypatch.setattr(restoring.schema, "head", lambda: "9999_future")
    with pytest.raises(SchemaOfBackupError) as caught:
        empty_place.restore(made.path, small.key)
    assert "0.1.0" in str(caught.value)
    assert empty_place.empty


def test_it_is_made_while_others_write(original: Original, target: Target, tmp_path: Path) -> None:
    """What is written after the snapshot began is not in it, in no table."""
    before = digests(original.place)
    wrote = []

    def write() -> None:
        if not wrote:
            with original.place.database.write() as session:
                session.execute(insert(Region).values(name="其间", level=AdministrativeLevel.VILLAGE, notes=""))
            wrote.append(True)

    from security.backup.creating import create

    made = create(original.place, original.vault, tmp_path / "a", history=False, actor=ME, look=write)
    assert wrote
    target.restore(made.path, original.key)
    changed = {name for name, digest in digests(target.place).items() if digest != before[name]}
    assert changed == {"audit_record", "audit_head"}


def test_one_record_says_that_it_was_made(small: Original, tmp_path: Path) -> None:
    made = small.create(tmp_path / "a.backup")
    with small.place.database.read() as session:
        (entry,) = find(session, Filter(event=Event.SYSTEM_BACKED_UP)).records
    assert (entry.subject, entry.detail["backup"], entry.detail["rows"]) == ("backup:a.backup", made.backup, made.rows)


def test_measurements_are_in_it_when_they_are_asked_for(small: Original, empty_place: Target, tmp_path: Path) -> None:
    """Copied by the database's own means, while the poller writes."""
    history = small.place.data / "history"
    history.mkdir()
    with closing(sqlite3.connect(history / "day.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE x (a)")
        writer.execute("INSERT INTO x VALUES (7)")
        assert small.create(tmp_path / "without").files == 2
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO x VALUES (8)")
        made = small.create(tmp_path / "with", history=True)
    assert made.files == 3
    empty_place.restore(made.path, small.key)
    with closing(sqlite3.connect(empty_place.place.data / "history" / "day.db")) as copy:
        assert copy.execute("SELECT a FROM x").fetchall() == [(7,)]


def test_settings_come_along_and_are_laid_beside(small: Original, empty_place: Target, tmp_path: Path) -> None:
    (tmp_path / "guanjin.toml").write_text('[site]\nname = "青岚县"\n')
    old = small.place
    place = Place(old.settings, old.database, old.clock, "0.1.0", settings_file=tmp_path / "guanjin.toml")
    made = Original(place, small.vault, small.key, 0).create(tmp_path / "a")
    empty_place.restore(made.path, small.key)
    assert "青岚县" in (empty_place.place.data / "settings" / "guanjin.toml").read_text()


def test_no_name_of_a_backup_stands_for_half_of_one(small: Original, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    made = small.create(folder / "a.backup")
    with pytest.raises(TargetExistsError):
        small.create(folder / "a.backup")
    assert restoring.verify(made.path, small.key)

    def stop() -> None:
        raise RuntimeError("lease lost")

    from security.backup.creating import create

    with pytest.raises(RuntimeError):
        create(small.place, small.vault, folder / "b.backup", history=False, actor=ME, look=stop)
    assert [path.name for path in folder.iterdir()] == ["a.backup"]


def test_what_cannot_be_whole_is_not_begun(small: Original, tmp_path: Path) -> None:
    with small.place.database.write_engine.begin() as connection:
        connection.execute(text("CREATE TABLE stray (a INTEGER)"))
    with pytest.raises(UnknownTablesError, match="stray"):
        small.create(tmp_path / "a.backup")
    with small.place.database.write_engine.begin() as connection:
        connection.execute(text("DROP TABLE stray"))
    storage = small.place.settings.storage.model_copy(update={"reserve_bytes": 10**18})
    place = Place(
        small.place.settings.model_copy(update={"storage": storage}), small.place.database, small.place.clock, ""
    )
    with pytest.raises(SpaceError):
        Original(place, small.vault, small.key, 0).create(tmp_path / "a.backup")
    with small.place.database.write() as session:
        session.delete(session.get_one(VaultRecovery, 1))
    with pytest.raises(NoRecoveryKeyError):
        small.create(tmp_path / "a.backup")
    assert not (tmp_path / "a.backup").exists()


def test_a_new_recovery_key_is_asked_for_twice_and_opens_what_comes_after(
    small: Original, empty_place: Target, tmp_path: Path
) -> None:
    before = small.create(tmp_path / "before")
    ring = Keyring.load(small.place.data, Realm)
    with pytest.raises(RecoveryKeyExistsError), small.place.database.write() as session:
        make_recovery_key(session, small.place, ring, replace=False, actor=ME)
    with small.place.database.write() as session:
        new = make_recovery_key(session, small.place, ring, replace=True, actor=ME)
    after = small.create(tmp_path / "after")
    assert restoring.verify(before.path, small.key)
    with pytest.raises(OtherRecoveryKeyError):
        restoring.verify(before.path, new)
    with pytest.raises(OtherRecoveryKeyError):
        restoring.verify(after.path, small.key)
    empty_place.restore(after.path, new)
    with small.place.database.read() as session:
        assert session.scalar(select(func.count()).select_from(VaultEscrow)) == len(Realm)
        events = session.scalars(select(AuditRecord.event)).all()
    assert events.count(Event.RECOVERY_KEY_CREATED.value) == 2


def test_a_backup_made_during_a_rotation_can_be_restored(small: Original, empty_place: Target, tmp_path: Path) -> None:
    made: list[Path] = []

    def step(name: str) -> None:
        made.append(small.create(tmp_path / f"{len(made)}-{name.replace(':', '-')}").path)

    keys = FileKeys(small.place.data)
    list(Rotator(small.place.database, keys, Cipher.AES_256_GCM, ME, step=step).rotate(Realm.MONITOR, "master"))
    assert len(made) == 6
    for number, path in enumerate(made):
        data = tmp_path / f"again-{number}"
        from core.database import Database, sqlite_url
        from tests.security.backup.conftest import place_of, store_keys

        database = Database(sqlite_url(data / "guanjin.db"))
        restoring.restore(place_of(data, database), path, small.key, store_keys, actor=ME)
        with database.read() as session:
            ring = Keyring.load(data, [Realm.MONITOR])
            assert Vault(ring).open(session, Realm.MONITOR, "core") == {"community": COMMUNITY}
        assert path_of(data, Realm.CHANGE).stat().st_mode & 0o077 == 0
        database.close()
