"""A scene of the topology map as a reader sees it: nodes and what joins them, each with its state and its pages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors import standing
from collectors.models import DeviceState, LineState
from core.i18n import N_
from inventory.errors import StationUnknownError
from inventory.kinds import LinkEvidence, LinkStanding, LinkState, ObjectKind
from inventory.labels import LABELS
from inventory.models import Device, Line, Link
from inventory.topology.arranging import kept
from inventory.topology.cuts import Element
from inventory.topology.layout import layout
from inventory.topology.scene import (
    PLACES,
    NodeKey,
    NodeKind,
    Scene,
    Strand,
    Wiring,
    first,
    inside,
    opened,
    overview,
    reached,
)
from inventory.topology.services import root_of
from inventory.topology.wiring import wiring_of
from web import poller, states
from web.errors import PageMissingError
from web.failures import Explained, explained
from web.i18n import gettext
from web.scope import seen
from web.state import console
from web.states import Shown

UNMANAGED: Final = Shown("unmanaged", "idle", N_("not managed"), 0)
CONTRADICTED: Final = Shown("conflicting", "warn", LABELS[LinkStanding.CONFLICTING], 0)
# By urgency, across devices, lines and links.
KINDS: Final = ("crit", "warn", "info", "idle", "mark", "ok")
LEDGER_KINDS: Final = {NodeKind.SITE: ObjectKind.SITE, NodeKind.REGION: ObjectKind.REGION}
KIND_WORDS: Final = {
    NodeKind.SITE: N_("site"),
    NodeKind.REGION: N_("region"),
    NodeKind.NOWHERE: N_("of no site"),
    NodeKind.NEIGHBOUR: N_("not managed"),
    NodeKind.FAR_END: N_("far end of a line"),
}


@dataclass(frozen=True)
class DrawnNode:
    """`devices` and `failing` count those in the reach. `opens` is the map of a place, `page` the object's own page."""

    key: NodeKey
    name: str
    kind: str
    x: int
    y: int
    state: Shown
    devices: int
    failing: int
    opens: str | None
    page: str | None


@dataclass(frozen=True)
class DrawnEdge:
    """What joins two nodes. `state` is the worst of all; `pages` lead to the lines among them."""

    a: DrawnNode
    b: DrawnNode
    state: Shown
    links: int
    pages: Sequence[tuple[str, str]]

    @property
    def id(self) -> str:
        return f"{self.a.key}_{self.b.key}"


@dataclass(frozen=True)
class Drawing:
    """`station` says why the map has no root, where it has none."""

    place: NodeKey | None
    name: str
    nodes: Sequence[DrawnNode]
    edges: Sequence[DrawnEdge]
    others: bool
    station: Explained | None


class _Thing(NamedTuple):
    """A device or line: its name, its label, and how it stands."""

    name: str
    label: str
    shown: Shown


@dataclass(frozen=True)
class _Seen:
    """What the reader reaches, by number."""

    devices: Mapping[int, _Thing]
    lines: Mapping[int, _Thing]
    links: Mapping[int, Shown]


def draw(session: Session, place: NodeKey | None, *, others: bool) -> Drawing:
    """Without a place the overview, or the only place that the reader knows.

    Raises PageMissingError for a place where nothing is in the reader's reach.
    """
    wiring, mine = wiring_of(session), _seen(session)
    place = first(wiring, mine.devices.keys()) if place is None else opened(wiring, place)
    station, why = _station(session)
    scene = overview(wiring, station) if place is None else inside(wiring, place, station)
    places = layout(scene.devices, scene.edges, scene.root, kept(session, place))
    lines = mine.lines.keys()
    strands = [one for one in wiring.strands if one.kind is Element.LINK or one.id in lines]
    shown = reached(scene, mine.devices.keys(), strands, others=others)
    if place is not None and mine.devices.keys().isdisjoint(wiring.held(place)):
        raise PageMissingError(path=request.full_path)
    devices = _devices(wiring, shown, mine)
    nodes = {node: _node(node, wiring, devices[node], places[node], mine) for node in shown.devices}
    edges = [_edge(nodes[a], nodes[b], found, mine) for (a, b), found in shown.edges.items()]
    listed = sorted(nodes.values(), key=lambda node: (_urgency(node.state), node.name))
    edges.sort(key=lambda edge: (_urgency(edge.state), edge.a.name, edge.b.name))
    return Drawing(place, "" if place is None else _name(place, wiring), listed, edges, others, why)


def _station(session: Session) -> tuple[int | None, Explained | None]:
    try:
        return root_of(session, console().settings.site.station_device).id, None
    except StationUnknownError as error:
        return None, explained(error)


def _seen(session: Session) -> _Seen:
    """Columns only: a city has thousands of each, and this is asked again every half minute."""
    now, health = console().clock.now(), poller.of_session(session)
    devices = select(Device.id, Device.name, Device.role, standing.device_standing(now, health))
    devices = devices.outerjoin(DeviceState, DeviceState.device_id == Device.id)
    lines = select(Line.id, Line.name, standing.line_standing(now, health))
    lines = lines.outerjoin(LineState, LineState.line_id == Line.id)
    links = select(Link.id, Link.evidence, Link.standing).where(Link.state == LinkState.PRESENT)
    return _Seen(
        {
            number: _Thing(name, LABELS[role], states.DEVICE[word])
            for number, name, role, word in session.execute(seen().apply(devices, Device))
        },
        {
            number: _Thing(name, "", states.LINE[word])
            for number, name, word in session.execute(seen().apply(lines, Line))
        },
        {number: _link(evidence, told) for number, evidence, told in session.execute(links)},
    )


def _link(evidence: str, standing: LinkStanding) -> Shown:
    if standing is LinkStanding.CONFLICTING:
        return CONTRADICTED
    return states.STATED if evidence == LinkEvidence.STATED else states.LINK[LinkState.PRESENT]


def _devices(wiring: Wiring, scene: Scene, mine: _Seen) -> Mapping[NodeKey, Sequence[int]]:
    """A place stands for all that it holds, also where only some of it is wired to what is opened."""
    held: defaultdict[NodeKey, list[int]] = defaultdict(list)
    for device, place in wiring.at.items():
        for node in {place, wiring.outer(place)} if device in mine.devices else ():
            held[node].append(device)
    return {node: held[node] if node.kind in PLACES else found for node, found in scene.devices.items()}


def _node(node: NodeKey, wiring: Wiring, devices: Sequence[int], at: tuple[int, int], mine: _Seen) -> DrawnNode:
    if node.kind is NodeKind.DEVICE:
        found = mine.devices[node.id]
        name, kind = found.name, gettext(found.label)
    else:
        name, kind = _name(node, wiring), gettext(KIND_WORDS[node.kind])
    told = [mine.devices[device].shown for device in devices]
    state = min(told, key=lambda one: one.rank, default=UNMANAGED)
    failing = sum(one.kind in {"crit", "warn"} for one in told)
    return DrawnNode(node, name, kind, *at, state, len(devices), failing, _opens(node), _page(node))


def _name(node: NodeKey, wiring: Wiring) -> str:
    return wiring.names.get(node) or gettext(KIND_WORDS[NodeKind.NOWHERE])


def _opens(node: NodeKey) -> str | None:
    if node.kind not in PLACES:
        return None
    return url_for("topology.map", at=str(node), others=request.args.get("others") or None)


def _page(node: NodeKey) -> str | None:
    """Sites and regions belong to nobody: their pages are for those whose reach has no limit."""
    if node.kind is NodeKind.DEVICE:
        return url_for("devices.show", number=node.id)
    if node.kind is NodeKind.FAR_END:
        return url_for("lines.show", number=node.id)
    kind = LEDGER_KINDS.get(node.kind)
    return url_for("inventory.show", kind=kind, number=node.id) if kind and seen().whole else None


def _edge(a: DrawnNode, b: DrawnNode, strands: Iterable[Strand], mine: _Seen) -> DrawnEdge:
    told, pages, links = [], [], 0
    for strand in strands:
        if strand.kind is Element.LINE:
            found = mine.lines[strand.id]
            told.append(found.shown)
            pages.append((found.name, url_for("lines.show", number=strand.id)))
        else:
            told.append(mine.links[strand.id])
            links += 1
    return DrawnEdge(a, b, min(told, key=_urgency), links, pages)


def _urgency(shown: Shown) -> int:
    return KINDS.index(shown.kind)
