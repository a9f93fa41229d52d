"""Where people put the nodes of the map. There is one map for everybody."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.events import Event
from inventory.models import MapPlace
from inventory.topology.layout import Place
from inventory.topology.scene import NodeKey
from security import audit

WHOLE: Final = "all"


def kept(session: Session, scene: NodeKey | None) -> dict[NodeKey, Place]:
    """`scene`: the place that was opened; None for the overview."""
    rows = session.scalars(select(MapPlace).where(MapPlace.scene == _name(scene)))
    found = ((NodeKey.parse(row.node), Place(row.x, row.y)) for row in rows)
    return {node: place for node, place in found if node is not None}


def arrange(session: Session, scene: NodeKey | None, places: Mapping[NodeKey, Place], *, actor: audit.Actor) -> None:
    """Put nodes where somebody wants them; none at all: let every node of the scene be placed anew."""
    query = delete(MapPlace).where(MapPlace.scene == _name(scene))
    if places:
        query = query.where(MapPlace.node.in_([str(node) for node in places]))
    session.execute(query)
    session.add_all(MapPlace(scene=_name(scene), node=str(node), x=at.x, y=at.y) for node, at in places.items())
    session.flush()
    detail = {"nodes": len(places)}
    audit.record(session, Event.MAP_ARRANGED, actor, subject=f"map:{_name(scene)}", detail=detail)


def _name(scene: NodeKey | None) -> str:
    return WHOLE if scene is None else str(scene)
