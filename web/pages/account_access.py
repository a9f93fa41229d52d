"""From where and with what an account is used, as far as the system administrator says so."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from security import accounts
from security.directory import linking
from security.directory.kinds import Source
from security.factors import certificates, setting_up
from security.roles import Permission
from web import forms
from web.access import recently_proven, requires
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("account_access", __name__)


@blueprint.post("/accounts/<int:number>/addresses")
@requires(Permission.MANAGE_ACCOUNTS)
def addresses(number: int) -> Response:
    text = forms.text("addresses", limit=4000, required=False)
    with console().database.write() as session:
        account = accounts.allow_addresses(session, number, text, actor=actor(), clock=console().clock)
    return _back("addresses_changed", number, account.login)


@blueprint.post("/accounts/<int:number>/directory")
@requires(Permission.MANAGE_ACCOUNTS)
@recently_proven
def directory(number: int) -> Response:
    source = Source(forms.choice("source", list(Source)))
    subject = forms.text("subject", limit=300, required=False)
    with console().database.write() as session:
        account = linking.link(session, number, source, subject, actor=actor(), clock=console().clock)
    return _back("account_linked", number, account.login)


@blueprint.post("/accounts/<int:number>/certificates")
@requires(Permission.MANAGE_ACCOUNTS)
@recently_proven
def add_certificate(number: int) -> Response:
    pem = forms.text("certificate", limit=certificates.LARGEST)
    with console().database.write() as session:
        certificates.enrol(session, number, pem, actor=actor(), clock=console().clock)
        login = accounts.get(session, number).login
    return _back("certificate_added", number, login)


@blueprint.post("/accounts/<int:number>/certificates/<int:certificate>/revoke")
@requires(Permission.MANAGE_ACCOUNTS)
@recently_proven
def revoke_certificate(number: int, certificate: int) -> Response:
    with console().database.write() as session:
        login = accounts.get(session, number).login
        setting_up.revoke_certificate(session, number, certificate, actor=actor(), clock=console().clock)
    return _back("certificate_revoked", number, login)


@blueprint.post("/accounts/<int:number>/factors/reset")
@requires(Permission.MANAGE_ACCOUNTS)
@recently_proven
def reset_factors(number: int) -> Response:
    with console().database.write() as session:
        account = setting_up.reset(session, console().vault, number, actor=actor(), clock=console().clock)
    return _back("factors_reset", number, account.login)


def _back(notice: str, number: int, login: str) -> Response:
    return redirect_with(notice, url_for("accounts.show", number=number), name=login)
