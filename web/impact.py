"""Who is hit when a device, port or line fails, and its way up, as its page shows them, to a reader's scope."""

from collections.abc import Sequence

from flask import request
from sqlalchemy.orm import Session

from inventory.errors import StationUnknownError
from inventory.models import Device, Line, Port
from inventory.topology.services import Hit, impact_of, vertex_of
from inventory.topology.uplink import WayUp, way_up
from web.access import LIVE_HEADER
from web.failures import Explained, explained
from web.scope import seen
from web.state import console


def hits(session: Session, thing: Device | Port | Line) -> Sequence[Hit] | Explained:
    """Or why it cannot be told. Computed when a page is opened, not with every refresh: the whole network is walked."""
    if LIVE_HEADER in request.headers:
        return []
    try:
        return impact_of(session, vertex_of(thing), console().settings.site.station_device, seen())
    except StationUnknownError as error:
        return explained(error)


def uplink(session: Session, device: Device) -> WayUp | Explained | None:
    """None where a page refreshes itself: then it shows no more than what changes by the second."""
    if LIVE_HEADER in request.headers:
        return None
    try:
        return way_up(session, device.id, console().settings.site.station_device, seen())
    except StationUnknownError as error:
        return explained(error)
