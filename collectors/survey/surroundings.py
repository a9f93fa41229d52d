"""Keeping whom a device names as its neighbours. When they are others than before, links are derived anew soon.

Runs in the thread of the database.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from collectors.models import DiscoveredNeighbour
from collectors.store import key_columns, table_of
from collectors.survey.merge import SEEN_EVERY, Row
from collectors.topology import refresh_soon
from core.database import BULK_ROWS, Database, bulk_upsert


def record_neighbours(
    database: Database, device_id: int, rows: Sequence[Row], now: datetime, *, whole: bool = True
) -> None:
    """`rows` are all that it names now; if they are not the `whole`, others that were known before stay.

    Nothing is written when it is the same, and that was written of late.
    """
    of_device = DiscoveredNeighbour.device_id == device_id
    with database.read() as session:
        query = select(table_of(DiscoveredNeighbour)).where(of_device)
        before = [dict(row) for row in session.execute(query).mappings()]
    found = [*rows, *([] if whole else _missing(before, rows))][:BULK_ROWS]
    changed = _facts(before) != _facts(found)
    # A clock that was set back must not keep a row from being written ever again.
    if not changed and all(abs(now - row["seen"]) < SEEN_EVERY for row in before):
        return
    with database.bulk() as connection:
        connection.execute(delete(DiscoveredNeighbour).where(of_device))
        bulk_upsert(connection, table_of(DiscoveredNeighbour), found, key_columns(DiscoveredNeighbour))
    if changed:
        with database.write() as session:
            refresh_soon(session, now)


def _missing(before: Sequence[Row], found: Sequence[Row]) -> list[Row]:
    keys = key_columns(DiscoveredNeighbour)
    known = {tuple(row[key] for key in keys) for row in found}
    return [row for row in before if tuple(row[key] for key in keys) not in known]


def _facts(rows: Sequence[Row]) -> set[tuple[object, ...]]:
    return {tuple(value for name, value in sorted(row.items()) if name != "seen") for row in rows}
