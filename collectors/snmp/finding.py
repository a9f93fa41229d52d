"""Which of a profile's entries a device has, and under what names.

all columns and single objects of the profile and of those it extends
    --one walk, one get--> rows
    --names, conditions and units of those rows by GET--> instances
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from collectors.snmp import instances
from collectors.snmp.errors import SnmpError
from collectors.snmp.instances import Instance
from collectors.snmp.present import get_present
from collectors.snmp.reading import number, text
from collectors.snmp.schema import (
    Condition,
    Entry,
    MempoolEntry,
    ProcessorEntry,
    Profile,
    SensorEntry,
    StorageEntry,
    is_instance,
)
from collectors.snmp.session import Session
from collectors.snmp.walk import walk_table
from collectors.snmp.wire import Oid, Value, dotted

Cells = dict[Oid, Value]
Rows = dict[Oid, list[Oid]]
SECTIONS: Final = ("processors", "mempools", "sensors", "storage")


@dataclass(frozen=True, slots=True)
class Found:
    """Instances by section; for a poll they are read again and again."""

    sections: Mapping[str, tuple[Instance, ...]] = field(default_factory=dict)
    faults: tuple[SnmpError, ...] = ()


async def find(session: Session, chain: Sequence[Profile]) -> Found:
    """Instances of every section, from the first profile of the chain that finds any."""
    entries = [entry for profile in chain for section in SECTIONS for entry in getattr(profile, section)]
    rows, cells, faults = await _walk(session, {primary(entry) for entry in entries})
    wanted = {oid for entry in entries for index in rows[primary(entry)] for oid in _static_oids(entry, index)}
    static = await get_present(session, sorted(wanted - cells.keys()))
    known = cells | static
    sections = {section: _first(chain, section, rows, known) for section in SECTIONS}
    return Found(sections, faults)


async def _walk(session: Session, primaries: Iterable[Oid]) -> tuple[Rows, Cells, tuple[SnmpError, ...]]:
    """Indexes by primary object (a single object's is empty), values, and what went wrong."""
    table = await walk_table(session, sorted(oid for oid in primaries if not is_instance(oid)))
    single = await get_present(session, sorted(oid for oid in primaries if is_instance(oid)))
    rows: Rows = {oid: [()] if oid in single else [] for oid in primaries}
    rows |= {column: list(found) for column, found in table.columns.items()}
    cells = {varbind.oid: varbind.value for found in table.columns.values() for varbind in found.values()}
    return rows, cells | single, table.faults


def primary(entry: Entry) -> Oid:
    """The object whose rows are the things found."""
    match entry:
        case ProcessorEntry():
            return entry.usage
        case SensorEntry():
            return entry.value
        case StorageEntry():
            return entry.size
        case MempoolEntry():
            return next(oid for oid in (entry.percent, entry.used, *entry.free, entry.total) if oid is not None)
    raise TypeError(entry)


def _at(index: Oid) -> Callable[[Oid], Oid]:
    return lambda oid: oid if is_instance(oid) else (*oid, *index)


def _static_oids(entry: Entry, index: Oid) -> list[Oid]:
    """What has to be known once of a row."""
    others = (getattr(entry, field, None) for field in ("name", "unit", "scale", "precision"))
    oids = [*entry.only, *entry.unless, *(oid for oid in others if isinstance(oid, tuple))]
    at = _at(index)
    return [at(oid) for oid in oids]


def _first(chain: Sequence[Profile], section: str, rows: Rows, known: Cells) -> tuple[Instance, ...]:
    for profile in chain:
        entries = getattr(profile, section)
        for tier in sorted({entry.fallback for entry in entries}):
            tried = [entry for entry in entries if entry.fallback == tier]
            found = [each for entry in tried for each in _instances(entry, rows[primary(entry)], known)]
            if found:
                return tuple(found)
    return ()


def _instances(entry: Entry, indexes: Sequence[Oid], known: Cells) -> list[Instance]:
    kept = [index for index in indexes if _holds(entry, _at(index), known)]
    return [
        instance for index in kept if (instance := _instance(entry, index, known, alone=len(kept) == 1)) is not None
    ]


def _holds(entry: Entry, at: Callable[[Oid], Oid], known: Cells) -> bool:
    def among(condition: Condition) -> list[bool]:
        return [_is(known.get(at(oid)), values) for oid, values in condition.items()]

    return all(among(entry.only)) and not any(among(entry.unless))


def _is(value: Value, wanted: Sequence[int | str]) -> bool:
    return any(number(value) == each if isinstance(each, int) else re.fullmatch(each, text(value)) for each in wanted)


def _instance(entry: Entry, index: Oid, known: Cells, *, alone: bool) -> Instance | None:
    """The instance of a row; None when its values, already known from the walk, are no reading and never were."""
    at = _at(index)
    key, name = dotted(at(primary(entry))), _name(entry, index, known, alone=alone)

    def static(oid: Oid) -> Value:
        return known.get(at(oid))

    match entry:
        case ProcessorEntry():
            return instances.processor(entry, key, name, at)
        case MempoolEntry():
            return instances.mempool(entry, key, name, at, static)
        case SensorEntry():
            found = instances.sensor(entry, key, name, at, static)
            return found if found.read([known.get(found.oids[0])]) is not None else None
        case StorageEntry():
            return instances.storage(entry, key, name, at, static)
    raise TypeError(entry)


def _name(entry: Entry, index: Oid, known: Cells, *, alone: bool) -> str:
    if isinstance(entry.name, tuple):
        return text(known.get(_at(index)(entry.name))) or dotted(index)
    return entry.name if alone or not index else f"{entry.name} {dotted(index)}".strip()
