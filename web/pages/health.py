"""A sign of life for the supervisor and for a proxy: the process answers and the database can be read."""

from flask import Blueprint
from sqlalchemy import text
from werkzeug.wrappers import Response

from web.state import console

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def alive() -> Response:
    with console().database.read() as session:
        session.execute(text("select 1"))
    return Response("ok\n", mimetype="text/plain")
