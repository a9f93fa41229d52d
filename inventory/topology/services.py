"""The network as it is stored: ways to the management station, and who is hit when something fails."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from inventory.errors import StationUnknownError
from inventory.kinds import DeviceRole, Effect, LifeCycle, ObjectKind
from inventory.models import (
    BusinessSystem,
    Device,
    Line,
    Port,
    Unit,
    business_system_device,
    business_system_line,
    business_system_unit,
)
from inventory.scope import ALL, Scope
from inventory.topology import stored
from inventory.topology.cuts import Cuts, Element, Vertex
from inventory.topology.impact import cut_off_after, effects_after
from inventory.topology.network import Network
from inventory.topology.stored import Named

WORST: Final = list(Effect)


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
    return stored.network_of(stored.read(session))


def uplinks_of(session: Session, devices: Iterable[int], station: str = "") -> dict[int, Uplink]:
    """By device. Raises StationUnknownError."""
    found = stored.known(session, root_of(session, station)).cuts
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
    """Units in the reader's scope, then business systems that need anything in it; the worst first.

    Raises StationUnknownError.
    """
    known = stored.known(session, root_of(session, station))
    felt = effects_after(known.network.graph, known.cuts, failing, known.needs, known.needed_by)
    return _hits(felt, _names(session, scope))


def cut_off_by(
    session: Session, failing: Collection[Vertex], station: str = "", scope: Scope = ALL
) -> dict[Vertex, list[Hit]]:
    """As `impact_of`, of each of them alone, without those that lose redundancy: quick for hundreds of failures.

    Raises StationUnknownError.
    """
    known = stored.known(session, root_of(session, station))
    names = _names(session, scope)
    return {vertex: _hits(cut_off_after(known.cuts, vertex, known.needs, known.needed_by), names) for vertex in failing}


def _hits(felt: Mapping[Named, Effect], names: Mapping[Named, str]) -> list[Hit]:
    hits = [Hit(*key, names[key], effect) for key, effect in felt.items() if key in names]
    return sorted(hits, key=lambda hit: (WORST.index(hit.effect), hit.kind is ObjectKind.SYSTEM, hit.name))


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
