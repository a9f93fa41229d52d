"""What a backup is made of and restored to: a database with all its tables, a data folder, the settings' files."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Table, func, inspect, select, text

from core import schema
from core.clock import Clock
from core.database import Database
from core.settings import Settings
from security.backup.errors import FolderMissingError, SpaceError, UnknownTablesError

_NOT_OURS = {"alembic_version"}


@dataclass(frozen=True)
class Place:
    """`settings_file` is the one in use, if there is one."""

    settings: Settings
    database: Database
    clock: Clock
    program: str
    settings_file: Path | None = None
    tables: Sequence[Table] = field(default_factory=schema.known_tables)

    @property
    def data(self) -> Path:
        return self.settings.storage.data

    def require_all_tables(self) -> None:
        """What is not in the models would be left out. Raises UnknownTablesError."""
        there = set(inspect(self.database.read_engine).get_table_names())
        unknown = there - _NOT_OURS - {table.name for table in self.tables}
        if unknown:
            raise UnknownTablesError(tables=", ".join(sorted(unknown)))

    def database_bytes(self) -> int:
        if self.database.path is not None:
            return self.database.path.stat().st_size
        with self.database.read() as session:
            return int(session.scalar(select(func.pg_database_size(text("current_database()")))) or 0)


def require_space(folder: Path, needed: int, reserve: int) -> None:
    """Raises SpaceError, FolderMissingError."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise FolderMissingError(folder=folder, reason=error.strerror) from None
    if free < needed + reserve:
        raise SpaceError(folder=folder, free=free, needed=needed)
