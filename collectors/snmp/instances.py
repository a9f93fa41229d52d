"""Profile entries applied to what a device has: which objects to read, and what their values mean.

Finding is done once, at discovery; reading at every poll. So an `Instance` keeps the objects whose values change and
everything that does not (names, scales, units) already in hand.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from collectors.snmp.facts import Mempool, Processor, Sensor, Storage
from collectors.snmp.reading import number
from collectors.snmp.schema import UNITS, MempoolEntry, ProcessorEntry, SensorEntry, StorageEntry
from collectors.snmp.wire import Oid, Value

Fact = Processor | Mempool | Sensor | Storage
Static = Callable[[Oid], Value]

PERCENT: Final = 100
# ENTITY-SENSOR-MIB EntitySensorDataScale (RFC 3433): 9 is units, each step a thousandfold.
UNITS_SCALE: Final = 9


@dataclass(frozen=True, slots=True)
class Instance:
    """`read` takes the values of `oids`, in order; None when they are no reading (absent, or marked as not real)."""

    oids: tuple[Oid, ...]
    read: Callable[[Sequence[Value]], Fact | None]


def processor(entry: ProcessorEntry, key: str, name: str, at: Callable[[Oid], Oid]) -> Instance:
    def read(values: Sequence[Value]) -> Processor | None:
        usage = number(values[0])
        if usage is None or not 0 <= usage / entry.divisor <= PERCENT:
            return None
        percent = usage / entry.divisor
        return Processor(key, name, PERCENT - percent if entry.idle else percent)

    return Instance((at(entry.usage),), read)


def mempool(entry: MempoolEntry, key: str, name: str, at: Callable[[Oid], Oid], static: Static) -> Instance:
    """Asks for all that the entry names; what is absent is worked out from the rest."""
    unit = _unit(entry.unit, static)
    named = [entry.percent, entry.used, entry.total, *entry.free, *entry.minus]
    places = {oid: place for place, oid in enumerate(dict.fromkeys(oid for oid in named if oid is not None))}

    def read(values: Sequence[Value]) -> Mempool | None:
        def cell(oid: Oid | None) -> float | None:
            return None if oid is None else number(values[places[oid]])

        amounts = _amounts(entry, cell)
        if amounts.percent is None or not 0 <= amounts.percent <= PERCENT:
            return None
        if not amounts.total or amounts.used is None:
            return Mempool(key, name, entry.kind, amounts.percent)
        return Mempool(key, name, entry.kind, amounts.percent, int(amounts.total * unit), int(amounts.used * unit))

    return Instance(tuple(at(oid) for oid in places), read)


class _Amounts(NamedTuple):
    percent: float | None
    used: float | None
    total: float | None


def _amounts(entry: MempoolEntry, cell: Callable[[Oid | None], float | None]) -> _Amounts:
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


def _sum(oids: Sequence[Oid], cell: Callable[[Oid | None], float | None]) -> float | None:
    """Of what is there; None when not even the first is."""
    found = [cell(oid) for oid in oids]
    return sum(each for each in found if each is not None) if found and found[0] is not None else None


def storage(entry: StorageEntry, key: str, name: str, at: Callable[[Oid], Oid], static: Static) -> Instance:
    unit = _unit(entry.unit, static)

    other = entry.used if entry.used is not None else entry.free
    oids = (at(entry.size),) if other is None else (at(entry.size), at(other))

    def read(values: Sequence[Value]) -> Storage | None:
        size, amount = number(values[0]), number(values[-1])
        if not size or amount is None:
            return None
        used = amount if entry.used is not None else size - amount
        return Storage(key, name, int(size * unit), int(used * unit))

    return Instance(oids, read)


def sensor(entry: SensorEntry, key: str, name: str, at: Callable[[Oid], Oid], static: Static) -> Instance:
    factor, per = entry.multiplier * _entity_factor(entry, static), entry.divisor
    least = -math.inf if entry.least is None else entry.least
    most = math.inf if entry.most is None else entry.most

    def read(values: Sequence[Value]) -> Sensor | None:
        raw = number(values[0])
        if raw is None or raw in entry.invalid or not least <= raw <= most:
            return None
        if entry.states:
            word, severity = entry.states.get(int(raw), (None, None))
            return Sensor(key, name, entry.kind, raw, "", word, severity)
        value = _converted(raw * factor / per, entry.convert)
        return None if value is None else Sensor(key, name, entry.kind, value, UNITS[entry.kind])

    return Instance((at(entry.value),), read)


def _entity_factor(entry: SensorEntry, static: Static) -> float:
    factor: float = 1
    if entry.scale is not None:
        factor *= 1000.0 ** ((number(static(entry.scale)) or UNITS_SCALE) - UNITS_SCALE)
    if entry.precision is not None:
        factor /= 10.0 ** (number(static(entry.precision)) or 0)
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


def _unit(unit: int | Oid, static: Static) -> float:
    return unit if isinstance(unit, int) else number(static(unit)) or 0
