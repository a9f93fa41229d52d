"""Rows on their way to the database: the latest of each key, and only what differs from what was written.

Lives in the event loop; `take` hands a batch to the thread that writes.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final

from collectors.store import Row, key_columns
from core.database import Base

# When it was written is no reason to write it.
NO_CHANGE: Final = "updated"

Batch = dict[type[Base], list[Row]]
_Key = tuple[Hashable, ...]


class Pending:
    def __init__(self) -> None:
        self._written: dict[type[Base], dict[_Key, Row]] = {}
        self._waiting: dict[type[Base], dict[_Key, Row]] = {}
        self._keys: dict[type[Base], tuple[str, ...]] = {}

    def put(self, model: type[Base], row: Row, *, even_if_same: bool = False) -> None:
        key = self._key(model, row)
        if not even_if_same and same(self._written.get(model, {}).get(key), row):
            self._waiting.get(model, {}).pop(key, None)
        else:
            self._waiting.setdefault(model, {})[key] = row

    def done(self, model: type[Base], row: Row) -> None:
        """The row takes another way to the database: nothing older may follow it."""
        key = self._key(model, row)
        self._waiting.get(model, {}).pop(key, None)
        self._written.setdefault(model, {})[key] = row

    def take(self) -> Batch:
        batch = {model: list(rows.values()) for model, rows in self._waiting.items() if rows}
        for model, rows in self._waiting.items():
            self._written.setdefault(model, {}).update(rows)
        self._waiting.clear()
        return batch

    def failed(self, batch: Batch) -> None:
        """Written it was not: the next poll's row is to be written even when it is the same."""
        for model, rows in batch.items():
            for row in rows:
                self._written.get(model, {}).pop(self._key(model, row), None)

    def forget(self, model: type[Base], column: str, values: Iterable[Hashable]) -> None:
        """What was deleted is neither written nor waiting."""
        gone = set(values)
        for rows in (self._written.get(model, {}), self._waiting.get(model, {})):
            for key in [key for key, row in rows.items() if row[column] in gone]:
                del rows[key]

    def _key(self, model: type[Base], row: Row) -> _Key:
        columns = self._keys.get(model)
        if columns is None:
            columns = self._keys[model] = key_columns(model)
        return tuple(row[column] for column in columns)


def same(one: Mapping[str, object] | None, other: Mapping[str, object]) -> bool:
    return one is not None and all(one[name] == value for name, value in other.items() if name != NO_CHANGE)
