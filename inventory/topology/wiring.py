"""What is stored, as the map takes it: where each device in service stands, and what is wired to what."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.kinds import AdministrativeLevel, LifeCycle, LinkState
from inventory.models import Device, Line, Link, Region, Room, Site, Unit
from inventory.topology.cuts import Element
from inventory.topology.scene import NOWHERE, NodeKey, NodeKind, Strand, Wiring


def wiring_of(session: Session) -> Wiring:
    """Of everybody: where a node stands must not hang on who looks. What a reader sees of it: `scene.reached`."""
    at = dict(_places(session))
    links, met = _links(session, at)
    lines = list(_lines(session, at))
    names = dict(_place_names(session)) | met
    names |= {end: name for strand, name in lines if isinstance(end := strand.b, NodeKey)}
    strands = [*links, *(strand for strand, _ in lines)]
    return Wiring(at, names, strands, dict(_townships(session)))


def _places(session: Session) -> Iterator[tuple[int, NodeKey]]:
    """The device's own site, else its room's, else its unit's; else the unit's region."""
    query = select(Device.id, Device.site_id, Room.site_id, Unit.site_id, Unit.region_id)
    query = query.outerjoin(Room, Device.room_id == Room.id).outerjoin(Unit, Device.unit_id == Unit.id)
    query = query.where(Device.life_cycle == LifeCycle.SERVICE).order_by(Device.id)
    for device, *sites, region in session.execute(query):
        site = next((number for number in sites if number is not None), None)
        if site is not None:
            yield device, NodeKey(NodeKind.SITE, site)
        else:
            yield device, NOWHERE if region is None else NodeKey(NodeKind.REGION, region)


def _place_names(session: Session) -> Iterator[tuple[NodeKey, str]]:
    for kind, table in ((NodeKind.SITE, Site), (NodeKind.REGION, Region)):
        for number, name in session.execute(select(table.id, table.name)):
            yield NodeKey(kind, number), name


def _townships(session: Session) -> Iterator[tuple[NodeKey, NodeKey]]:
    """The township of each site and region that is in one, or below."""
    rows = session.execute(select(Region.id, Region.parent_id, Region.level)).all()
    parents = {number: parent for number, parent, _ in rows}
    townships = {number for number, _, level in rows if level is AdministrativeLevel.TOWNSHIP}
    above = {number: town for number in parents if (town := _first(number, parents, townships)) is not None}
    for number, town in above.items():
        yield NodeKey(NodeKind.REGION, number), NodeKey(NodeKind.REGION, town)
    for number, region in session.execute(select(Site.id, Site.region_id)):
        if region in above:
            yield NodeKey(NodeKind.SITE, number), NodeKey(NodeKind.REGION, above[region])


def _first(number: int, parents: Mapping[int, int | None], wanted: AbstractSet[int]) -> int | None:
    """The nearest that is wanted, going up; a loop of parents ends."""
    passed: set[int] = set()
    step: int | None = number
    while step is not None and step not in passed and step not in wanted:
        passed.add(step)
        step = parents.get(step)
    return step if step in wanted else None


def _links(session: Session, at: Mapping[int, NodeKey]) -> tuple[list[Strand], dict[NodeKey, str]]:
    """Those that are told of now; with the names of what nobody manages, of which equal ones are one."""
    query = select(Link.id, Link.a_device_id, Link.b_device_id, Link.b_name).where(Link.state == LinkState.PRESENT)
    met: dict[str, NodeKey] = {}
    names: dict[NodeKey, str] = {}
    found = []
    for number, a, b, name in session.execute(query.order_by(Link.id)):
        if a not in at or (b is not None and b not in at):
            continue
        end = b if b is not None else met.setdefault(name.casefold(), NodeKey(NodeKind.NEIGHBOUR, number))
        if isinstance(end, NodeKey):
            names.setdefault(end, name)
        found.append(Strand(Element.LINK, number, a, end))
    return found, names


def _lines(session: Session, at: Mapping[int, NodeKey]) -> Iterator[tuple[Strand, str]]:
    """With the name of the far end: its unit's, else the line's."""
    query = select(Line.id, Line.a_device_id, Line.b_device_id, func.coalesce(Unit.name, Line.name))
    for number, a, b, name in session.execute(query.outerjoin(Unit, Line.unit_id == Unit.id).order_by(Line.id)):
        if a is not None and a in at and (b is None or b in at):
            yield Strand(Element.LINE, number, a, NodeKey(NodeKind.FAR_END, number) if b is None else b), name
