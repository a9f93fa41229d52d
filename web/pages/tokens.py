"""API tokens: one's own, made here by a person who is present; and all of them, for the system administrator."""

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security import tokens
from security.roles import Permission
from security.tokens import NewToken, TokenState, state_of
from security.tokens.permissions import to_choose_from
from security.tokens.services import MOST_DAYS, USUAL_DAYS
from web import forms, states
from web.access import recently_proven, requires, signed_in
from web.failures import explained
from web.notices import redirect_with
from web.state import actor, console, me

blueprint = Blueprint("tokens", __name__)
DAYS = (7, 30, USUAL_DAYS, 180, MOST_DAYS)


@blueprint.get("/tokens")
@signed_in
def index() -> Response:
    return _page()


@blueprint.post("/tokens")
@signed_in
@recently_proven
def create() -> Response:
    """The answer itself shows the token: a redirect would have to carry it somewhere."""
    try:
        offered = to_choose_from(me().permissions)
        new = NewToken(
            name=forms.text("name", limit=200),
            permissions=frozenset(Permission(name) for name in forms.choices("permission", offered)),
            days=int(forms.choice("days", [str(days) for days in DAYS])),
            networks=forms.text("networks", required=False),
        )
        with console().database.write() as session:
            created = tokens.create(session, me(), new, actor=actor(), clock=console().clock)
    except GuanjinError as error:
        response = _page(failure=explained(error))
        response.status_code = error.category.http_status
        return response
    return _page(created=created, given=MultiDict())


@blueprint.post("/tokens/<int:number>/revoke")
@signed_in
def revoke(number: int) -> Response:
    with console().database.write() as session:
        token = tokens.revoke(session, number, actor=actor(), clock=console().clock, account_id=me().account_id)
    return redirect_with("token_revoked", url_for("tokens.index"), name=token.name)


@blueprint.get("/tokens/all")
@requires(Permission.MANAGE_ACCOUNTS)
def every() -> str:
    with console().database.read() as session:
        return render_template("tokens_all.html", tokens=tokens.every(session), shown=_shown)


@blueprint.post("/tokens/all/<int:number>/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
def revoke_any(number: int) -> Response:
    with console().database.write() as session:
        token = tokens.revoke(session, number, actor=actor(), clock=console().clock)
    return redirect_with("token_revoked", url_for("tokens.every"), name=token.name)


def _page(**values: object) -> Response:
    with console().database.read() as session:
        body = render_template(
            "tokens.html",
            tokens=tokens.of_account(session, me().account_id),
            shown=_shown,
            offered=to_choose_from(me().permissions),
            days=DAYS,
            usual=USUAL_DAYS,
            **{"given": request.form, **values},
        )
    return make_response(body)


def _shown(token: tokens.ApiToken) -> states.Shown:
    return states.TOKEN[TokenState(state_of(token, console().clock.now()))]
