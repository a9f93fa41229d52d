"""Logging in and out, and where each role begins its day."""

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from security import sessions
from security.door import Door
from security.errors import NotSetUpError, SecurityError
from security.login import log_in
from security.roles import Role
from web import forms
from web.access import allowed, signed_in
from web.failures import explained
from web.notices import redirect_with
from web.preferences import local_path
from web.state import actor, console, me, principal

blueprint = Blueprint("session", __name__)

# The first that the person holds decides.
LANDING: Mapping[Role, str] = {
    Role.SECURITY_OFFICER: "approvals.index",
    Role.DEPARTMENT_APPROVER: "approvals.index",
    Role.NETWORK_ADMIN: "overview.show",
    Role.OPERATOR: "jobs.index",
    Role.MEDIA_OPERATOR: "media.index",
    Role.UNIT_ADMIN: "overview.show",
    Role.SUBMITTER: "transfers.index",
    Role.RECEIVER: "transfers.index",
    Role.AUDIT_ADMIN: "audit.index",
    Role.SYSTEM_ADMIN: "accounts.index",
    Role.SECURITY_ADMIN: "accounts.index",
}


@blueprint.get("/")
@signed_in
def land() -> Response:
    for role, endpoint in LANDING.items():
        if role in me().roles and allowed(endpoint):
            return redirect(url_for(endpoint), 303)
    return redirect(url_for("about.show"), 303)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    wanted = local_path(request.args.get("next"))
    if request.method == "GET":
        if principal():
            return redirect(wanted, 303)
        return make_response(render_template("login.html"))
    try:
        found = log_in(
            door(),
            forms.text("login", limit=200),
            forms.secret("password"),
            replaces=request.cookies.get(console().session_cookie),
        )
    except NotSetUpError:
        return redirect(url_for("setup.begin"), 303)
    except SecurityError as error:
        return make_response(render_template("login.html", failure=explained(error)), error.category.http_status)
    response = redirect(wanted, 303)
    response.set_cookie(
        console().session_cookie, found.token, secure=console().secure, httponly=True, samesite="Strict"
    )
    return response


@blueprint.post("/logout")
@signed_in
def logout() -> Response:
    with console().database.write() as session:
        sessions.log_out(session, me(), actor=actor(), clock=console().clock)
    response = redirect_with("signed_out", url_for("session.login"))
    response.delete_cookie(console().session_cookie, secure=console().secure, httponly=True, samesite="Strict")
    return response


def door() -> Door:
    """Where this request comes from."""
    return Door(
        console().database,
        console().settings.security,
        console().clock,
        request.remote_addr or "",
        request.headers.get("User-Agent", ""),
    )
