"""The way of a device to the management station (上行路径), as a reader may see it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from inventory.models import Device, Line, Link, Port
from inventory.scope import ALL, Scope
from inventory.topology.cuts import Element, Vertex
from inventory.topology.record import link_text
from inventory.topology.services import root_of, uplinks_of


@dataclass(frozen=True, slots=True)
class Point:
    """What can cut a device off alone. `name` is None where the reader does not reach it; a link is known by its ends.

    `device_id`: the device itself, or the one that the port belongs to.
    """

    kind: Element
    id: int
    name: str | None = None
    device_id: int | None = None


@dataclass(frozen=True, slots=True)
class WayUp:
    """`station` is the device at which the management station hangs; its name is None outside the reach.

    `reaches` is False on an island: the links that are known do not lead there. `points` come nearest first.
    """

    station: Point
    reaches: bool
    points: Sequence[Point]


def way_up(session: Session, device_id: int, station: str = "", scope: Scope = ALL) -> WayUp:
    """Raises StationUnknownError."""
    root = root_of(session, station)
    found = uplinks_of(session, [device_id], station)[device_id]
    named = _named(session, [root, *found.points], scope)
    return WayUp(named[root], found.reaches, [named[point] for point in found.points])


def _named(session: Session, vertices: Iterable[Vertex], scope: Scope) -> Mapping[Vertex, Point]:
    wanted: defaultdict[Element, set[int]] = defaultdict(set)
    points = {vertex: Point(vertex.kind, vertex.id) for vertex in vertices}
    for vertex in points:
        wanted[vertex.kind].add(vertex.id)
    devices = select(Device.id, Device.name).where(Device.id.in_(wanted[Element.DEVICE]))
    for number, name in session.execute(scope.apply(devices, Device)):
        points[Vertex(Element.DEVICE, number)] = Point(Element.DEVICE, number, name, number)
    lines = select(Line.id, Line.name).where(Line.id.in_(wanted[Element.LINE] | wanted[Element.FAR_END]))
    for number, name in session.execute(scope.apply(lines, Line)):
        for kind in (Element.LINE, Element.FAR_END):
            points[Vertex(kind, number)] = Point(kind, number, name)
    ports = select(Port.id, Device.id, Device.name, Port.name).join(Device).where(Port.id.in_(wanted[Element.PORT]))
    for number, device, name, port in session.execute(scope.apply(ports, Device)):
        points[Vertex(Element.PORT, number)] = Point(Element.PORT, number, f"{name} {port}", device)
    for link in _links(session, wanted[Element.LINK], scope):
        points[Vertex(Element.LINK, link.id)] = Point(Element.LINK, link.id, link_text(link))
    return points


def _links(session: Session, numbers: AbstractSet[int], scope: Scope) -> Iterable[Link]:
    """Those with an end in the reach: there the cable tells of the other."""
    reached = select(Device.id).where(scope.of(Device))
    query = select(Link).where(Link.id.in_(numbers), Link.a_device_id.in_(reached) | Link.b_device_id.in_(reached))
    return session.scalars(query.options(joinedload(Link.a_device)))
