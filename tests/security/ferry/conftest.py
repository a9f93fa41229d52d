"""What the ferry's tests share: a store, keys that are made once, a small sealed bundle."""

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core import schema
from core.database import Database, sqlite_url
from security.ferry import approver_key, manifest, statement
from security.ferry.approver_key import LockedKey
from security.ferry.bundle import receipt
from security.ferry.bundle.payload import Documents
from security.ferry.bundle.seal import Place, Sealed, seal
from security.ferry.keys import SigningPrivate, WrappingPrivate
from security.ferry.levels import Level, Zone
from security.ferry.manifest import Entry, Manifest
from security.ferry.store import ObjectStore
from tests.security.ferry import world
from tests.security.ferry.world import Site

PIN = "246810"


@dataclass(frozen=True)
class Keys:
    sender: SigningPrivate
    recipient: WrappingPrivate
    approver: LockedKey


@pytest.fixture(scope="session")
def keys(quick_pins: None) -> Keys:
    return Keys(SigningPrivate.generate(), WrappingPrivate.generate(), approver_key.create("zhang", PIN))


@pytest.fixture(scope="session", autouse=True)
def quick_pins() -> Iterator[None]:
    """Stretching a PIN or a receipt code costs a quarter of a second on purpose; the tests do it hundreds of times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(approver_key, "_MEMORY_KIB", 1024)
        patch.setattr(receipt, "_MEMORY_KIB", 1024)
        yield


@pytest.fixture(scope="session")
def people(quick_pins: None) -> dict[str, LockedKey]:
    """Signing keys are slow on purpose, so they are made once."""
    return {person: approver_key.create(person, PIN) for person in world.APPROVERS}


@pytest.fixture
def two_databases(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> Iterator[tuple[Database, Database]]:
    if database.path:
        database.close()
        shutil.copy(database.path, tmp_path / "far.db")
        far = Database(sqlite_url(tmp_path / "far.db"))
        yield database, far
        far.close()
        return
    with request.getfixturevalue("postgresql_cluster").database() as address:
        far = Database(address)
        schema.upgrade(far)
        yield database, far
        far.close()


@dataclass(frozen=True)
class World:
    """The extranet, the intranet, and the disc between them; a link from the first to the second."""

    near: Site
    far: Site
    medium: Path


def make_world(near: Database, far: Database, people: dict[str, LockedKey], folder: Path) -> World:
    medium = folder / "disc"
    medium.mkdir()
    here = world.make_site("外网中心", Zone.UNCLASSIFIED, folder / "near", near, medium)
    there = world.make_site("内网中心", Zone.CLASSIFIED, folder / "far", far, medium)
    world.add_people(here, people)
    world.introduce(here, there)
    return World(here, there, medium)


@pytest.fixture
def both(two_databases: tuple[Database, Database], people: dict[str, LockedKey], tmp_path: Path) -> World:
    """On SQLite, and again on PostgreSQL: for what rests on locks and constraints."""
    return make_world(*two_databases, people, tmp_path)


@pytest.fixture
def sites(people: dict[str, LockedKey], tmp_path: Path) -> Iterator[World]:
    """On SQLite: for what rests on values and files."""
    near, far = (Database(sqlite_url(tmp_path / f"{name}.db")) for name in ("near", "far"))
    for database in (near, far):
        schema.upgrade(database)
    yield make_world(near, far, people, tmp_path)
    near.close()
    far.close()


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def entry(store: ObjectStore, name: str, data: bytes) -> Entry:
    stored = store.put(io.BytesIO(data), limit=len(data))
    assert stored
    return Entry(name, "txt", stored.size, stored.sha256, stored.sm3, Level.INTERNAL)


def documents(store: ObjectStore, keys: Keys, files: dict[str, bytes]) -> Documents:
    listed = tuple(entry(store, name, data) for name, data in files.items())
    content = Manifest("11" * 16, "22" * 16, Level.INTERNAL, "li", "公示材料", ("wang",), listed)
    bound = statement.binding(content, inspection="33" * 32, policy="44" * 32)
    approval = statement.Statement(
        bound, statement.Decision.APPROVE, "zhang", "security_officer", 1000, 2000, "55" * 16
    )
    return Documents(content, (approver_key.sign(keys.approver, PIN, approval),), b'{"v":1}')


PLACE = Place(b"\x22" * 16, b"\x66" * 16, 1, bytes(32), (), 1000, 2000, bytes(32))

Seal = Callable[[dict[str, bytes]], tuple[bytes, Sealed]]


@pytest.fixture
def seal_files(store: ObjectStore, keys: Keys) -> Seal:
    def made(files: dict[str, bytes]) -> tuple[bytes, Sealed]:
        sink = io.BytesIO()
        content = documents(store, keys, files)
        sealed = seal(PLACE, content, store.open, sink, sender=keys.sender, recipients=[keys.recipient.public])
        assert manifest.decode(content.manifest.encode()) == content.manifest
        return sink.getvalue(), sealed

    return made
