"""Credentials: names only. This process holds no key of their realms, so it could not show a value if it wanted to."""

from flask import Blueprint, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from inventory.models import Device
from security.roles import Permission
from security.vault import Realm
from security.vault.kinds import ENTERED
from web import forms
from web.access import recently_proven, requires
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("credentials", __name__)


@blueprint.get("/credentials")
@requires(Permission.MANAGE_CREDENTIALS)
def index() -> str:
    with console().database.read() as session:
        entries = console().vault.list(session)
        used: dict[str, int] = {}
        for names in session.execute(select(Device.snmp_credential, Device.ssh_credential)):
            for name in filter(None, names):
                used[name] = used.get(name, 0) + 1
    return render_template("credentials.html", entries=entries, used=used)


@blueprint.post("/credentials/delete")
@requires(Permission.MANAGE_CREDENTIALS)
@recently_proven
def delete() -> Response:
    realm = Realm(forms.choice("realm", list(ENTERED)))
    name = forms.text("name", limit=200)
    with console().database.write() as session:
        console().vault.delete(session, realm, name, actor=actor())
    return redirect_with("credential_deleted", url_for("credentials.index"), name=name)
