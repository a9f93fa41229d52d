"""The tab's icon, in the zone's colour and with the number of things that wait, so that a buried tab still tells."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from web.state import console

blueprint = Blueprint("favicon", __name__)
MOST = 99


@blueprint.get("/favicon/<int:count>.svg")
def icon(count: int) -> Response:
    label = str(count) if count <= MOST else f"{MOST}+"
    body = render_template("favicon.svg", zone=console().settings.site.zone, label=label if count else "")
    response = Response(body, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
