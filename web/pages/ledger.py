"""The ferry's ledger (摆渡台账): everything that went out and came in, and what should have come and did not."""

from flask import Blueprint, render_template
from sqlalchemy import select

from security.ferry import services
from security.ferry.levels import Level
from security.ferry.models import FerryLink
from security.roles import Permission
from web import states
from web.access import requires
from web.ferry import names_of
from web.state import console

blueprint = Blueprint("ledger", __name__)
MOST = 300


@blueprint.get("/ledger")
@requires(Permission.VIEW_TRANSFERS)
def index() -> str:
    with console().database.read() as session:
        outgoing = services.find_transfers(session, limit=MOST)
        people = [name for row in outgoing for name in (row.submitter, *(one.person for one in row.approvals))]
        return render_template(
            "ledger.html",
            outgoing=outgoing,
            incoming=services.find_incoming(session, limit=MOST),
            gaps=services.open_gaps(session),
            links={link.id: link for link in session.scalars(select(FerryLink))},
            names=names_of(session, people),
            states=states.TRANSFER,
            level=Level.of,
        )
