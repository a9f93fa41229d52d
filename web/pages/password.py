"""Changing one's own password: by wish, or because somebody else has set it."""

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.login import change_password
from web import forms
from web.access import signed_in
from web.errors import RepeatDiffersError
from web.failures import explained
from web.notices import redirect_with
from web.state import door, me

blueprint = Blueprint("password", __name__)


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
def change() -> Response:
    if request.method != "POST":
        return make_response(render_template("password.html"))
    try:
        new = forms.secret("new")
        if new != forms.secret("repeat"):
            raise RepeatDiffersError
        change_password(door(), me(), forms.secret("current"), new)
    except GuanjinError as error:
        return make_response(render_template("password.html", failure=explained(error)), error.category.http_status)
    return redirect_with("password_changed", url_for("session.land"))
