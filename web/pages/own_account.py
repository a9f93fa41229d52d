"""My account: where I am signed in, and with what I prove that it is me."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from security import accounts, sessions
from security.factors import enrolled
from security.profile import profile_of
from web.access import signed_in
from web.notices import redirect_with
from web.security_keys import reachable, relying_party
from web.state import actor, console, me

blueprint = Blueprint("own_account", __name__)


@blueprint.get("/me")
@signed_in
def show() -> str:
    settings = console().settings.security
    profile = profile_of(settings)
    with console().database.read() as session:
        account = accounts.get(session, me().account_id)
        return render_template(
            "own_account.html",
            account=account,
            live=sessions.every(session, settings=settings, clock=console().clock, account_id=account.id),
            found=enrolled.of_account(session, account.id),
            expires=account.password_changed + profile.longest_use if profile.longest_use else None,
            reachable=reachable(),
            key_host=relying_party().host,
        )


@blueprint.post("/me/sessions/<int:number>/end")
@signed_in
def end_session(number: int) -> Response:
    with console().database.write() as session:
        sessions.end(session, number, account_id=me().account_id, actor=actor(), clock=console().clock)
    return redirect_with("own_session_ended", url_for("own_account.show"))
