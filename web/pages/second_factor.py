"""The second step of the log-in, and the same again before something sensitive. One-time codes need no JavaScript."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from security.errors import SecurityError
from security.factors import enrolled, security_keys
from security.factors.enrolled import Enrolled
from security.factors.kinds import SecondStep
from security.factors.proving import prove_certificate, prove_code, prove_key
from web import forms
from web.access import signed_in
from web.failures import explained
from web.preferences import local_path
from web.security_keys import reachable, relying_party
from web.session_cookie import remember
from web.state import console, door, me

blueprint = Blueprint("second_factor", __name__)


@blueprint.get("/second-factor")
@signed_in
def show() -> Response:
    if me().second_step is not SecondStep.PROVE and me().factor is None:
        return redirect(_wanted(), 303)
    return _page()


@blueprint.post("/second-factor")
@signed_in
def by_code() -> Response:
    try:
        token = prove_code(door(), me(), console().vault, forms.text("code", limit=60))
    except SecurityError as error:
        return _page(error)
    return _on(token)


@blueprint.post("/second-factor/key")
@signed_in
def by_key() -> Response:
    try:
        token = prove_key(door(), me(), relying_party(), forms.secret("answer"))
    except SecurityError as error:
        return _page(error)
    return _on(token)


@blueprint.post("/second-factor/certificate")
@signed_in
def by_certificate() -> Response:
    try:
        token = prove_certificate(door(), me())
    except SecurityError as error:
        return _page(error)
    return _on(token)


def _on(token: str | None) -> Response:
    return remember(redirect(_wanted(), 303), token)


def _page(error: SecurityError | None = None) -> Response:
    with console().database.read() as session:
        found = enrolled.of_account(session, me().account_id)
    page = render_template(
        "second_factor.html",
        found=found,
        options=_question(found),
        wanted=_wanted(),
        by_certificate=found.certificates and console().settings.web.client_certificates,
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)


def _question(found: Enrolled) -> str | None:
    """What a security key is asked on this page; None where the account has none, or the address is not its own."""
    if not found.keys or not reachable():
        return None
    with console().database.write() as session:
        return security_keys.ask(session, relying_party(), me(), clock=console().clock)


def _wanted() -> str:
    wanted = local_path(request.args.get("next"))
    return wanted if not wanted.startswith(url_for("second_factor.show")) else "/"
