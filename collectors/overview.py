"""What the overview asks: what must be dealt with, is the county up, can the numbers be believed.

As in `collectors.health`, nothing outside the reader's scope exists.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from collectors import standing
from collectors.health import DeviceHealth, LineHealth, list_devices, list_lines
from collectors.models import DeviceState, LineCondition, LineState, Reachability, SubjectKind
from inventory.kinds import AdministrativeLevel, DeviceRole
from inventory.models import (
    BusinessSystem,
    Device,
    Line,
    Region,
    Unit,
    business_system_device,
    business_system_line,
    business_system_unit,
)
from inventory.scope import ALL, Scope


class Severity(StrEnum):
    """As on the console: critical, major, minor."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


BACKBONE: Final = frozenset(
    {DeviceRole.CORE_SWITCH, DeviceRole.AGGREGATION_SWITCH, DeviceRole.ROUTER, DeviceRole.FIREWALL}
)
ORDER: Final = list(Severity)


@dataclass(frozen=True)
class Counts:
    """Watched devices by reachability, lines by condition; every member of the enumerations has its number."""

    devices: Mapping[Reachability, int]
    lines: Mapping[LineCondition, int]
    devices_in_maintenance: int
    stale_devices: int


@dataclass(frozen=True)
class Attention:
    """Something to deal with. `cause` is a code of `collectors.labels.CAUSES`.

    `devices` names what is unreachable for the same reason and is therefore not listed by itself; `units` and
    `systems` are who and what is hit.
    """

    kind: SubjectKind
    id: int
    name: str
    severity: Severity
    state: str
    since: datetime
    cause: str | None
    devices: Sequence[str]
    units: Sequence[str]
    systems: Sequence[str]


@dataclass(frozen=True)
class TownshipLines:
    """The tiles of one township, or of the county seat; `region` is None for lines of no unit."""

    region: Region | None
    lines: Sequence[LineHealth]


@dataclass(frozen=True)
class Overview:
    counts: Counts
    attention: Sequence[Attention]
    townships: Sequence[TownshipLines]


def overview(session: Session, now: datetime, *, scope: Scope = ALL) -> Overview:
    """All of it from one reading of the tables."""
    devices = [found for found in list_devices(session, now, scope=scope) if found.watched]
    lines = list_lines(session, now, scope=scope)
    return Overview(
        counts=_counts(devices, lines),
        attention=_attention(session, devices, lines),
        townships=_by_township(session, lines),
    )


def critical(session: Session, now: datetime, *, scope: Scope = ALL) -> int:
    """How many of what needs attention is critical, counted by the database: every page shows it."""
    lost = scope.apply(
        select(Line)
        .join(LineState, LineState.line_id == Line.id)
        .where(LineState.state == LineCondition.DOWN, _unmarked(Line.maintenance_until, now)),
        Line,
    )
    behind = lost.with_only_columns(Line.b_device_id, maintain_column_froms=True).where(Line.b_device_id.is_not(None))
    dead = scope.apply(
        select(Device)
        .join(DeviceState, DeviceState.device_id == Device.id)
        .where(
            standing.watched(),
            DeviceState.reachability == Reachability.DOWN,
            _unmarked(Device.maintenance_until, now),
            Device.role.in_(BACKBONE),
            Device.id.not_in(behind),
        ),
        Device,
    )
    counted = (session.scalar(one.with_only_columns(func.count(), maintain_column_froms=True)) for one in (lost, dead))
    return sum(number or 0 for number in counted)


def _unmarked(until: InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[bool]:
    return or_(until.is_(None), until <= now)


def _counts(devices: Sequence[DeviceHealth], lines: Sequence[LineHealth]) -> Counts:
    by_reachability = Counter(found.reachability for found in devices)
    by_condition = Counter(found.condition for found in lines)
    return Counts(
        devices={word: by_reachability[word] for word in Reachability},
        lines={word: by_condition[word] for word in LineCondition},
        devices_in_maintenance=sum(found.in_maintenance for found in devices),
        stale_devices=sum(found.freshness.stale for found in devices),
    )


def _attention(session: Session, devices: Sequence[DeviceHealth], lines: Sequence[LineHealth]) -> list[Attention]:
    """Marked things (挂牌) ask for none. A device behind a line that is down is named with the line."""
    hit = _Hit(session)
    bad_lines = [
        found for found in lines if found.state and found.condition in {LineCondition.DOWN, LineCondition.DEGRADED}
    ]
    explained = {
        found.line.b_device_id
        for found in bad_lines
        if found.condition is LineCondition.DOWN and not found.in_maintenance
    }
    bad_devices = [
        found
        for found in devices
        if found.state and found.reachability in {Reachability.DOWN, Reachability.SILENT} and not found.in_maintenance
    ]
    behind = {found.device.id: found.device.name for found in bad_devices if found.device.id in explained}
    items = [_of_line(found, behind, hit) for found in bad_lines if not found.in_maintenance]
    items += [_of_device(found, hit) for found in bad_devices if found.device.id not in behind]
    return sorted(items, key=lambda item: (ORDER.index(item.severity), item.since, item.name))


def _of_line(found: LineHealth, behind: Mapping[int, str], hit: "_Hit") -> Attention:
    line, state = found.line, found.state
    assert state is not None  # noqa: S101  # the caller chose those that have one
    down = found.condition is LineCondition.DOWN
    device = line.b_device_id
    return Attention(
        kind=SubjectKind.LINE,
        id=line.id,
        name=line.name,
        severity=Severity.CRITICAL if down else Severity.MINOR,
        state=found.condition,
        since=state.since,
        cause=state.cause,
        devices=[behind[device]] if down and device is not None and device in behind else [],
        units=[line.unit.name] if line.unit else [],
        systems=hit.systems(line_id=line.id, unit_id=line.unit_id, device_id=device if down else None),
    )


def _of_device(found: DeviceHealth, hit: "_Hit") -> Attention:
    device, state = found.device, found.state
    assert state is not None  # noqa: S101  # the caller chose those that have one
    down = found.reachability is Reachability.DOWN
    failed = Severity.CRITICAL if device.role in BACKBONE else Severity.MAJOR
    return Attention(
        kind=SubjectKind.DEVICE,
        id=device.id,
        name=device.name,
        severity=failed if down else Severity.MINOR,
        state=found.reachability,
        since=state.since,
        cause="no_answer" if down else "snmp_silent",
        devices=[],
        units=[device.unit.name] if device.unit else [],
        systems=hit.systems(device_id=device.id, unit_id=device.unit_id if down else None),
    )


class _Hit:
    """Which business systems need what; read once, a county has some dozens of links."""

    def __init__(self, session: Session) -> None:
        names = {row.id: row.name for row in session.execute(select(BusinessSystem.id, BusinessSystem.name))}
        self._by: dict[str, dict[int, set[str]]] = {}
        for kind, table in (
            ("line_id", business_system_line),
            ("unit_id", business_system_unit),
            ("device_id", business_system_device),
        ):
            by = self._by.setdefault(kind, defaultdict(set))
            for system, subject in session.execute(select(table.c.business_system_id, table.c[kind])):
                by[subject].add(names[system])

    def systems(self, **subjects: int | None) -> list[str]:
        found: set[str] = set()
        for kind, subject in subjects.items():
            if subject is not None:
                found |= self._by[kind].get(subject, set())
        return sorted(found)


def _by_township(session: Session, lines: Sequence[LineHealth]) -> list[TownshipLines]:
    regions = {region.id: region for region in session.scalars(select(Region))}
    groups: dict[int | None, list[LineHealth]] = defaultdict(list)
    for found in lines:
        region = _township(regions, found.line.unit)
        groups[region.id if region else None].append(found)
    named = [TownshipLines(regions[key], some) for key, some in groups.items() if key is not None]
    named.sort(key=lambda group: (group.region.level is AdministrativeLevel.TOWNSHIP, group.region.name))  # type: ignore[union-attr]  # not None above
    return named + ([TownshipLines(None, groups[None])] if None in groups else [])


def _township(regions: Mapping[int, Region], unit: Unit | None) -> Region | None:
    """The township in which a unit is, else the level above that is nearest; a loop of parents ends by itself."""
    region = regions.get(unit.region_id) if unit and unit.region_id else None
    for _ in AdministrativeLevel:
        if region is None or region.level is not AdministrativeLevel.VILLAGE or region.parent_id is None:
            break
        region = regions.get(region.parent_id)
    return region
