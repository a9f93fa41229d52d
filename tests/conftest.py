"""Fixtures of the whole suite: a migrated database, once on SQLite and once on a real PostgreSQL.

What a property test claims holds however busy the machine is, so that none has a deadline for an example.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from core import schema
from core.database import Database, sqlite_url
from tests.postgresql import Cluster
from tests.scratch import scratch

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


MADE = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)  # before pytest chooses
def pytest_configure(config: pytest.Config) -> None:
    if config.option.basetemp is None:
        config.stash[MADE] = Path(mkdtemp(prefix="", dir=scratch()))
        config.option.basetemp = str(config.stash[MADE])


@pytest.hookimpl(trylast=True)  # after the workers have ended
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What a failed test wrote stays to be looked at, see `tmp_path_retention_policy`."""
    made = session.config.stash.get(MADE, None)
    if made is not None and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


DATABASES = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgresql])]


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "guanjin.db")
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy, because migrating takes far longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "guanjin.db"
    _migrate(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_cluster: Cluster) -> Iterator[str]:
    with postgresql_cluster.database() as url:
        _migrate(url)
        yield str(make_url(url).database)


def _migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database, for tests that open it in several processes."""
    if request.param == "sqlite":
        path = tmp_path / "guanjin.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield sqlite_url(path)
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database(request.getfixturevalue("migrated_postgresql")) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()
