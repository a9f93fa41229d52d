"""Profile entries applied to what a device has: which objects to read, and what their values mean.

Finding is done once, at discovery; reading at every poll. So an `Instance` keeps the objects whose values change and
everything that does not (names, scales, units) already in hand.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from collectors.snmp.facts import Mempool, Processor, Sensor, Severity, Storage
from collectors.snmp.reading import number, text, whole
from collectors.snmp.references import Reference
from collectors.snmp.schema import PLAUSIBLE, UNITS, MempoolEntry, ProcessorEntry, SensorEntry, StorageEntry
from collectors.snmp.wire import Oid, Value

Fact = Processor | Mempool | Sensor | Storage

PERCENT: Final = 100
# ENTITY-SENSOR-MIB EntitySensorDataScale (RFC 3433): 9 is units, each step a thousandfold.
UNITS_SCALE: Final = 9
SCALES: Final = range(1, 18)
PRECISIONS: Final = range(-8, 10)
INTEGER_32: Final = 1 << 32
ENDLESS: Final = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Instance:
    """`read` takes the values of `oids`, in order; None when they are no reading (absent, or marked as not real)."""

    oids: tuple[Oid, ...]
    read: Callable[[Sequence[Value]], Fact | None]


class Told(NamedTuple):
    """What a fact says of itself; `rule` is the entry of the profile that it was found by."""

    key: str
    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row that an entry was found in. Instances keep `told` of it and not `known`, which is all that was walked."""

    index: Oid
    known: Mapping[Oid, Value]
    told: Told

    def at(self, reference: Reference) -> Oid:
        return reference.at(self.index)

    def cell(self, reference: Reference) -> Value:
        return self.known.get(self.at(reference))


def processor(entry: ProcessorEntry, row: Row) -> Instance:
    told = row.told

    def read(values: Sequence[Value]) -> Processor | None:
        usage = number(_part(values[0], entry.pattern))
        if usage is None or not 0 <= usage / entry.divisor <= PERCENT:
            return None
        percent = usage / entry.divisor
        return Processor(told.key, told.name, PERCENT - percent if entry.idle else percent, told.rule)

    return Instance((row.at(entry.usage),), read)


def mempool(entry: MempoolEntry, row: Row) -> Instance:
    """Asks for all that the entry names; what is absent is worked out from the rest."""
    told, unit = row.told, _amount(entry.unit, row)
    named = [entry.percent, entry.used, entry.total, *entry.free, *entry.minus]
    places = {each: place for place, each in enumerate(dict.fromkeys(each for each in named if each is not None))}

    def read(values: Sequence[Value]) -> Mempool | None:
        def cell(reference: Reference | None) -> float | None:
            return None if reference is None else number(_read(reference))

        def _read(reference: Reference) -> Value:
            value = values[places[reference]]
            return _part(value, entry.pattern) if reference == entry.percent else value

        amounts = _amounts(entry, cell)
        if amounts.percent is None or not 0 <= amounts.percent <= PERCENT:
            return None
        if not amounts.total or amounts.used is None or not unit:
            return Mempool(told.key, told.name, entry.kind, amounts.percent, rule=told.rule)
        total, used = int(amounts.total * unit), int(amounts.used * unit)
        return Mempool(told.key, told.name, entry.kind, amounts.percent, total, used, told.rule)

    return Instance(tuple(row.at(each) for each in places), read)


class _Amounts(NamedTuple):
    percent: float | None
    used: float | None
    total: float | None


def _amounts(entry: MempoolEntry, cell: Callable[[Reference | None], float | None]) -> _Amounts:
    percent, used, total, free = cell(entry.percent), cell(entry.used), cell(entry.total), _sum(entry.free, cell)
    if percent is not None:
        percent = PERCENT - percent / entry.divisor if entry.idle else percent / entry.divisor
    if used is not None:
        used -= _sum(entry.minus, cell) or 0
    if total is None and used is not None and free is not None:
        total = used + free
    if used is None and total is not None:
        used = total - free if free is not None else None if percent is None else total * percent / PERCENT
    if percent is None and used is not None and total:
        percent = used / total * PERCENT
    return _Amounts(percent, used, total)


def _sum(parts: Sequence[Reference], cell: Callable[[Reference | None], float | None]) -> float | None:
    """Of what is there; None when not even the first is."""
    found = [cell(each) for each in parts]
    return sum(each for each in found if each is not None) if found and found[0] is not None else None


def storage(entry: StorageEntry, row: Row) -> Instance:
    told, unit = row.told, _amount(entry.unit, row)
    other = entry.used if entry.used is not None else entry.free
    oids = (row.at(entry.size),) if other is None else (row.at(entry.size), row.at(other))

    def read(values: Sequence[Value]) -> Storage | None:
        size, amount = _unsigned(values[0]), _unsigned(values[-1])
        if size is None or amount is None or int(size * unit) <= 0:
            return None
        used = amount if entry.used is not None else size - amount
        return Storage(told.key, told.name, int(size * unit), int(used * unit), told.rule)

    return Instance(oids, read)


def _unsigned(value: Value) -> float | None:
    """Disks of more than 2,147,483,647 blocks overflow hrStorageSize's Integer32."""
    found = number(value)
    return found + INTEGER_32 if found is not None and -INTEGER_32 // 2 <= found < 0 else found


def sensor(entry: SensorEntry, row: Row) -> Instance | None:
    """None where the column of kinds says that this row is none of them."""
    kind = _kind(entry, row)
    if kind is None:
        return None
    told = row.told
    factor, per = entry.multiplier * _entity_factor(entry, row), _amount(entry.divisor, row) or 1
    least = -math.inf if entry.least is None else entry.least
    most = math.inf if entry.most is None else entry.most
    low, high = PLAUSIBLE.get(kind, ENDLESS)

    def read(values: Sequence[Value]) -> Sensor | None:
        said = _part(values[0], entry.pattern)
        raw = _place(entry, said) if entry.states else number(said)
        if raw is None or raw in entry.invalid or not least <= raw <= most:
            return None
        if entry.states:
            word, severity = _meaning(entry, raw, said)
            return Sensor(told.key, told.name, kind, raw, "", word, severity, told.rule)
        value = _converted(raw * factor / per, entry.convert)
        if value is None or not low <= value <= high:
            return None
        return Sensor(told.key, told.name, kind, value, UNITS[kind], rule=told.rule)

    return Instance((row.at(entry.value),), read)


def _place(entry: SensorEntry, said: Value) -> float | None:
    """A state's number; of a text, its place in the map of states."""
    worded = text(said).casefold()
    if worded in entry.states and not worded.lstrip("-").isdigit():
        return list(entry.states).index(worded) + 1
    return number(said)


def _meaning(entry: SensorEntry, raw: float, said: Value) -> tuple[str | None, Severity | None]:
    return entry.states.get(text(said).casefold()) or entry.states.get(str(int(raw))) or (None, None)


def _kind(entry: SensorEntry, row: Row) -> str | None:
    if entry.kind_by is None:
        return entry.kind
    said = number(row.cell(entry.kind_by))
    return None if said is None else entry.kinds.get(int(said))


def _part(value: Value, pattern: str | None) -> Value:
    if pattern is None:
        return value
    found = re.search(pattern, text(value))
    return found.group(found.lastindex or 0).encode() if found else None


def _entity_factor(entry: SensorEntry, row: Row) -> float:
    factor: float = 1
    if entry.scale is not None:
        factor *= 1000.0 ** (_within(SCALES, row.cell(entry.scale), UNITS_SCALE) - UNITS_SCALE)
    if entry.precision is not None:
        factor /= 10.0 ** _within(PRECISIONS, row.cell(entry.precision), 0)
    return factor


def _within(known: range, value: Value, otherwise: int) -> int:
    found = whole(value)
    return otherwise if found is None or found not in known else found


def _converted(value: float, how: str | None) -> float | None:
    match how:
        case None:
            return value
        case "fahrenheit":
            return (value - 32) * 5 / 9
        case "kelvin":
            return value - 273.15
        case "milliwatt_to_dbm":
            return 10 * math.log10(value) if value > 0 else None
        case _:
            return 10 * math.log10(value / 1000) if value > 0 else None


def _amount(amount: float | Reference, row: Row) -> float:
    return (number(row.cell(amount)) or 0) if isinstance(amount, Reference) else amount
