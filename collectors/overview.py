"""What the overview asks: what must be dealt with, is the county up, can the numbers be believed.

As in `collectors.health`, nothing outside the reader's scope exists.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, String, case, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from collectors import standing
from collectors.freshness import PollerHealth, poller_health
from collectors.models import DeviceState, LineCondition, LineState, Reachability, SubjectKind
from collectors.standing import LineStanding
from inventory.errors import StationUnknownError
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
from inventory.topology.cuts import Element, Vertex
from inventory.topology.services import Hit, cut_off_by


class Severity(StrEnum):
    """As on the console: critical, major, minor."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


BACKBONE: Final = frozenset(
    {DeviceRole.CORE_SWITCH, DeviceRole.AGGREGATION_SWITCH, DeviceRole.ROUTER, DeviceRole.FIREWALL}
)
ORDER: Final = list(Severity)
Subject = tuple[SubjectKind, int]
ELEMENTS: Final = {SubjectKind.DEVICE: Element.DEVICE, SubjectKind.LINE: Element.LINE}


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
    `systems` are its own: whom it serves directly. Who is cut off: `who_is_cut_off`.
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


@dataclass(frozen=True, slots=True)
class Tile:
    """A line, by name, and how it stands."""

    id: int
    name: str
    standing: LineStanding


@dataclass(frozen=True)
class TownshipLines:
    """The tiles of one township, or of the county seat; `region` is None for lines of no unit."""

    region: Region | None
    lines: Sequence[Tile]


@dataclass(frozen=True)
class Overview:
    counts: Counts
    attention: Sequence[Attention]
    townships: Sequence[TownshipLines]


def overview(session: Session, now: datetime, *, scope: Scope = ALL) -> Overview:
    """Counted and chosen by the database; of what is well, no more than a tile is read."""
    poller = poller_health(session, now)
    return Overview(
        counts=_counts(session, now, poller, scope),
        attention=_attention(session, now, scope),
        townships=_by_township(session, now, poller, scope),
    )


def who_is_cut_off(
    session: Session, attention: Iterable[Attention], *, station: str, scope: Scope = ALL
) -> Mapping[Subject, Sequence[Hit]]:
    """Units and business systems that each failure cuts off, wholly or partly: those that have another way are not.

    What has not failed (a line that is slow, a device without SNMP) is not among the keys; nothing is where it is not
    known at which device the management station hangs. Of these, the subject's own unit and systems tell most.
    """
    failing = {
        (item.kind, item.id): Vertex(ELEMENTS[item.kind], item.id)
        for item in attention
        if item.severity is not Severity.MINOR
    }
    try:
        found = cut_off_by(session, set(failing.values()), station, scope)
    except StationUnknownError:
        return {}
    # To whom not everything is open, "nobody" could be somebody out of the reach.
    return {subject: hits for subject, vertex in failing.items() if (hits := found[vertex]) or scope.whole}


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


def _counts(session: Session, now: datetime, poller: PollerHealth, scope: Scope) -> Counts:
    reachability = func.coalesce(type_coerce(DeviceState.reachability, String), Reachability.UNKNOWN.value)
    condition = func.coalesce(type_coerce(LineState.state, String), LineCondition.UNKNOWN.value)
    devices = (
        select(
            reachability,
            func.count(),
            _number_of(Device.maintenance_until > now),
            _number_of(standing.stale(now, poller.interval_s)),
        )
        .select_from(Device)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .where(standing.watched(), scope.of(Device))
        .group_by(reachability)
    )
    lines = (
        select(condition, func.count())
        .select_from(Line)
        .outerjoin(LineState, LineState.line_id == Line.id)
        .where(scope.of(Line))
        .group_by(condition)
    )
    found = session.execute(devices).all()
    by_reachability = {word: number for word, number, _, _ in found}
    by_condition = {row[0]: row[1] for row in session.execute(lines)}
    return Counts(
        devices={word: by_reachability.get(word.value, 0) for word in Reachability},
        lines={word: by_condition.get(word.value, 0) for word in LineCondition},
        devices_in_maintenance=sum(marked for _, _, marked, _ in found),
        stale_devices=sum(stale for _, _, _, stale in found),
    )


def _number_of(rule: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((rule, 1), else_=0))


@dataclass(frozen=True, slots=True)
class _BadLine:
    id: int
    name: str
    device_id: int | None
    unit_id: int | None
    unit: str | None
    condition: LineCondition
    since: datetime
    cause: str | None


@dataclass(frozen=True, slots=True)
class _BadDevice:
    id: int
    name: str
    role: DeviceRole
    unit_id: int | None
    unit: str | None
    reachability: Reachability
    since: datetime


def _attention(session: Session, now: datetime, scope: Scope) -> list[Attention]:
    """Marked things (挂牌) ask for none. A device behind a line that is down is named with the line."""
    hit = _Hit(session)
    lines, devices = _bad_lines(session, now, scope), _bad_devices(session, now, scope)
    explained = {line.device_id for line in lines if line.condition is LineCondition.DOWN}
    behind = {device.id: device.name for device in devices if device.id in explained}
    items = [_of_line(line, behind, hit) for line in lines]
    items += [_of_device(device, hit) for device in devices if device.id not in behind]
    return sorted(items, key=lambda item: (ORDER.index(item.severity), item.since, item.name))


def _bad_lines(session: Session, now: datetime, scope: Scope) -> list[_BadLine]:
    """Without marks, by name."""
    wanted = (
        select(
            Line.id, Line.name, Line.b_device_id, Line.unit_id, Unit.name,
            LineState.state, LineState.since, LineState.cause,
        )
        .join(LineState, LineState.line_id == Line.id)
        .outerjoin(Unit, Unit.id == Line.unit_id)
        .where(LineState.state.in_((LineCondition.DOWN, LineCondition.DEGRADED)))
        .where(_unmarked(Line.maintenance_until, now), scope.of(Line))
        .order_by(Line.name)
    )  # fmt: skip
    return [_BadLine(*row) for row in session.execute(wanted)]


def _bad_devices(session: Session, now: datetime, scope: Scope) -> list[_BadDevice]:
    """Watched ones without marks, by name."""
    wanted = (
        select(
            Device.id, Device.name, Device.role, Device.unit_id, Unit.name,
            DeviceState.reachability, DeviceState.since,
        )
        .join(DeviceState, DeviceState.device_id == Device.id)
        .outerjoin(Unit, Unit.id == Device.unit_id)
        .where(standing.watched(), DeviceState.reachability.in_((Reachability.DOWN, Reachability.SILENT)))
        .where(_unmarked(Device.maintenance_until, now), scope.of(Device))
        .order_by(Device.name)
    )  # fmt: skip
    return [_BadDevice(*row) for row in session.execute(wanted)]


def _of_line(line: _BadLine, behind: Mapping[int, str], hit: "_Hit") -> Attention:
    down = line.condition is LineCondition.DOWN
    device = line.device_id
    return Attention(
        kind=SubjectKind.LINE,
        id=line.id,
        name=line.name,
        severity=Severity.CRITICAL if down else Severity.MINOR,
        state=line.condition,
        since=line.since,
        cause=line.cause,
        devices=[behind[device]] if down and device is not None and device in behind else [],
        units=[line.unit] if line.unit is not None else [],
        systems=hit.systems(line_id=line.id, unit_id=line.unit_id, device_id=device if down else None),
    )


def _of_device(device: _BadDevice, hit: "_Hit") -> Attention:
    down = device.reachability is Reachability.DOWN
    failed = Severity.CRITICAL if device.role in BACKBONE else Severity.MAJOR
    return Attention(
        kind=SubjectKind.DEVICE,
        id=device.id,
        name=device.name,
        severity=failed if down else Severity.MINOR,
        state=device.reachability,
        since=device.since,
        cause="no_answer" if down else "snmp_silent",
        devices=[],
        units=[device.unit] if device.unit is not None else [],
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


def _by_township(session: Session, now: datetime, poller: PollerHealth, scope: Scope) -> list[TownshipLines]:
    regions = {region.id: region for region in session.scalars(select(Region))}
    groups: dict[int | None, list[Tile]] = defaultdict(list)
    wanted = (
        select(Line.id, Line.name, standing.line_standing(now, poller), Unit.region_id)
        .outerjoin(LineState, LineState.line_id == Line.id)
        .outerjoin(Unit, Unit.id == Line.unit_id)
        .where(scope.of(Line))
        .order_by(Line.name)
    )
    for number, name, stands, region_id in session.execute(wanted):
        region = _township(regions, region_id)
        groups[region.id if region else None].append(Tile(number, name, LineStanding(stands)))
    named = [TownshipLines(regions[key], some) for key, some in groups.items() if key is not None]
    named.sort(key=lambda group: (group.region.level is AdministrativeLevel.TOWNSHIP, group.region.name))  # type: ignore[union-attr]  # not None above
    return named + ([TownshipLines(None, groups[None])] if None in groups else [])


def _township(regions: Mapping[int, Region], region_id: int | None) -> Region | None:
    """The township in which a unit is, else the level above that is nearest; a loop of parents ends by itself."""
    region = regions.get(region_id) if region_id is not None else None
    for _ in AdministrativeLevel:
        if region is None or region.level is not AdministrativeLevel.VILLAGE or region.parent_id is None:
            break
        region = regions.get(region.parent_id)
    return region
