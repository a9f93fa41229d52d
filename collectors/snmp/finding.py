"""Which of a profile's entries a device has, and under what names.

all columns and single objects of the profile and of those it extends
    --one walk, one get--> rows
    --names, conditions and units of those rows by GET--> instances
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from collectors.snmp import instances
from collectors.snmp.errors import SnmpError
from collectors.snmp.instances import Instance, Row, Told
from collectors.snmp.present import get_present
from collectors.snmp.reading import number, text
from collectors.snmp.references import Reference
from collectors.snmp.schema import (
    Condition,
    Entry,
    MempoolEntry,
    ProcessorEntry,
    Profile,
    SensorEntry,
    StorageEntry,
)
from collectors.snmp.session import Session
from collectors.snmp.walk import walk_table
from collectors.snmp.wire import Oid, Value, dotted

Cells = dict[Oid, Value]
Rows = dict[Reference, list[Oid]]
Sort = tuple[str, ...]
SECTIONS: Final = ("processors", "mempools", "sensors", "storage")
ADD_UP: Final = "sensors"


@dataclass(frozen=True, slots=True)
class Found:
    """Instances by section; for a poll they are read again and again."""

    sections: Mapping[str, tuple[Instance, ...]] = field(default_factory=dict)
    faults: tuple[SnmpError, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry and its place, as a person finds it in the file."""

    profile: str
    section: str
    place: int
    entry: Entry

    def __str__(self) -> str:
        return f"{self.profile}: {self.section}[{self.place}]"


async def find(session: Session, chain: Sequence[Profile]) -> Found:
    """Instances of every section: of sensors all, of the others those of the first profile that finds any."""
    rules = {section: [_rules(profile, section) for profile in chain] for section in SECTIONS}
    entries = [rule.entry for several in rules.values() for each in several for rule in each]
    rows, cells, faults = await _walk(session, {primary(entry) for entry in entries})
    wanted = {oid for entry in entries for index in rows[primary(entry)] for oid in _static_oids(entry, index)}
    static = await get_present(session, sorted(wanted - cells.keys()))
    known = cells | static
    return Found({section: _chosen(section, rules[section], rows, known) for section in SECTIONS}, faults)


def _rules(profile: Profile, section: str) -> list[Rule]:
    return [Rule(profile.name, section, place, entry) for place, entry in enumerate(getattr(profile, section), start=1)]


async def _walk(session: Session, primaries: Iterable[Reference]) -> tuple[Rows, Cells, tuple[SnmpError, ...]]:
    """Indexes by primary object (a single object's is empty), values, and what went wrong."""
    columns = {each.oid: each for each in primaries if not each.single}
    table = await walk_table(session, sorted(columns))
    single = await get_present(session, sorted(each.oid for each in primaries if each.single))
    rows: Rows = {each: [()] if each.oid in single else [] for each in primaries}
    rows |= {columns[column]: list(found) for column, found in table.columns.items()}
    cells = {varbind.oid: varbind.value for found in table.columns.values() for varbind in found.values()}
    return rows, cells | single, table.faults


def primary(entry: Entry) -> Reference:
    """The object whose rows are the things found."""
    match entry:
        case ProcessorEntry():
            return entry.usage
        case SensorEntry():
            return entry.value
        case StorageEntry():
            return entry.size
        case MempoolEntry():
            return next(each for each in (entry.percent, entry.used, *entry.free, entry.total) if each is not None)
    raise TypeError(entry)


def _static_oids(entry: Entry, index: Oid) -> Iterator[Oid]:
    """What has to be known once of a row."""
    others = (getattr(entry, field, None) for field in ("name", "unit", "divisor", "kind_by", "scale", "precision"))
    for each in (*entry.only, *entry.unless, *others):
        if isinstance(each, Reference):
            yield each.at(index)


def _chosen(section: str, chain: Sequence[Sequence[Rule]], rows: Rows, known: Cells) -> tuple[Instance, ...]:
    """What an earlier profile has read, a later one does not read again."""
    found: dict[Oid, list[Instance]] = {}
    for rules in chain:
        mine: dict[Oid, list[Instance]] = {}
        for instance in _of_profile(rules, rows, known):
            mine.setdefault(instance.oids[0], []).append(instance)
        found = mine | found
        if found and section != ADD_UP:
            break
    return tuple(instance for several in found.values() for instance in several)


def _of_profile(rules: Sequence[Rule], rows: Rows, known: Cells) -> Iterator[Instance]:
    """Tier by tier: a rule counts where no rule of a lower tier has found a thing of its sort."""
    found_sorts: set[Sort] = set()
    for tier in sorted({rule.entry.fallback for rule in rules}):
        found_here = set()
        for rule in rules:
            sort = _sort(rule.entry)
            if rule.entry.fallback != tier or sort in found_sorts:
                continue
            for instance in _instances(rule, rows[primary(rule.entry)], known):
                found_here.add(sort)
                yield instance
        found_sorts |= found_here


def _sort(entry: Entry) -> Sort:
    """Of sensors, what is measured where; all that are named by a column are of one sort."""
    if not isinstance(entry, SensorEntry):
        return ()
    return entry.kind, entry.name if isinstance(entry.name, str) else "", entry.label


def _instances(rule: Rule, indexes: Sequence[Oid], known: Cells) -> Iterator[Instance]:
    kept = [index for index in indexes if _holds(rule.entry, index, known)]
    for index in kept:
        instance = _instance(rule, index, known, alone=len(kept) == 1)
        if instance is not None:
            yield instance


def _holds(entry: Entry, index: Oid, known: Cells) -> bool:
    if entry.rows is not None and not re.fullmatch(entry.rows, dotted(index)):
        return False

    def among(condition: Condition) -> list[bool]:
        return [is_any(known.get(each.at(index)), values) for each, values in condition.items()]

    return all(among(entry.only)) and not any(among(entry.unless))


def is_any(value: Value, wanted: Sequence[int | str]) -> bool:
    return any(number(value) == each if isinstance(each, int) else re.fullmatch(each, text(value)) for each in wanted)


def _instance(rule: Rule, index: Oid, known: Cells, *, alone: bool) -> Instance | None:
    entry = rule.entry
    # One text for all devices of a make, however many there are.
    told = Told(dotted(primary(entry).at(index)), _name(entry, index, known, alone=alone), sys.intern(str(rule)))
    row = Row(index, known, told)
    match entry:
        case ProcessorEntry():
            return _real(instances.processor(entry, row), known)
        case MempoolEntry():
            return instances.mempool(entry, row)
        case SensorEntry():
            return _real(instances.sensor(entry, row), known)
        case StorageEntry():
            return instances.storage(entry, row)
    raise TypeError(entry)


def _real(instance: Instance | None, known: Cells) -> Instance | None:
    """None when its one value, already known from the walk, is no reading and never was."""
    return instance if instance is not None and instance.read([known.get(instance.oids[0])]) is not None else None


def _name(entry: Entry, index: Oid, known: Cells, *, alone: bool) -> str:
    if isinstance(entry.name, Reference):
        found = text(known.get(entry.name.at(index))) or dotted(index)
    else:
        found = entry.name if alone or not index else f"{entry.name} {dotted(index)}"
    return f"{found} {entry.label}".strip()
