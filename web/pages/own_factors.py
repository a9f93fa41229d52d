"""Setting up one's own second factors: one-time codes, security keys, and recovery codes for the day they are lost."""

import segno
from flask import Blueprint, make_response, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.directory.kinds import Source
from security.factors import security_keys, setting_up, totp
from security.factors.setting_up import SetUp
from web import forms
from web.access import recently_proven, signed_in
from web.failures import explained
from web.i18n import gettext
from web.notices import redirect_with
from web.security_keys import reachable, relying_party
from web.session_cookie import remember
from web.state import console, door, me

blueprint = Blueprint("own_factors", __name__)
MODULE_PX = 5


@blueprint.route("/me/one-time-codes", methods=["GET", "POST"])
@signed_in
@recently_proven
def one_time_codes() -> Response:
    """The key is made anew for each form and kept nowhere until a code shows that the authenticator has it."""
    if request.method != "POST":
        return _one_time_form(totp.new_secret())
    key = forms.text("key", limit=200)
    try:
        done = setting_up.set_up_totp(
            door(),
            me(),
            console().vault,
            password=forms.secret("password", required=_asks_password()),
            key=key,
            code=forms.text("code", limit=60),
        )
    except GuanjinError as error:
        return _one_time_form(totp.read(key) or totp.new_secret(), error)
    return _done(done)


@blueprint.post("/me/one-time-codes/remove")
@signed_in
@recently_proven
def remove_one_time_codes() -> Response:
    setting_up.remove_totp(door(), me(), console().vault)
    return redirect_with("factor_removed", url_for("own_account.show"))


@blueprint.route("/me/security-keys", methods=["GET", "POST"])
@signed_in
@recently_proven
def add_key() -> Response:
    if request.method != "POST":
        return _key_form()
    try:
        done = setting_up.set_up_key(
            door(),
            me(),
            relying_party(),
            password=forms.secret("password", required=_asks_password()),
            name=forms.text("name", limit=200),
            answer=forms.secret("answer"),
        )
    except GuanjinError as error:
        return _key_form(error)
    return _done(done)


@blueprint.post("/me/security-keys/<int:number>/remove")
@signed_in
@recently_proven
def remove_key(number: int) -> Response:
    setting_up.remove_key(door(), me(), number)
    return redirect_with("factor_removed", url_for("own_account.show"))


@blueprint.post("/me/recovery-codes")
@signed_in
@recently_proven
def issue_codes() -> Response:
    return _codes(setting_up.issue_codes(door(), me()))


def _asks_password() -> bool:
    """Whoever comes by a provider has none here."""
    return me().source is not Source.OIDC


def _done(done: SetUp) -> Response:
    """Recovery codes are shown in this answer and never again."""
    shown = _codes(done.codes) if done.codes else redirect_with("factor_set_up", url_for("own_account.show"))
    return remember(shown, done.token)


def _codes(codes: tuple[str, ...]) -> Response:
    return make_response(render_template("recovery_codes.html", codes=codes))


def _one_time_form(secret: bytes, error: GuanjinError | None = None) -> Response:
    issuer = f"{gettext('Guanjin')} {console().settings.site.name}".strip()
    code = segno.make(totp.address(secret, me().login, issuer), micro=False, boost_error=False)
    page = render_template(
        "one_time_codes.html",
        key=totp.written(secret),
        picture=Markup(code.svg_inline(scale=MODULE_PX, light="#fff")),  # noqa: S704  # made of squares by segno
        asks_password=_asks_password(),
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)


def _key_form(error: GuanjinError | None = None) -> Response:
    options = None
    if reachable():
        with console().database.write() as session:
            options = security_keys.offer(session, relying_party(), me(), clock=console().clock)
    page = render_template(
        "security_key.html",
        options=options,
        key_host=relying_party().host,
        asks_password=_asks_password(),
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)
