"""The strip on top of every page, which refreshes itself: which network, how fresh, and red when nothing is polled."""

from flask import Blueprint, render_template

from web.access import signed_in

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@signed_in
def strip() -> str:
    return render_template("status.html")
