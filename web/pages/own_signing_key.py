"""My signing key: made here by its owner under a PIN that nobody else types, given another PIN, revoked, succeeded."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.ferry import approver_key, floor, pins, signing_keys
from security.ferry.errors import PinsDifferError, SigningKeyExistsError
from web import forms
from web.access import recently_proven, signed_in
from web.failures import explained
from web.ferry import ferry
from web.notices import redirect_with
from web.signing_keys import shown
from web.state import actor, console, me

blueprint = Blueprint("own_signing_key", __name__)


@blueprint.get("/me/signing-key")
@signed_in
def show() -> Response:
    return _page()


@blueprint.post("/me/signing-key")
@signed_in
@recently_proven
def create() -> Response:
    """The key is made on the server and locked before anything of it is stored; the PIN is forgotten with the form."""
    try:
        _refuse_second()
        made = approver_key.create(me().login, _new_pin())
        with console().database.write() as session:
            signing_keys.add_approver_key(session, ferry(), made, _roles(), actor=actor(), replaces=False)
    except GuanjinError as error:
        return _page(error)
    return redirect_with("signing_key_made", url_for("own_signing_key.show"))


@blueprint.post("/me/signing-key/pin")
@signed_in
@recently_proven
def change_pin() -> Response:
    try:
        pin, new = forms.secret("pin"), _new_pin()
        signing_keys.change_pin(console().database, ferry(), me().login, pin=pin, new=new, actor=actor())
    except GuanjinError as error:
        return _page(error)
    return redirect_with("pin_changed", url_for("own_signing_key.show"))


@blueprint.post("/me/signing-key/<int:number>/revoke")
@signed_in
@recently_proven
def revoke(number: int) -> Response:
    """Without the PIN: a forgotten one is a reason to revoke."""
    try:
        reason = forms.text("reason")
        with console().database.write() as session:
            signing_keys.revoke(session, ferry(), number, reason=reason, actor=actor(), person=me().login)
    except GuanjinError as error:
        return _page(error)
    return redirect_with("signing_key_revoked", url_for("own_signing_key.show"), name=me().display_name)


def _refuse_second() -> None:
    """Before the slow part; the service looks again."""
    with console().database.read() as session:
        if signing_keys.in_use(session, me().login) is not None:
            raise SigningKeyExistsError(person=me().login)


def _new_pin() -> str:
    new, repeat = forms.secret("new_pin"), forms.secret("repeat_pin")
    if pins.normal(new) != pins.normal(repeat):
        raise PinsDifferError
    return new


def _roles() -> set[str]:
    return {role.value for role in me().roles} & floor.APPROVER_ROLES


def _page(error: GuanjinError | None = None) -> Response:
    with console().database.read() as session:
        keys = [shown(key, ferry()) for key in signing_keys.of_person(session, me().login)]
    page = render_template(
        "own_signing_key.html",
        key=next((one for one in keys if one.row.revoked_at is None), None),
        former=[one for one in keys if one.row.revoked_at is not None],
        roles=sorted(_roles()),
        least=pins.LEAST,
        most=pins.MOST,
        most_failures=signing_keys.MOST_FAILURES,
        locked_minutes=signing_keys.LOCKED_MINUTES,
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)
