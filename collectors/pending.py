"""Rows on their way to the database: the latest of each key, and only what differs from what was written.

Lives in the event loop; `take` hands a batch to the thread that writes.
"""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from typing import Final

from collectors.models import PortState
from collectors.store import NO_TRAFFIC, PortTraffic, Row, Traffic, key_columns
from core.database import Base

# When it was written is no reason to write it.
NO_CHANGE: Final = "updated"

Batch = dict[type[Base], list[Row]]
_Key = tuple[Hashable, ...]


class Pending:
    def __init__(self) -> None:
        self._written: dict[type[Base], dict[_Key, Row]] = {}
        self._waiting: dict[type[Base], dict[_Key, Row]] = {}
        self._always: dict[type[Base], dict[_Key, Row]] = {}
        self._traffic: dict[int, PortTraffic] = {}
        self._keys: dict[type[Base], tuple[str, ...]] = {}

    def put(self, model: type[Base], row: Row, *, even_if_same: bool = False) -> None:
        """What is written even if it is the same is not remembered either."""
        key = self._key(model, row)
        if even_if_same:
            self._always.setdefault(model, {})[key] = row
        elif same(self._written.get(model, {}).get(key), row):
            self._waiting.get(model, {}).pop(key, None)
        else:
            self._waiting.setdefault(model, {})[key] = row

    def put_port(self, row: Row) -> None:
        """The whole row of a port; the traffic that waits is older."""
        self._traffic.pop(row["port_id"], None)
        self.put(PortState, row, even_if_same=True)

    def put_traffic(self, traffic: Mapping[int, Traffic], moment: datetime) -> None:
        """By port id."""
        self._traffic.update({port: (values, moment) for port, values in traffic.items()})

    def done(self, model: type[Base], row: Row) -> None:
        """The row takes another way to the database: nothing older may follow it."""
        key = self._key(model, row)
        for rows in (self._waiting, self._always):
            rows.get(model, {}).pop(key, None)
        self._written.setdefault(model, {})[key] = row

    def take(self) -> Batch:
        batch: Batch = {}
        for waiting in (self._waiting, self._always):
            for model, rows in waiting.items():
                if rows:
                    batch.setdefault(model, []).extend(rows.values())
        for model, rows in self._waiting.items():
            self._written.setdefault(model, {}).update(rows)
        self._waiting.clear()
        self._always.clear()
        return batch

    def take_traffic(self) -> dict[int, PortTraffic]:
        """Written after the rows of `take`, because a port's row comes first."""
        traffic, self._traffic = self._traffic, {}
        return traffic

    def failed(self, batch: Batch, traffic: Mapping[int, PortTraffic] = NO_TRAFFIC) -> None:
        """Written it was not: what is compared is written at the next poll even when it is the same, the rest waits."""
        for model, rows in batch.items():
            for row in rows:
                key = self._key(model, row)
                if self._written.get(model, {}).pop(key, None) is None:
                    self._always.setdefault(model, {}).setdefault(key, row)
        self._traffic = {**traffic, **self._traffic}

    def forget(self, model: type[Base], column: str, values: Iterable[Hashable]) -> None:
        """What was deleted is neither written nor waiting."""
        gone = set(values)
        for rows in (found.get(model, {}) for found in (self._written, self._waiting, self._always)):
            for key in [key for key, row in rows.items() if row[column] in gone]:
                del rows[key]

    def _key(self, model: type[Base], row: Row) -> _Key:
        columns = self._keys.get(model)
        if columns is None:
            columns = self._keys[model] = key_columns(model)
        return tuple(row[column] for column in columns)


def same(one: Mapping[str, object] | None, other: Mapping[str, object]) -> bool:
    return one is not None and all(one[name] == value for name, value in other.items() if name != NO_CHANGE)
