"""The poller's hands on the database. Every function is short, synchronous and called from one thread of its own.

What the next poll brings again goes through the bulk door, two thousand rows a transaction at most. What no poll
brings again (outages, and the change of state that they belong to) goes through the durable door.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Table, delete, inspect, or_, select, update
from sqlalchemy.orm import Session

from collectors.models import (
    DeviceState,
    DiscoveredNeighbour,
    LineState,
    OutageRecord,
    PollerRun,
    PollerStatus,
    PortState,
    SensorState,
    SubjectKind,
)
from collectors.survey.models import BindingState, ComponentState, InterfaceAddress, StationState
from core.database import BULK_ROWS, Base, Database, bulk_update, bulk_upsert
from inventory.ports import ensure_ports

Row = dict[str, Any]
# The columns of a port's row that every poll changes, apart from the moment of writing.
TRAFFIC: Final = ("in_bps", "out_bps", "in_errors", "out_errors", "in_discards", "out_discards")
Traffic = tuple[float | None, ...]
PortTraffic = tuple[Traffic, datetime]  # with the moment of the poll
NO_TRAFFIC: Final[Mapping[int, PortTraffic]] = {}
Item = TypeVar("Item")


@dataclass(frozen=True)
class Known:
    """What an earlier poller left."""

    devices: Mapping[int, DeviceState]
    ports: Mapping[int, Sequence[PortState]]  # by device
    lines: Mapping[int, LineState]
    open: frozenset["OutageKey"]  # records of outages that have not ended


class OutageKey(NamedTuple):
    """A subject has one open record of each state at most."""

    kind: SubjectKind
    subject_id: int
    state: str


@dataclass(frozen=True)
class Outage:
    """One that begins or, with `over`, ends at `moment`; `at` is the same moment in monotonic seconds."""

    kind: SubjectKind
    subject_id: int
    subject_name: str
    state: str
    moment: datetime
    at: float
    cause: str | None
    in_maintenance: bool
    over: bool

    @property
    def key(self) -> OutageKey:
        return OutageKey(self.kind, self.subject_id, self.state)


Change = tuple[type[Base], Row, Iterable[Outage]]


def table_of(model: type[Base]) -> Table:
    table = inspect(model).local_table
    if not isinstance(table, Table):
        raise TypeError(model)
    return table


def key_columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(model).primary_key.columns)


# What is forgotten with a device.
OF_DEVICES: Final = (
    DeviceState,
    PortState,
    SensorState,
    DiscoveredNeighbour,
    StationState,
    BindingState,
    InterfaceAddress,
    ComponentState,
)


class Store:
    def __init__(self, database: Database) -> None:
        self.database = database

    def load(self) -> Known:
        with self.database.read() as session:
            ports: dict[int, list[PortState]] = {}
            for port in session.scalars(select(PortState)):
                ports.setdefault(port.device_id, []).append(port)
            open_outages = select(OutageRecord).where(OutageRecord.ended.is_(None))
            return Known(
                {state.device_id: state for state in session.scalars(select(DeviceState))},
                ports,
                {state.line_id: state for state in session.scalars(select(LineState))},
                frozenset(_key(record) for record in session.scalars(open_outages)),
            )

    def save(self, batch: Mapping[type[Base], Sequence[Row]], traffic: Mapping[int, PortTraffic] = NO_TRAFFIC) -> None:
        """`traffic` by port id; of ports whose rows are there. As few transactions as their size allows."""
        writes = [
            (len(some), partial(bulk_upsert, table=table_of(model), rows=some, keys=key_columns(model)))
            for model, rows in batch.items()
            for some in pieces(rows, BULK_ROWS)
        ]
        updates = [(*values, moment, port) for port, (values, moment) in traffic.items()]
        columns = (*TRAFFIC, "updated")
        writes += [
            (len(some), partial(bulk_update, table=table_of(PortState), columns=columns, key="port_id", rows=some))
            for some in pieces(updates, BULK_ROWS)
        ]
        for group in groups(writes, BULK_ROWS):
            with self.database.bulk() as connection:
                for write in group:
                    write(connection)

    def change(self, model: type[Base], row: Row, outages: Iterable[Outage]) -> None:
        """A new state and what it means for the record of outages, together or not at all."""
        self.changes([(model, row, outages)])

    def changes(self, changes: Sequence[Change]) -> None:
        """Several in their order, in one transaction: a core switch that fails takes three hundred lines with it."""
        with self.database.write() as session:
            for model, row, outages in changes:
                bulk_upsert(session.connection(), table_of(model), [row], key_columns(model))
                for outage in outages:
                    if outage.over:
                        of_state = OutageRecord.state == outage.state
                        _close(_open(session, outage.kind, [outage.subject_id], of_state), outage.moment)
                    else:
                        _begin(session, outage)
            session.execute(update(PollerStatus).values(changes=PollerStatus.changes + len(changes)))

    def keep_path(self, key: OutageKey, facts: Row) -> None:
        """With the latest outage of that kind."""
        wanted = (
            select(OutageRecord)
            .where(
                OutageRecord.subject_kind == key.kind,
                OutageRecord.subject_id == key.subject_id,
                OutageRecord.state == key.state,
            )
            .order_by(OutageRecord.id.desc())
            .limit(1)
        )
        with self.database.write() as session:
            if record := session.scalar(wanted):
                record.path = facts

    def move(self, beginnings: Mapping[OutageKey, datetime], now: datetime) -> None:
        """After the clock was set back: open outages began as long ago as they did, and none in the future."""
        with self.database.write() as session:
            for record in session.scalars(select(OutageRecord).where(OutageRecord.ended.is_(None))):
                record.began = min(beginnings.get(_key(record), record.began), now)

    def ports(self, device_id: int, names: Iterable[str], aliases: Mapping[str, str]) -> dict[str, int]:
        with self.database.write() as session:
            return ensure_ports(session, device_id, names, aliases)

    def rediscovered(self, device_id: int, ports: Iterable[int]) -> None:
        """Forget what the device no longer has; its sensors come again with the next poll."""
        with self.database.bulk() as connection:
            connection.execute(delete(SensorState).where(SensorState.device_id == device_id))
            gone = select(PortState.port_id).where(PortState.device_id == device_id)
            kept = set(ports)
            for piece in pieces([port for port in connection.scalars(gone) if port not in kept], 500):
                connection.execute(delete(PortState).where(PortState.port_id.in_(piece)))

    def forget(self, devices: Iterable[int], lines: Iterable[int], now: datetime) -> None:
        """The rows of what is watched no more; an outage that was open ends with the watching."""
        with self.database.write() as session:
            for piece in pieces(list(devices), 500):
                for model in OF_DEVICES:
                    session.execute(delete(model).where(table_of(model).c.device_id.in_(piece)))
                _close(_open(session, SubjectKind.DEVICE, piece), now)
            for piece in pieces(list(lines), 500):
                session.execute(delete(LineState).where(LineState.line_id.in_(piece)))
                _close(_open(session, SubjectKind.LINE, piece), now)

    def beat(self, row: Row) -> None:
        with self.database.bulk() as connection:
            bulk_upsert(connection, table_of(PollerStatus), [row], key_columns(PollerStatus))

    def attend(self, began: datetime, seen: datetime) -> None:
        """The run that began then goes on until now."""
        with self.database.bulk() as connection:
            bulk_upsert(connection, table_of(PollerRun), [{"began": began, "seen": seen}], key_columns(PollerRun))


def _begin(session: Session, outage: Outage) -> None:
    """Unless it is open already, or was written by a transaction whose end nobody was left to hear of."""
    already = select(OutageRecord.id).where(
        OutageRecord.subject_kind == outage.kind,
        OutageRecord.subject_id == outage.subject_id,
        OutageRecord.state == outage.state,
        or_(OutageRecord.ended.is_(None), OutageRecord.began == outage.moment),
    )
    if session.scalars(already).first() is not None:
        return
    session.add(
        OutageRecord(
            subject_kind=outage.kind,
            subject_id=outage.subject_id,
            subject_name=outage.subject_name,
            state=outage.state,
            began=outage.moment,
            cause=outage.cause,
            in_maintenance=outage.in_maintenance,
        )
    )


def _open(
    session: Session, kind: SubjectKind, subjects: Sequence[int], *where: ColumnElement[bool]
) -> Sequence[OutageRecord]:
    wanted = select(OutageRecord).where(
        OutageRecord.subject_kind == kind, OutageRecord.subject_id.in_(subjects), OutageRecord.ended.is_(None), *where
    )
    return session.scalars(wanted).all()


def _close(records: Iterable[OutageRecord], moment: datetime) -> None:
    """Never before it began, whatever the clock says."""
    for record in records:
        record.ended = max(record.began, moment)


def _key(record: OutageRecord) -> OutageKey:
    return OutageKey(record.subject_kind, record.subject_id, record.state)


def pieces(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def groups(sized: Iterable[tuple[int, Item]], most: int) -> Iterator[list[Item]]:
    """Items together as long as their sizes sum up to `most` at most."""
    group: list[Item] = []
    total = 0
    for size, item in sized:
        if group and total + size > most:
            yield group
            group, total = [], 0
        group.append(item)
        total += size
    if group:
        yield group
