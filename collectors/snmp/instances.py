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
from collectors.snmp.reading import number, text
from collectors.snmp.references import Reference
from collectors.snmp.schema import PLAUSIBLE, UNITS, MempoolEntry, ProcessorEntry, SensorEntry, StorageEntry
from collectors.snmp.wire import Oid, Value

Fact = Processor | Mempool | Sensor | Storage

PERCENT: Final = 100
# ENTITY-SENSOR-MIB EntitySensorDataScale (RFC 3433): 9 is units, each step a thousandfold.
UNITS_SCALE: Final = 9
ENDLESS: Final = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Instance:
    """`read` takes the values of `oids`, in order; None when they are no reading (absent, or marked as not real)."""

    oids: tuple[Oid, ...]
    read: Callable[[Sequence[Value]], Fact | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that an entry was found in. `rule` says which entry of which profile that was."""

    index: Oid
    known: Mapping[Oid, Value]
    key: str
    name: str
    rule: str

    def at(self, reference: Reference) -> Oid:
        return reference.at(self.index)

    def cell(self, reference: Reference) -> Value:
        return self.known.get(self.at(reference))


def processor(entry: ProcessorEntry, row: Row) -> Instance:
    def read(values: Sequence[Value]) -> Processor | None:
        usage = number(_part(values[0], entry.pattern))
        if usage is None or not 0 <= usage / entry.divisor <= PERCENT:
            return None
        percent = usage / entry.divisor
        return Processor(row.key, row.name, PERCENT - percent if entry.idle else percent, row.rule)

    return Instance((row.at(entry.usage),), read)


def mempool(entry: MempoolEntry, row: Row) -> Instance:
    """Asks for all that the entry names; what is absent is worked out from the rest."""
    unit = _amount(entry.unit, row)
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
        if not amounts.total or amounts.used is None:
            return Mempool(row.key, row.name, entry.kind, amounts.percent, rule=row.rule)
        total, used = int(amounts.total * unit), int(amounts.used * unit)
        return Mempool(row.key, row.name, entry.kind, amounts.percent, total, used, row.rule)

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
    unit = _amount(entry.unit, row)
    other = entry.used if entry.used is not None else entry.free
    oids = (row.at(entry.size),) if other is None else (row.at(entry.size), row.at(other))

    def read(values: Sequence[Value]) -> Storage | None:
        size, amount = number(values[0]), number(values[-1])
        if not size or amount is None:
            return None
        used = amount if entry.used is not None else size - amount
        return Storage(row.key, row.name, int(size * unit), int(used * unit), row.rule)

    return Instance(oids, read)


def sensor(entry: SensorEntry, row: Row) -> Instance | None:
    """None where the column of kinds says that this row is none of them."""
    kind = _kind(entry, row)
    if kind is None:
        return None
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
            return Sensor(row.key, row.name, kind, raw, "", word, severity, row.rule)
        value = _converted(raw * factor / per, entry.convert)
        if value is None or not low <= value <= high:
            return None
        return Sensor(row.key, row.name, kind, value, UNITS[kind], rule=row.rule)

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
        factor *= 1000.0 ** ((number(row.cell(entry.scale)) or UNITS_SCALE) - UNITS_SCALE)
    if entry.precision is not None:
        factor /= 10.0 ** (number(row.cell(entry.precision)) or 0)
    return factor


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
