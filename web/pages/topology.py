"""Topology (拓扑): which port is wired to which, and what of that changed."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.kinds import LinkEvidence, LinkStanding, LinkState
from inventory.labels import choices
from inventory.models import Device, Link
from inventory.topology.listing import FILTERS, ORDERS, find_links
from security.roles import Permission
from web import states, stating
from web.access import requires
from web.i18n import gettext
from web.listing import Asking, Sheet
from web.scope import seen
from web.state import console

blueprint = Blueprint("topology", __name__)
LIST = Asking(FILTERS, ORDERS, "state")


@blueprint.get("/topology")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def index() -> str:
    """`device` in the address keeps the neighbours of one device."""
    address = LIST.asked()
    with console().database.read() as session:
        found = find_links(session, address.wanted, scope=seen())
        return render_template(
            "topology.html",
            sheet=Sheet.of(found, address),
            shown=states.of_link,
            may_withdraw=lambda link: stating.may_withdraw(session, link),
            reached=_reached(session, found.items),
            evidence=lambda link: [LinkEvidence(word) for word in link.evidence.split(",")],
            link_states=choices(LinkState, gettext),
            standings=choices(LinkStanding, gettext),
        )


def _reached(session: Session, links: Sequence[Link]) -> frozenset[int]:
    """The devices at the ends whose pages the reader may open; others are named without a link."""
    ends = {end for link in links for end in (link.a_device_id, link.b_device_id) if end is not None}
    return frozenset(session.scalars(seen().apply(select(Device.id).where(Device.id.in_(ends)), Device)))
