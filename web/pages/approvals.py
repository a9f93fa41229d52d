"""To approve: what waits for this person's decision. A decision is made on the transfer's own page, with the PIN."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.ferry import services, signing_keys
from security.ferry.levels import Level
from security.ferry.states import Incoming
from security.roles import Permission
from web import forms, states
from web.access import requires
from web.failures import explained
from web.ferry import ferry, names_of, roles_for, to_decide, transfer_for
from web.notices import redirect_with
from web.pages.transfers import page_of
from web.state import actor, console, me

blueprint = Blueprint("approvals", __name__)
# A unit's administrator is the third approver out of a classified network; who may decide what, the policy says.
APPROVERS = (Permission.APPROVE_DEPARTMENT, Permission.APPROVE_SECURITY, Permission.VIEW_OWN_UNIT)


@blueprint.get("/approvals")
@requires(*APPROVERS)
def index() -> str:
    with console().database.read() as session:
        waiting = to_decide(session, me())
        releases = Permission.RELEASE_TRANSFER in me().permissions
        return render_template(
            "approvals.html",
            waiting=sorted(waiting, key=lambda row: row.created_at),
            has_key=signing_keys.in_use(session, me().login) is not None,
            arrived=services.find_incoming(session, states=(Incoming.RELEASABLE,)) if releases else [],
            names=names_of(session, [row.submitter for row in waiting]),
            states=states.TRANSFER,
            level=Level.of,
        )


@blueprint.post("/transfers/<uid>/approve")
@requires(*APPROVERS)
def approve(uid: str) -> Response:
    try:
        pin = forms.secret("pin")
        with console().database.read() as session:
            roles = roles_for(session, me(), transfer_for(session, me(), uid))
        services.give_approval(console().database, ferry(), uid, pin=pin, roles=roles, actor=actor())
    except GuanjinError as error:
        return make_response(page_of(uid, failure=explained(error)), error.category.http_status)
    return redirect_with("approved", url_for("approvals.index"))


@blueprint.post("/transfers/<uid>/reject")
@requires(*APPROVERS)
def reject(uid: str) -> Response:
    try:
        reason = forms.text("reason")
        with console().database.write() as session:
            roles = roles_for(session, me(), transfer_for(session, me(), uid))
            services.reject(session, ferry(), uid, reason=reason, roles=roles, actor=actor())
    except GuanjinError as error:
        return make_response(page_of(uid, failure=explained(error)), error.category.http_status)
    return redirect_with("rejected", url_for("approvals.index"))
