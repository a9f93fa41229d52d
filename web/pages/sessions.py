"""Who is signed in at this moment, from where; the system administrator ends a session."""

from flask import Blueprint, render_template

from security import sessions
from security.roles import Permission
from web.access import requires
from web.state import console

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/sessions")
@requires(Permission.MANAGE_ACCOUNTS)
def index() -> str:
    with console().database.read() as session:
        live = sessions.every(session, settings=console().settings.security, clock=console().clock)
        return render_template("sessions.html", live=live)
