"""The overview that the database counts and chooses: the same as from every device and line, looked at one by one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from collectors import standing
from collectors.freshness import POLLER, poller_health
from collectors.health import DeviceHealth, LineHealth, list_devices, list_lines
from collectors.models import DeviceState, LineCondition, LineState, PollerStatus, Reachability, SubjectKind
from collectors.overview import BACKBONE, Attention, Counts, Overview, Severity, Tile, TownshipLines, overview
from core.database import Database
from inventory.kinds import AdministrativeLevel, Carrier, DeviceRole, LifeCycle, LineKind
from inventory.models import BusinessSystem, Device, Line, Region, Unit
from inventory.scope import ALL, Scope

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANSWERS = st.sampled_from([None, *(NOW - timedelta(seconds=age) for age in (-5, 0, 119, 120, 121))])
MARKS = st.sampled_from([None, None, NOW, NOW + timedelta(seconds=1)])
SINCE = st.sampled_from([NOW - timedelta(minutes=1), NOW - timedelta(hours=1)])
UNITS = 5  # of the county seat, a township, a village, a village of no township, and of no region
OF_UNIT = st.sampled_from([None, *range(UNITS)])
SOME = st.sets(st.integers(0, 3), max_size=2)

DEVICES = st.tuples(
    st.sampled_from(DeviceRole), st.sampled_from(LifeCycle), st.booleans(), OF_UNIT, MARKS,
    st.none() | st.tuples(st.sampled_from(Reachability), ANSWERS, SINCE),
)  # fmt: skip
LINES = st.tuples(
    OF_UNIT, MARKS, st.none() | st.integers(0, 3), st.none() | st.tuples(st.sampled_from(LineCondition), SINCE)
)
COUNTIES = st.tuples(
    st.booleans(), st.lists(DEVICES, min_size=4, max_size=8), st.lists(LINES, min_size=4, max_size=6),
    st.lists(st.tuples(SOME, SOME, SOME), max_size=3),
)  # fmt: skip


@given(COUNTIES, st.none() | st.sets(st.integers(0, UNITS - 1), max_size=3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_overview_is_what_looking_at_everything_tells(
    database: Database, county: Any, seen: set[int] | None
) -> None:
    with Session(database.write_engine) as session:
        units = furnish(session, *county)
        scope = ALL if seen is None else Scope.units([units[n].id for n in seen])
        assert overview(session, NOW, scope=scope) == by_hand(session, scope)
        session.rollback()


def furnish(session: Session, running: bool, devices: Any, lines: Any, systems: Any) -> list[Unit]:  # noqa: FBT001  # as drawn
    beat = NOW if running else NOW - timedelta(hours=1)
    counts = dict.fromkeys(("devices", "ports", "lines", "polls", "failed_polls", "late_polls"), 0)
    session.add(
        PollerStatus(
            name=POLLER, pid=1, started=beat, heartbeat=beat, icmp="off", interval_s=60, busy_percent=0, **counts
        )
    )
    units = _units()
    session.add_all(units)
    made = [_device(n, units, *drawn) for n, drawn in enumerate(devices)]
    session.add_all(made)
    session.flush()
    wired = [_line(n, units, made, *drawn) for n, drawn in enumerate(lines)]
    session.add_all(wired)
    session.flush()
    for n, (hit, over, of) in enumerate(systems):
        named = {"devices": [made[k] for k in hit], "lines": [wired[k] for k in over], "units": [units[k] for k in of]}
        session.add(BusinessSystem(name=f"系统{n}", **named))
    states = [_device_state(device, drawn[-1]) for device, drawn in zip(made, devices, strict=True)]
    states += [_line_state(line, drawn[-1]) for line, drawn in zip(wired, lines, strict=True)]
    session.add_all(state for state in states if state is not None)
    session.flush()
    session.expire_all()
    return units


def _units() -> list[Unit]:
    county = Region(name="县城", level=AdministrativeLevel.COUNTY)
    town = Region(name="柯街镇", level=AdministrativeLevel.TOWNSHIP, parent=county)
    village = Region(name="新华村", level=AdministrativeLevel.VILLAGE, parent=town)
    alone = Region(name="孤村", level=AdministrativeLevel.VILLAGE)
    return [Unit(name=f"单位{n}", region=region) for n, region in enumerate((county, town, village, alone, None))]


def _device(
    n: int, units: list[Unit], role: Any, life: Any, addressed: Any, unit: Any, mark: Any, _state: Any
) -> Device:
    return Device(
        name=f"SW-{n}",
        role=role,
        life_cycle=life,
        address=f"10.0.0.{n + 1}" if addressed else None,
        unit=None if unit is None else units[unit],
        maintenance_until=mark,
    )


def _line(n: int, units: list[Unit], devices: list[Device], unit: Any, mark: Any, behind: Any, _state: Any) -> Line:
    return Line(
        name=f"专线{n}",
        carrier=Carrier.MOBILE,
        kind=LineKind.MSTP,
        unit=None if unit is None else units[unit],
        b_device=None if behind is None else devices[behind],
        maintenance_until=mark,
    )


def _device_state(device: Device, drawn: Any) -> DeviceState | LineState | None:
    if drawn is None:
        return None
    reachability, answer, since = drawn
    return DeviceState(device_id=device.id, reachability=reachability, since=since, last_answer=answer, updated=NOW)


def _line_state(line: Line, drawn: Any) -> DeviceState | LineState | None:
    if drawn is None:
        return None
    state, since = drawn
    return LineState(
        line_id=line.id, state=state, since=since, updated=NOW, watched_since=NOW, cause="end_b_unreachable"
    )


def by_hand(session: Session, scope: Scope) -> Overview:
    """What the overview means, said once more without a query of its own."""
    devices = [found for found in list_devices(session, NOW, scope=scope) if found.watched]
    lines = list_lines(session, NOW, scope=scope)
    counts = Counts(
        devices={word: sum(found.reachability is word for found in devices) for word in Reachability},
        lines={word: sum(found.condition is word for found in lines) for word in LineCondition},
        devices_in_maintenance=sum(found.in_maintenance for found in devices),
        stale_devices=sum(found.freshness.stale for found in devices),
    )
    systems = session.query(BusinessSystem).all()
    return Overview(counts, attention_by_hand(devices, lines, systems), townships_by_hand(session, lines))


def attention_by_hand(
    devices: Sequence[DeviceHealth], lines: Sequence[LineHealth], systems: Sequence[BusinessSystem]
) -> list[Attention]:
    bad = {Reachability.DOWN, Reachability.SILENT}
    wrong = [found for found in devices if found.reachability in bad and not found.in_maintenance]
    listed, behind = [], set()
    for found in lines:
        line = found.line
        if found.in_maintenance or found.condition not in {LineCondition.DOWN, LineCondition.DEGRADED}:
            continue
        down = found.condition is LineCondition.DOWN
        cut = [one.device for one in wrong if down and one.device.id == line.b_device_id]
        behind |= {device.id for device in cut}
        hit = {one.name for one in systems if line in one.lines or (line.unit and line.unit in one.units)}
        hit |= {one.name for one in systems if down and line.b_device and line.b_device in one.devices}
        item = Attention(
            SubjectKind.LINE, line.id, line.name, Severity.CRITICAL if down else Severity.MINOR, found.condition,
            found.state.since if found.state else NOW, "end_b_unreachable",
            [device.name for device in cut], [line.unit.name] if line.unit else [], sorted(hit),
        )  # fmt: skip
        listed.append(item)
    for one in wrong:
        device = one.device
        if device.id in behind:
            continue
        down = one.reachability is Reachability.DOWN
        severity = Severity.CRITICAL if device.role in BACKBONE else Severity.MAJOR
        hit = {each.name for each in systems if device in each.devices}
        hit |= {each.name for each in systems if down and device.unit and device.unit in each.units}
        item = Attention(
            SubjectKind.DEVICE, device.id, device.name, severity if down else Severity.MINOR, one.reachability,
            one.state.since if one.state else NOW, "no_answer" if down else "snmp_silent",
            [], [device.unit.name] if device.unit else [], sorted(hit),
        )  # fmt: skip
        listed.append(item)
    return sorted(listed, key=lambda item: (list(Severity).index(item.severity), item.since, item.name))


def townships_by_hand(session: Session, lines: Sequence[LineHealth]) -> list[TownshipLines]:
    poller = poller_health(session, NOW)
    groups: defaultdict[Region | None, list[Tile]] = defaultdict(list)
    for found in lines:
        region = found.line.unit.region if found.line.unit else None
        if region is not None and region.level is AdministrativeLevel.VILLAGE:
            region = region.parent or region
        groups[region].append(Tile(found.line.id, found.line.name, standing.of_line(found, poller)))
    named = sorted(
        ((region, tiles) for region, tiles in groups.items() if region),
        key=lambda group: (group[0].level is AdministrativeLevel.TOWNSHIP, group[0].name),
    )
    last = [TownshipLines(None, groups[None])] if None in groups else []
    return [TownshipLines(region, tiles) for region, tiles in named] + last
