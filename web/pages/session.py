"""Logging in and out, and where each role begins its day."""

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from security import sessions
from security.errors import NotSetUpError, SecurityError
from security.factors.kinds import SecondStep
from security.login import log_in
from security.roles import Role
from web import forms
from web.access import allowed, signed_in
from web.failures import explained
from web.notices import redirect_with
from web.preferences import local_path
from web.session_cookie import forget, remember
from web.state import actor, console, door, me, principal

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
    if request.method != "POST":
        if principal():
            return redirect(wanted, 303)
        return make_response(login_page())
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
        return make_response(login_page(error), error.category.http_status)
    if found.signed_in.second_step is SecondStep.PROVE:
        wanted = url_for("second_factor.show", next=wanted)
    elif found.signed_in.second_step is SecondStep.ENROL:
        wanted = "/"
    return remember(redirect(wanted, 303), found.token)


def login_page(error: SecurityError | None = None) -> str:
    """With the way by the office's provider, where there is one."""
    by_provider = console().directories.oidc is not None
    failure = explained(error) if error else None
    wanted = local_path(request.args.get("next"), "")
    return render_template("login.html", failure=failure, by_provider=by_provider, wanted=wanted or None)


@blueprint.post("/logout")
@signed_in
def logout() -> Response:
    with console().database.write() as session:
        sessions.log_out(session, me(), actor=actor(), clock=console().clock)
    return forget(redirect_with("signed_out", url_for("session.login")))
