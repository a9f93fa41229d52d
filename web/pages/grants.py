"""Grants that wait to be confirmed (授权复核): what one person proposed, another one decides here."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from inventory import reaches
from security import proposals
from security.roles import Permission
from web import forms, states
from web.access import recently_proven, requires
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("grants", __name__)


@blueprint.get("/grants")
@requires(Permission.GRANT_ROLES, Permission.CONFIRM_GRANTS)
def index() -> str:
    now = console().clock.now()
    with console().database.read() as session:
        waiting = proposals.waiting(session, now)
        return render_template(
            "grants.html",
            waiting=waiting,
            mine={one.id for one in waiting if proposals.may_confirm(session, one, actor())},
            over=proposals.over(session, now),
            state_of=lambda one: states.PROPOSAL[proposals.state_of(one, now)],
            places=reaches.names(session).of,
        )


@blueprint.post("/grants/<int:number>/confirm")
@requires(Permission.CONFIRM_GRANTS)
@recently_proven
def confirm(number: int) -> Response:
    with console().database.write() as session:
        account = proposals.confirm(session, number, actor=actor(), clock=console().clock)
    return _back("role_confirmed", account.login)


@blueprint.post("/grants/<int:number>/refuse")
@requires(Permission.CONFIRM_GRANTS)
def refuse(number: int) -> Response:
    reason = forms.text("reason", limit=200)
    with console().database.write() as session:
        found = proposals.refuse(session, number, reason=reason, actor=actor(), clock=console().clock)
    return _back("proposal_refused", found.account.login)


@blueprint.post("/grants/<int:number>/withdraw")
@requires(Permission.GRANT_ROLES)
def withdraw(number: int) -> Response:
    with console().database.write() as session:
        found = proposals.withdraw(session, number, actor=actor(), clock=console().clock)
    return _back("proposal_withdrawn", found.account.login)


def _back(notice: str, login: str) -> Response:
    return redirect_with(notice, url_for("grants.index"), name=login)
