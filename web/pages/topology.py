"""Topology (拓扑): which port is wired to which, and what of that changed."""

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.kinds import LinkEvidence, LinkStanding, LinkState
from inventory.labels import choices
from inventory.models import Device, Link
from inventory.topology.listing import links_of
from security.roles import Permission
from web import numbers, states, stating
from web.access import requires
from web.i18n import gettext
from web.listing import Listing
from web.scope import seen
from web.state import console

blueprint = Blueprint("topology", __name__)


LISTING: Listing[Link] = Listing(
    texts=lambda link: [link.a_device.name, link.a_port, link.b_name, link.b_port],
    filters={
        # Either end's: the service has kept those of this device already.
        "device": lambda _: request.args["device"],
        "state": lambda link: link.state.value,
        "standing": lambda link: link.standing.value,
        "far": lambda link: "managed" if link.b_device_id is not None else "other",
    },
    sorts={
        "name": lambda link: (link.a_device.name, link.a_port),
        "far": lambda link: (link.b_name, link.b_port),
        "state": lambda link: (states.LINK[link.state].rank, link.a_device.name, link.a_port),
        "since": lambda link: link.since,
        "seen": lambda link: link.seen,
    },
    default="state",
)


@blueprint.get("/topology")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def index() -> str:
    """`device` in the address keeps the neighbours of one device."""
    with console().database.read() as session:
        found = links_of(session, scope=seen(), device_id=_device())
        return render_template(
            "topology.html",
            sheet=LISTING.sheet(found),
            shown=states.of_link,
            may_withdraw=lambda link: stating.may_withdraw(session, link),
            reached=_reached(session),
            evidence=lambda link: [LinkEvidence(word) for word in link.evidence.split(",")],
            link_states=choices(LinkState, gettext),
            standings=choices(LinkStanding, gettext),
        )


def _device() -> int | None:
    """What is no number names a device that has no links."""
    return (numbers.asked("device") or 0) if request.args.get("device") else None


def _reached(session: Session) -> frozenset[int]:
    """The devices whose pages the reader may open; others are named without a link."""
    return frozenset(session.scalars(seen().apply(select(Device.id), Device)))
