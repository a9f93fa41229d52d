import importlib
import pkgutil
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import automation
import collectors
import core
import inventory
import security
from core import schema
from core.database import Base, Database, sqlite_url

for package in (core, security, inventory, collectors, automation):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.rpartition(".")[2] == "models":
            importlib.import_module(module.name)


@pytest.fixture
def unmigrated(empty_database_url: str) -> Database:
    return Database(empty_database_url)


def test_the_migrated_schema_is_the_models(database: Database) -> None:
    with database.write_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, Base.metadata) == []


def test_the_files_of_the_migrations_tell_their_order() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    assert schema.known_revisions() == tuple(reversed([script.revision for script in scripts]))


def test_every_step_goes_down_and_up_again(unmigrated: Database) -> None:
    revisions = schema.known_revisions()
    for revision in revisions:
        schema.upgrade(unmigrated, revision)
        assert schema.current(unmigrated) == revision
    for revision in reversed(revisions):
        below = revisions[revisions.index(revision) - 1] if revision != revisions[0] else "base"
        schema.downgrade(unmigrated, below)
    assert schema.current(unmigrated) is None
    assert set(inspect(unmigrated.read_engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(unmigrated)
    schema.require(unmigrated)
    unmigrated.close()


def test_a_missing_database_is_refused_and_not_created(tmp_path: object) -> None:
    path = tmp_path / "gone.db"  # type: ignore[operator]
    database = Database(sqlite_url(path))
    with pytest.raises(schema.SchemaMissingError):
        schema.require(database)
    assert not path.exists()


def test_an_older_schema_is_refused_with_the_way_out(unmigrated: Database) -> None:
    schema.upgrade(unmigrated, schema.known_revisions()[0])
    with pytest.raises(schema.SchemaOutdatedError) as caught:
        schema.require(unmigrated)
    assert "guanjin database upgrade" in caught.value.render_hint()
    unmigrated.close()


def test_a_migration_that_fails_half_way_leaves_the_schema_as_it_was(
    unmigrated: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = schema.known_revisions()[:2]
    schema.upgrade(unmigrated, first)
    tables = inspect(unmigrated.read_engine).get_table_names()
    create = Operations.create_table
    made: list[str] = []

    def failing(self: Operations, name: str, *parts: Any, **options: Any) -> Any:
        if made:
            raise RuntimeError("the power is gone")
        made.append(name)
        return create(self, name, *parts, **options)

    monkeypatch.setattr(Operations, "create_table", failing)
    with pytest.raises(RuntimeError):
        schema.upgrade(unmigrated, second)
    monkeypatch.undo()
    assert schema.current(unmigrated) == first
    assert inspect(unmigrated.read_engine).get_table_names() == tables
    schema.upgrade(unmigrated)
    unmigrated.close()
