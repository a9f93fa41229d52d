"""One device's IF-MIB as snmp_exporter's module `if_mib` shows it: the same names, labels and values.

Its columns are walked once, and asked for by name from then on, which costs device and poller a third; a restart, a
changed interface table or a vanished instance has them walked again within the same scrape. What differs from
snmp_exporter on purpose is in docs/metrics.md.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from collectors.metrics.exposition import FAMILIES, head, label_text, number, sample
from collectors.metrics.if_types import if_type_name
from collectors.snmp import Session
from collectors.snmp.interfaces import ALIAS, DESCR, IF_NUMBER, IF_TABLE, IF_TABLE_LAST_CHANGE, IF_X_TABLE, NAME
from collectors.snmp.known import KnownInstances
from collectors.snmp.reading import number as numeric
from collectors.snmp.reading import text
from collectors.snmp.session import SYS_UP_TIME
from collectors.snmp.walk import walk_table
from collectors.snmp.wire import Missing, Oid, Value

IN_TABLE: Final = {
    "ifIndex": 1,
    "ifType_info": 3,
    "ifMtu": 4,
    "ifSpeed": 5,
    "ifPhysAddress": 6,
    "ifAdminStatus": 7,
    "ifOperStatus": 8,
    "ifLastChange": 9,
    "ifInOctets": 10,
    "ifInUcastPkts": 11,
    "ifInNUcastPkts": 12,
    "ifInDiscards": 13,
    "ifInErrors": 14,
    "ifInUnknownProtos": 15,
    "ifOutOctets": 16,
    "ifOutUcastPkts": 17,
    "ifOutNUcastPkts": 18,
    "ifOutDiscards": 19,
    "ifOutErrors": 20,
    "ifOutQLen": 21,
}
IN_X_TABLE: Final = {
    "ifInMulticastPkts": 2,
    "ifInBroadcastPkts": 3,
    "ifOutMulticastPkts": 4,
    "ifOutBroadcastPkts": 5,
    "ifHCInOctets": 6,
    "ifHCInUcastPkts": 7,
    "ifHCInMulticastPkts": 8,
    "ifHCInBroadcastPkts": 9,
    "ifHCOutOctets": 10,
    "ifHCOutUcastPkts": 11,
    "ifHCOutMulticastPkts": 12,
    "ifHCOutBroadcastPkts": 13,
    "ifLinkUpDownTrapEnable": 14,
    "ifHighSpeed": 15,
    "ifPromiscuousMode": 16,
    "ifConnectorPresent": 17,
    "ifCounterDiscontinuityTime": 19,
}
SCALARS: Final = (SYS_UP_TIME, IF_NUMBER, IF_TABLE_LAST_CHANGE)
COLUMNS: Final[dict[str, Oid]] = {name: (*IF_TABLE, column) for name, column in IN_TABLE.items()} | {
    name: (*IF_X_TABLE, column) for name, column in IN_X_TABLE.items()
}
LABELS: Final = {"ifAlias": ALIAS, "ifDescr": DESCR, "ifName": NAME}
TABLE_COLUMNS: Final = sorted({(*IF_TABLE, column) for column in IN_TABLE.values()} | {DESCR})
X_TABLE_COLUMNS: Final = sorted({(*IF_X_TABLE, column) for column in IN_X_TABLE.values()} | {NAME, ALIAS})
MAC_OCTETS: Final = 6
HEADS: Final = {family.name: head(family) for family in FAMILIES}
COUNTERS: Final = frozenset(family.name for family in FAMILIES if family.kind == "counter")
# As snmp_exporter does: a double is exact below this, so that a rate stays exact when a counter is beyond.
EXACT: Final = 2**53
# An agent that announces no change of its table is asked for it anew after this time.
WALK_S: Final = 3600.0


@dataclass(frozen=True)
class Cells:
    """`columns[column][ifIndex]`."""

    scalars: Mapping[Oid, Value]
    columns: Mapping[Oid, Mapping[int, Value]]

    @property
    def count(self) -> int:
        return len(self.scalars) + sum(len(rows) for rows in self.columns.values())


class IfMib:
    """Of one device; remembers which instances it has."""

    def __init__(self) -> None:
        self._indexes: dict[Oid, list[int]] = {}
        self._known: KnownInstances | None = None
        self._walked_at = 0.0
        self._scalars: Mapping[Oid, Value] = {}

    async def read(self, session: Session) -> Cells:
        """Raises SnmpError when the device does not answer, or nothing can be read of its tables."""
        cells = await self._asked(session) if self._known else None
        if cells is None:
            cells = await self._walked(session)
        self._scalars = cells.scalars
        return cells

    async def _asked(self, session: Session) -> Cells | None:
        """None when the instances are no longer what they were."""
        if self._known is None or time.monotonic() - self._walked_at > WALK_S:
            return None
        names = len(self._known)
        values = await session.get_known(self._known)
        if len(values) < names or any(isinstance(value, Missing) for value in values[len(SCALARS) :]):
            return None
        scalars = dict(zip(SCALARS, values, strict=False))
        columns, place = {}, len(SCALARS)
        for column, indexes in self._indexes.items():
            columns[column] = dict(zip(indexes, values[place : place + len(indexes)], strict=True))
            place += len(indexes)
        return Cells(scalars, columns) if _same_table(self._scalars, scalars) else None

    async def _walked(self, session: Session) -> Cells:
        scalars = {varbind.oid: varbind.value for varbind in await session.get(SCALARS)}
        tables = [await walk_table(session, columns) for columns in (TABLE_COLUMNS, X_TABLE_COLUMNS)]
        columns = {
            column: {index[0]: varbind.value for index, varbind in rows.items() if len(index) == 1}
            for table in tables
            for column, rows in table.columns.items()
        }
        for fault in (fault for table in tables for fault in table.faults):
            if not any(columns.values()):
                raise fault
        self._indexes = {column: list(rows) for column, rows in columns.items()}
        names = [(*column, index) for column, indexes in self._indexes.items() for index in indexes]
        self._known, self._walked_at = KnownInstances([*SCALARS, *names]), time.monotonic()
        return Cells(scalars, columns)


def _same_table(before: Mapping[Oid, Value], now: Mapping[Oid, Value]) -> bool:
    ticks, ticks_before = now[SYS_UP_TIME], before.get(SYS_UP_TIME)
    went_on = not isinstance(ticks, int) or not isinstance(ticks_before, int) or ticks >= ticks_before
    return went_on and all(now[oid] == before.get(oid) for oid in (IF_NUMBER, IF_TABLE_LAST_CHANGE))


def render(cells: Cells) -> Iterator[bytes]:
    """A family at a time, in the order of their names."""
    indexes = sorted({index for rows in cells.columns.values() for index in rows})
    labels = {index: _labels(cells, index) for index in indexes}
    lines = {name: _lines(name, cells.columns.get(column, {}), labels) for name, column in COLUMNS.items()}
    lines |= {"sysUpTime": _scalar("sysUpTime", cells, SYS_UP_TIME), "ifNumber": _scalar("ifNumber", cells, IF_NUMBER)}
    for name in sorted(lines):
        if lines[name]:
            yield HEADS[name] + lines[name]


def _labels(cells: Cells, index: int) -> str:
    """Without the closing brace, for what comes after."""
    texts = {name: text(cells.columns.get(column, {}).get(index)) for name, column in LABELS.items()}
    return label_text(dict(sorted((texts | {"ifIndex": str(index)}).items())))[:-1]


def _scalar(name: str, cells: Cells, oid: Oid) -> bytes:
    value = numeric(cells.scalars.get(oid))
    return b"" if value is None else sample(name, "", value)


def _lines(name: str, rows: Mapping[int, Value], labels: Mapping[int, str]) -> bytes:
    if name == "ifPhysAddress":
        return "".join([f'{name}{labels[i]},ifPhysAddress="{mac(value)}"}} 1\n' for i, value in rows.items()]).encode()
    numbers = {i: value if isinstance(value, int) else numeric(value) for i, value in rows.items()}
    known = {i: value for i, value in numbers.items() if value is not None}
    if name == "ifType_info":
        types = {i: if_type_name(int(value)) for i, value in known.items()}
        return "".join([f'{name}{labels[i]},ifType="{word}"}} 1\n' for i, word in types.items()]).encode()
    if name in COUNTERS:
        known = {i: value % EXACT for i, value in known.items()}
    return "".join([f"{name}{labels[i]}}} {number(value)}\n" for i, value in known.items()]).encode()


def mac(value: Value) -> str:
    """As snmp_exporter writes a PhysAddress: six octets, whatever the agent gave."""
    octets = value if isinstance(value, bytes) else b""
    return octets[:MAC_OCTETS].ljust(MAC_OCTETS, b"\0").hex(":").upper()
