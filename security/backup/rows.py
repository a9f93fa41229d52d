"""A row without its database: its values and its digest are the same on SQLite and on PostgreSQL."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Enum, Select, String, Table, collate, select, type_coerce

PAGE = 500
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def stored_rows(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """In the order of the primary key, texts compared byte by byte: the same on every database and in every locale."""
    statement = _in_order(table, connection.dialect.name).execution_options(yield_per=PAGE)
    for row in connection.execute(statement):
        yield tuple(row)


def _in_order(table: Table, dialect: str) -> Select[Any]:
    columns = [type_coerce(column, String) if isinstance(column.type, Enum) else column for column in table.columns]
    order: list[Any] = []
    for column in table.primary_key.columns:
        binary = dialect == "postgresql" and isinstance(column.type, String)
        order.append(collate(column, "C") if binary else column)
    return select(*columns).order_by(*order)


def encode(value: Any) -> Any:
    """As JSON; what JSON has no word for is an object of one letter."""
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).strftime(_MOMENT)}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, dict | list | tuple):
        return {"j": list(value) if isinstance(value, tuple) else value}
    return value


def decode(value: Any) -> Any:
    """Raises ValueError, TypeError, KeyError where it is not what `encode` makes."""
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "b":
        return base64.b64decode(inner, validate=True)
    if kind == "t":
        return datetime.strptime(inner, _MOMENT).replace(tzinfo=UTC)
    if kind == "d":
        return date.fromisoformat(inner)
    if kind == "j":
        return inner
    raise ValueError(kind)


class TableDigest:
    """SHA-256 over the rows' SHA-256, in order."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._whole = hashlib.sha256(_canonical(list(columns)))
        self.rows = 0

    def add(self, encoded: Sequence[Any]) -> None:
        self._whole.update(hashlib.sha256(_canonical(list(encoded))).digest())
        self.rows += 1

    @property
    def hex(self) -> str:
        return self._whole.hexdigest()


def digest_of(connection: Connection, table: Table) -> TableDigest:
    """Of what the database holds now."""
    digest = TableDigest([column.name for column in table.columns])
    for row in stored_rows(connection, table):
        digest.add([encode(value) for value in row])
    return digest


def _canonical(value: Any) -> bytes:
    settled = _settled(value)
    return json.dumps(settled, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _settled(value: Any) -> Any:
    """A whole number is the same whether a database hands it back with a point or without."""
    if isinstance(value, Mapping):
        return {key: _settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
