"""The first page of a new installation: the token from the machine, then three administrators, three persons."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.passwords import PasswordPolicy
from security.roles import THREE_ADMINISTRATORS, Role
from security.setup import Administrator, check_token, complete_setup
from web import forms
from web.errors import RepeatDiffersError
from web.failures import explained
from web.notices import redirect_with
from web.state import console

blueprint = Blueprint("setup", __name__)


@blueprint.route("/setup", methods=["GET", "POST"])
def begin() -> Response:
    if console().is_set_up():
        return redirect(url_for("session.login"), 303)
    if request.method != "POST":
        return _page()
    try:
        _complete()
    except GuanjinError as error:
        response = _page(failure=explained(error))
        response.status_code = error.category.http_status
        return response
    return redirect_with("set_up", url_for("session.login"))


def _complete() -> None:
    """The token is checked before the slow hashing, and once more in the transaction that spends it."""
    token = forms.text("token", limit=100)
    with console().database.read() as session:
        check_token(session, token, clock=console().clock)
    persons = {role: _administrator(role) for role in THREE_ADMINISTRATORS}
    with console().database.write() as session:
        complete_setup(session, token, persons, address=request.remote_addr, clock=console().clock)


def _administrator(role: Role) -> Administrator:
    login = forms.text(f"{role}_login", limit=200)
    name = forms.text(f"{role}_name", limit=200)
    password = forms.secret(f"{role}_password")
    if password != forms.secret(f"{role}_repeat"):
        raise RepeatDiffersError
    policy = PasswordPolicy.of(console().settings.security)
    return Administrator(login, name, policy.accept(password, login=login))


def _page(**values: object) -> Response:
    return make_response(
        render_template(
            "setup.html",
            administrators=THREE_ADMINISTRATORS,
            length=console().settings.security.password_length,
            **values,
        )
    )
