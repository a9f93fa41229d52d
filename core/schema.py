"""Bringing a database to the schema that this program expects, and knowing whether it is there.

A migration runs in one transaction on both databases (SQLite's DDL is transactional), so a machine that loses power
half-way finds the old schema, whole.

Alembic is loaded by a migration only: every process asks which schema there is, and would carry eleven megabytes.
"""

import sqlite3
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select
from sqlalchemy.exc import DBAPIError

from core.database import Base, Database
from core.errors import Category, GuanjinError
from core.i18n import N_

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
# Where Alembic keeps the revision.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32)))


class SchemaMissingError(GuanjinError):
    code = "core.schema_missing"
    category = Category.INTEGRITY
    message = N_("the database %(url)s is empty or missing, and a running installation does not create one")
    hint = N_("restore it from a backup, or run `guanjin init` to begin a new installation")


class SchemaOutdatedError(GuanjinError):
    code = "core.schema_outdated"
    category = Category.INTEGRITY
    message = N_("the database has schema %(found)s, this program needs %(needed)s")
    hint = N_("make a backup, then run `guanjin database upgrade`")


class SchemaNewerError(GuanjinError):
    code = "core.schema_newer"
    category = Category.INTEGRITY
    message = N_("the database has schema %(found)s, which this older program does not know")
    hint = N_("run the program version that wrote the database, or a newer one")


class DatabaseUnreachableError(GuanjinError):
    code = "core.database_unreachable"
    category = Category.UNREACHABLE
    message = N_("the database %(url)s cannot be opened: %(reason)s")
    hint = N_(
        "check that storage.data and storage.database_url are right, that the database server runs,"
        " and that this user may use them"
    )


class DatabaseDamagedError(GuanjinError):
    code = "core.database_damaged"
    category = Category.INTEGRITY
    message = N_("the file %(url)s is not a sound database: %(reason)s")
    hint = N_("keep the file as it is, and restore the newest backup beside it")


# Where models are; those of a package that is not installed, as on a receiving bench, are not there.
PACKAGES = ("core", "security", "inventory", "collectors", "automation")


def known_tables() -> Sequence[Table]:
    """Every table of the program, those before that others point to; imports the models of all packages."""
    for package in PACKAGES:
        if (found := find_spec(package)) and found.submodule_search_locations:
            for module in walk_packages(found.submodule_search_locations, f"{package}."):
                if module.name.endswith(".models"):
                    import_module(module.name)
    return Base.metadata.sorted_tables


def head() -> str:
    return known_revisions()[-1]


def known_revisions() -> tuple[str, ...]:
    """Oldest first: each migration's file is named by its revision."""
    return tuple(sorted(file.stem for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def current(database: Database) -> str | None:
    """The schema revision of a database; None where there is none. Never creates an SQLite file by looking.

    Raises DatabaseUnreachableError, DatabaseDamagedError.
    """
    url = database.url.render_as_string(hide_password=True)
    try:
        if database.path is not None and not database.path.exists():
            return None
        with database.read_engine.connect() as connection:
            return connection.scalar(select(_VERSION)) if inspect(connection).has_table(_VERSION.name) else None
    except OSError as error:
        raise DatabaseUnreachableError(url=url, reason=error.strerror) from error
    except DBAPIError as error:
        damaged = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
        kind = DatabaseDamagedError if damaged else DatabaseUnreachableError
        raise kind(url=url, reason=" ".join(str(error.orig).split())) from error


def require(database: Database) -> None:
    """Refuse to go on with a database that is missing, older or newer than the program."""
    found = current(database)
    if found is None:
        raise SchemaMissingError(url=database.url.render_as_string(hide_password=True))
    if found not in known_revisions():
        raise SchemaNewerError(found=found)
    if found != head():
        raise SchemaOutdatedError(found=found, needed=head())


def upgrade(database: Database, revision: str = "head", metadata: MetaData | None = None) -> None:
    """To a revision; the only place where the file of an SQLite database is made."""
    if database.path is not None:
        database.path.touch(mode=0o600)
    with database.write_engine.begin() as connection:
        upgrade_on(connection, revision, metadata)


def upgrade_on(connection: Connection, revision: str = "head", metadata: MetaData | None = None) -> None:
    """In a transaction that the caller began and may take back."""
    from alembic import command  # noqa: PLC0415  # see above

    config = _config()
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    command.upgrade(config, revision)


def downgrade(database: Database, revision: str = "base") -> None:
    from alembic import command  # noqa: PLC0415  # see above

    with database.write_engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
