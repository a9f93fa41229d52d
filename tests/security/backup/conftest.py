"""An installation with something in every table, its recovery key, and the place for a restore."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.database import Database, sqlite_url
from core.settings import Settings, StorageSettings
from security.audit import Actor
from security.backup.creating import Made, create
from security.backup.place import Place
from security.backup.recovery_code import RecoveryKey
from security.backup.restoring import Restored, restore
from security.backup.signing import make_recovery_key
from security.vault import Keyring, Realm, Vault
from security.vault.keyfiles import FileKeys, create_keys
from security.vault.keyfolder import alone
from security.vault.keyring import Keys
from tests.postgresql import Cluster
from tests.security.backup.filling import fill
from tests.security.conftest import HeldClock

ME = Actor("console:root", "person")
COMMUNITY = "Planted-Community-5d1f"
OBJECT = b"%PDF-1.7 ferry object " + bytes(range(256)) * 5000


@dataclass(frozen=True)
class Original:
    place: Place
    vault: Vault
    key: RecoveryKey
    filled: int

    def create(self, target: Path, *, history: bool = False) -> Made:
        return create(self.place, self.vault, target, history=history, actor=ME)


def place_of(data: Path, database: Database, url: str = "") -> Place:
    settings = Settings(storage=StorageSettings(data=data, database_url=url, reserve_bytes=0))
    return Place(settings, database, HeldClock(), "0.1.0")


def store_keys(folder: Path, keys: Mapping[Realm, Keys]) -> None:
    with alone(folder, wait=True):
        FileKeys(folder).replace(keys)


def furnish(data: Path, database: Database, *, full: bool = True) -> Original:
    create_keys(data)
    vault = Vault(Keyring.load(data, Realm))
    place = place_of(data, database)
    with database.write() as session:
        vault.put(session, Realm.MONITOR, "core", {"community": COMMUNITY}, actor=ME)
        vault.put(session, Realm.FERRY, "site", {"seed": "ferry"}, actor=ME)
    with database.write() as session:
        key = make_recovery_key(session, place, Keyring.load(data, Realm), replace=False, actor=ME)
    filled = fill(database) if full else 0
    objects = data / "ferry" / "objects" / "ab"
    objects.mkdir(parents=True)
    (objects / "cdef").write_bytes(OBJECT)
    (objects / "empty").write_bytes(b"")
    (objects / "unfinished.part").write_bytes(b"half")
    (data / "ferry" / "link").symlink_to("/etc/passwd")
    return Original(place, vault, key, filled)


@pytest.fixture
def original(database: Database, tmp_path: Path) -> Original:
    data = tmp_path / "var"
    data.mkdir()
    return furnish(data, database)


@pytest.fixture
def small(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Original]:
    """On SQLite, for tests in which the database does not matter."""
    data = tmp_path / "var"
    data.mkdir()
    (data / "guanjin.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(sqlite_url(data / "guanjin.db"))
    yield furnish(data, database)
    database.close()


@pytest.fixture
def plain(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Original]:
    """The same without made-up rows, for tests in which jobs run."""
    data = tmp_path / "plain"
    data.mkdir()
    (data / "guanjin.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(sqlite_url(data / "guanjin.db"))
    yield furnish(data, database, full=False)
    database.close()


@dataclass(frozen=True)
class Target:
    place: Place

    def restore(self, path: Path, key: RecoveryKey) -> Restored:
        return restore(self.place, path, key, store_keys, actor=ME)

    @property
    def empty(self) -> bool:
        from core import schema

        aside = self.place.data.with_name(f"{self.place.data.name}.restoring")
        return not self.place.data.exists() and not aside.exists() and schema.current(self.place.database) is None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgresql])])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    data = tmp_path / "empty" / "var"
    if request.param == "sqlite":
        database = Database(sqlite_url(data / "guanjin.db"))
        yield Target(place_of(data, database))
        database.close()
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database() as url:
        database = Database(url)
        yield Target(place_of(data, database, url))
        database.close()


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[Target]:
    data = tmp_path / "empty" / "var"
    database = Database(sqlite_url(data / "guanjin.db"))
    yield Target(place_of(data, database))
    database.close()
