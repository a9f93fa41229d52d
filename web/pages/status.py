"""The strip on top of every page, which refreshes itself: which network, how fresh, and red when nothing is polled.

And the small question that an open page asks between two refreshes: did any device or line change its state?
"""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from security.roles import Permission
from web import poller
from web.access import requires, signed_in

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@signed_in
def strip() -> str:
    return render_template("status.html")


@blueprint.get("/changes")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def changes() -> Response:
    """How many there were; says nothing of which."""
    status = poller.of_request().status
    return Response(str(status.changes if status else 0), mimetype="text/plain")
