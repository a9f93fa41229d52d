"""The network as it is stored: ways to the management station, and who is hit when something fails."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.orm import Session

from inventory.errors import StationUnknownError
from inventory.kinds import DeviceRole, Effect, LifeCycle, LinkState, ObjectKind
from inventory.models import (
    BusinessSystem,
    Device,
    Line,
    Link,
    Port,
    Unit,
    business_system_device,
    business_system_line,
    business_system_unit,
)
from inventory.scope import ALL, Scope
from inventory.topology.cuts import Cuts, Element, Vertex, cuts
from inventory.topology.impact import effects
from inventory.topology.network import Network, Wire, network

Named = tuple[ObjectKind, int]


@dataclass(frozen=True, slots=True)
class Uplink:
    """How a device reaches the station: `points` can each cut it off alone, the nearest first.

    `reaches` is False on an island: the links that are known do not lead to the station.
    """

    device_id: int
    reaches: bool
    points: Sequence[Vertex] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit or business system, and what the failure does to it."""

    kind: ObjectKind
    id: int
    name: str
    effect: Effect


def root_of(session: Session, station: str = "") -> Vertex:
    """The device at which the management station hangs: the one named in the settings, else the only core switch.

    Raises StationUnknownError; to take one of two core switches would tell every second failure wrong.
    """
    wanted = Device.name == station if station else Device.role == DeviceRole.CORE_SWITCH
    found = session.scalars(select(Device.id).where(wanted, Device.life_cycle == LifeCycle.SERVICE)).all()
    if len(found) != 1:
        raise StationUnknownError(station=station, found=len(found))
    return Vertex(Element.DEVICE, found[0])


def network_of(session: Session) -> Network:
    """Devices in service, links that are seen, all lines."""
    devices = session.scalars(select(Device.id).where(Device.life_cycle == LifeCycle.SERVICE)).all()
    link = (Link.id, Link.a_device_id, Link.a_port_id, Link.b_device_id, Link.b_port_id)
    line = (Line.id, Line.a_device_id, Line.a_port_id, Line.b_device_id, Line.b_port_id, Line.backup_of_id)
    present = select(*link).where(Link.state == LinkState.PRESENT).order_by(Link.id)
    links = [Wire(*row) for row in session.execute(present)]
    lines = [Wire(*row) for row in session.execute(select(*line).order_by(Line.id))]
    return network(devices, links, lines)


def uplinks_of(session: Session, devices: Iterable[int], station: str = "") -> dict[int, Uplink]:
    """By device. Raises StationUnknownError."""
    found = cuts(network_of(session).graph, root_of(session, station))
    return {number: _uplink(found, number) for number in devices}


def _uplink(found: Cuts, device_id: int) -> Uplink:
    vertex = Vertex(Element.DEVICE, device_id)
    return Uplink(device_id, found.reaches(vertex), found.points(vertex))


def vertex_of(thing: Device | Port | Line) -> Vertex:
    kinds: Mapping[type[object], Element] = {
        Device: Element.DEVICE,
        Port: Element.PORT,
        Line: Element.LINE,
    }
    return Vertex(kinds[type(thing)], thing.id)


def impact_of(session: Session, failing: Vertex, station: str = "", scope: Scope = ALL) -> list[Hit]:
    """Units in the reader's scope, and business systems that need anything in it; the worst first.

    Raises StationUnknownError.
    """
    built = network_of(session)
    needs = _needs(session, built)
    felt = effects(built.graph, root_of(session, station), failing, needs)
    names = _names(session, scope)
    hits = [Hit(*key, names[key], effect) for key, effect in felt.items() if key in names]
    return sorted(hits, key=lambda hit: (list(Effect).index(hit.effect), hit.kind, hit.name))


def _names(session: Session, scope: Scope) -> dict[Named, str]:
    units = session.execute(scope.apply(select(Unit.id, Unit.name), Unit))
    systems = session.execute(_systems_in(scope))
    return {
        (kind, number): name
        for kind, rows in ((ObjectKind.UNIT, units), (ObjectKind.SYSTEM, systems))
        for number, name in rows
    }


def _systems_in(scope: Scope) -> Select[int, str]:
    """A system belongs to nobody; whoever sees something that it needs may know that it is hit."""
    query = select(BusinessSystem.id, BusinessSystem.name)
    if scope.whole:
        return query
    needed = [
        select(table.c.business_system_id).join(kind, kind.id == table.c[column]).where(scope.of(kind))
        for table, kind, column in (
            (business_system_device, Device, "device_id"),
            (business_system_line, Line, "line_id"),
            (business_system_unit, Unit, "unit_id"),
        )
    ]
    return query.where(or_(*(BusinessSystem.id.in_(one) for one in needed)))


def _needs(session: Session, built: Network) -> dict[Named, set[Vertex]]:
    """A unit needs its devices and the far ends of its lines.

    A system needs its devices, the far ends of its lines, and of its units the far ends of theirs: when a camera of a
    unit fails, no system goes with it.
    """
    needs: defaultdict[Named, set[Vertex]] = defaultdict(set)
    served: defaultdict[int, set[Vertex]] = defaultdict(set)
    for line, unit in _pairs(session, select(Line.id, Line.unit_id)):
        served[unit].add(built.far[line])
        needs[ObjectKind.UNIT, unit].add(built.far[line])
    owned = select(Device.id, Device.unit_id)
    for device, unit in _pairs(session, owned.where(Device.life_cycle == LifeCycle.SERVICE)):
        needs[ObjectKind.UNIT, unit].add(Vertex(Element.DEVICE, device))
    for system, device in _used(session, business_system_device):
        needs[ObjectKind.SYSTEM, system].add(Vertex(Element.DEVICE, device))
    for system, line in _used(session, business_system_line):
        needs[ObjectKind.SYSTEM, system].add(built.far[line])
    for system, unit in _used(session, business_system_unit):
        needs[ObjectKind.SYSTEM, system] |= served[unit]
    return needs


def _used(session: Session, table: Table) -> Iterable[tuple[int, int]]:
    """`table` joins systems with what they need, in this order."""
    return _pairs(session, select(*table.columns))


def _pairs(session: Session, query: Select[int, int] | Select[int, int | None]) -> list[tuple[int, int]]:
    return [(one, other) for one, other in session.execute(query) if other is not None]
