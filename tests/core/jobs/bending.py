"""Setting the clock of a real PostgreSQL server's database, as seen by everything that asks it for the time."""

from datetime import timedelta

from sqlalchemy import text

from core.database import Database

# Before pg_catalog in the search path, so that an unqualified clock_timestamp() finds this one.
SHADOW = """
create schema bent;
create table bent.clock (ahead interval not null);
insert into bent.clock values (interval '0');
create function bent.clock_timestamp() returns timestamptz language sql volatile
    as 'select pg_catalog.clock_timestamp() + ahead from bent.clock';
"""


class DatabaseClock:
    """Does nothing on SQLite, which has no clock of its own."""

    def __init__(self, database: Database) -> None:
        self._engine = database.write_engine if database.dialect == "postgresql" else None
        self._ahead = timedelta()
        if self._engine is None:
            return
        with self._engine.begin() as connection:
            connection.execute(text(SHADOW))
            name = connection.execute(text("select current_database()")).scalar_one()
            connection.execute(text(f'alter database "{name}" set search_path = public, bent, pg_catalog'))
        for engine in (database.write_engine, database.read_engine):
            engine.dispose()

    def jump(self, delta: timedelta) -> None:
        self._ahead += delta
        if self._engine is not None:
            with self._engine.begin() as connection:
                connection.execute(text("update bent.clock set ahead = :ahead"), {"ahead": self._ahead})
