"""The search of every page. One exact hit goes straight there."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from security.roles import Permission
from web import searching
from web.access import requires
from web.scope import seen
from web.state import console

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def find() -> Response:
    words = request.args.get("q", "").strip()[:100]
    with console().database.read() as session:
        hits = searching.find(session, words, seen()) if words else []
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return redirect(exact[0].link, 303)
    return make_response(
        render_template("search.html", words=words, hits=hits[: searching.MOST], total=len(hits), kinds=searching.KINDS)
    )
