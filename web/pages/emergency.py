"""Emergency access (应急授权): its halves are made here, entered here, and its end is here."""

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from core.events import Event
from security import accounts
from security.audit.recording import record_refusal
from security.emergency import seal
from security.emergency.errors import EmergencyError
from security.models import Account
from security.roles import Permission
from web import forms
from web.access import requires, signed_in
from web.failures import explained
from web.notices import redirect_with
from web.state import actor, console, me

blueprint = Blueprint("emergency", __name__)


@blueprint.get("/emergency")
@signed_in
def show() -> Response:
    return _page()


@blueprint.post("/emergency/seal")
@requires(Permission.SEAL_EMERGENCY)
def make_half() -> Response:
    """The half stands on this answer and nowhere else: it is printed or written down now."""
    with console().database.write() as session:
        half = seal.seal_half(session, actor=actor(), clock=console().clock)
        complete = seal.standing(session, console().clock.now()).sealed is not None
        mine = seal.half_of(accounts.get(session, me().account_id))
    return make_response(render_template("emergency_half.html", half=half, mine=mine, complete=complete))


@blueprint.post("/emergency/enter")
@signed_in
def enter() -> Response:
    try:
        half, reason = forms.text("half", limit=100), forms.text("reason", limit=200)
        with console().database.write() as session:
            is_open = seal.enter(session, half, reason, actor=actor(), clock=console().clock)
    except EmergencyError as error:
        record_refusal(
            console().database, Event.EMERGENCY_REFUSED, actor(), error, subject="emergency", clock=console().clock
        )
        return _page(error)
    except GuanjinError as error:
        return _page(error)
    return redirect_with("emergency_open" if is_open else "half_entered", url_for("emergency.show"))


@blueprint.post("/emergency/end")
@signed_in
def end() -> Response:
    """By the bearer or an administrator who seals; the service looks."""
    with console().database.write() as session:
        seal.end(session, actor=actor(), clock=console().clock)
    return redirect_with("emergency_ended", url_for("emergency.show"))


def _page(error: GuanjinError | None = None) -> Response:
    with console().database.read() as session:
        account = session.get(Account, me().account_id) if Permission.SEAL_EMERGENCY in me().permissions else None
        page = render_template(
            "emergency.html",
            standing=seal.standing(session, console().clock.now()),
            mine=seal.half_of(account) if account else None,
            hours=int(seal.LIFE.total_seconds() // 3600),
            reason=request.form.get("reason", ""),
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)
