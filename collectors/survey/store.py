"""Writing what a survey found: what changed, and nothing else. Runs in the thread of the database."""

from collections.abc import Hashable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, or_, select

from collectors.store import key_columns, table_of
from collectors.survey.merge import KEPT, Changes, Row, merge
from collectors.survey.models import BindingState, ComponentState, InterfaceAddress, StationState
from core.database import BULK_ROWS, Database, bulk_upsert

# In pieces, because a statement may have so many parameters only.
DELETED_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Findings:
    """Rows without times; None for what was not asked for, or could not be read whole: it stays as it was known."""

    device_id: int
    stations: Sequence[Row] = ()
    bindings: Sequence[Row] = ()
    _: KW_ONLY
    addresses: Sequence[Row] | None = ()
    components: Sequence[Row] | None = None


def record(database: Database, findings: Findings, now: datetime) -> None:
    """A part or an own address that is gone is gone; a station may come back, and is kept for a while."""
    for model, rows, kept in (
        (StationState, findings.stations, KEPT),
        (BindingState, findings.bindings, KEPT),
        (InterfaceAddress, findings.addresses, timedelta(0)),
        (ComponentState, findings.components, timedelta(0)),
    ):
        if rows is not None:
            before = _before(database, model, findings.device_id)
            _write(database, model, merge(before, _by_key(model, rows), now, kept))


def _before(database: Database, model: type[Any], device_id: int) -> dict[Hashable, Row]:
    with database.read() as session:
        known = session.execute(select(table_of(model)).where(model.device_id == device_id)).mappings()
        return _by_key(model, [dict(row) for row in known])


def _by_key(model: type[Any], rows: Sequence[Row]) -> dict[Hashable, Row]:
    keys = key_columns(model)
    return {tuple(row[key] for key in keys): row for row in rows}


def _write(database: Database, model: type[Any], changes: Changes) -> None:
    for start in range(0, len(changes.rows), BULK_ROWS):
        with database.bulk() as connection:
            bulk_upsert(connection, table_of(model), changes.rows[start : start + BULK_ROWS], key_columns(model))
    for start in range(0, len(changes.gone), DELETED_AT_ONCE):
        with database.bulk() as connection:
            _delete(connection, model, changes.gone[start : start + DELETED_AT_ONCE])


def _delete(connection: Connection, model: type[Any], gone: Sequence[Any]) -> None:
    columns = [table_of(model).c[key] for key in key_columns(model)]
    same = [and_(*(column == value for column, value in zip(columns, key, strict=True))) for key in gone]
    connection.execute(delete(model).where(or_(*same)))
