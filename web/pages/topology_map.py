"""The map of the topology (拓扑图): place by place, a place opened device by device, and where people put the nodes."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import jsonify, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inventory.topology.arranging import arrange as put
from inventory.topology.layout import Place
from inventory.topology.scene import PLACES, NodeKey
from security.roles import Permission
from web import forms
from web.access import everywhere, requires
from web.drawing import Drawing, DrawnEdge, DrawnNode, draw
from web.errors import BadRequestError, PageMissingError
from web.i18n import gettext
from web.notices import redirect_with
from web.pages.topology import blueprint
from web.state import actor, console

# A place of some hundred devices; a node a million pixels away is lost.
MOST_NODES: Final = 5000
FARTHEST: Final = 1_000_000
LONGEST: Final = 400_000


@blueprint.get("/topology/map")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def map() -> str:  # noqa: A001  # the endpoint's name
    """`at` opens a place; `others` shows what nobody manages, too."""
    with console().database.read() as session:
        return render_template(
            "topology_map.html", drawing=_drawing(session), source=_address("topology.scene", request.args)
        )


@blueprint.get("/topology/map/scene")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def scene() -> Response:
    """What the page's script draws, and asks for again every half minute."""
    with console().database.read() as session:
        found = _drawing(session)
        return jsonify(nodes=[_node(node) for node in found.nodes], edges=[_edge(edge) for edge in found.edges])


@blueprint.post("/topology/map/arrange")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def arrange() -> Response:
    """There is one map for everybody, so only whose permission reaches everything arranges it.

    Nodes that have left the map since it was drawn are passed over; none at all has every node placed anew.
    """
    at = _place(request.form.get("at", ""))
    sent = _places(forms.text("places", limit=LONGEST))
    with console().database.read() as session:
        drawing = draw(session, at, others=True)
    known = {node.key for node in drawing.nodes}
    places = {node: place for node, place in sent.items() if node in known}
    if sent and not places:
        raise BadRequestError(reason="places")
    with console().database.write() as session:
        put(session, drawing.place, places, actor=actor())
    address = _address("topology.map", request.form)
    return redirect_with("map_arranged" if places else "map_anew", address)


def _drawing(session: Session) -> Drawing:
    return draw(session, _place(request.args.get("at", "")), others=request.args.get("others") == "1")


def _address(endpoint: str, asked: Mapping[str, str]) -> str:
    return url_for(endpoint, at=asked.get("at") or None, others=asked.get("others") or None)


def _place(text: str) -> NodeKey | None:
    found = NodeKey.parse(text) if text else None
    if text and (found is None or found.kind not in PLACES):
        raise PageMissingError(path=request.full_path)
    return found


def _places(text: str) -> dict[NodeKey, Place]:
    """`{"site-3": [150, -84]}`, as the page's script sends it."""
    try:
        sent = json.loads(text)
        found = {NodeKey.parse(name): Place(*_whole(at)) for name, at in sent.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise BadRequestError(reason="places") from None
    if len(found) > MOST_NODES or None in found:
        raise BadRequestError(reason="places")
    return {node: at for node, at in found.items() if node is not None}


def _whole(at: list[Any]) -> tuple[int, int]:
    x, y = (number if type(number) is int else None for number in at)
    if x is None or y is None or max(abs(x), abs(y)) > FARTHEST:
        raise ValueError
    return x, y


def _node(node: DrawnNode) -> dict[str, object]:
    return {
        "id": str(node.key),
        "kind": node.key.kind.name.lower(),
        "name": node.name,
        "x": node.x,
        "y": node.y,
        "state": node.state.kind,
        "word": gettext(node.state.word),
        "devices": node.devices,
        "failing": node.failing,
        "opens": node.opens,
        "page": node.page,
    }


def _edge(edge: DrawnEdge) -> dict[str, object]:
    return {
        "id": edge.id,
        "source": str(edge.a.key),
        "target": str(edge.b.key),
        "state": edge.state.kind,
        "word": gettext(edge.state.word),
        "lines": len(edge.pages),
        "links": edge.links,
    }
