"""Credentials: names only. The web process holds no key of their realms: it could not show a value if it wanted to.

What is typed into the form is sealed to the public key of its realm at once (`Vault.deposit`); only the process that
uses it can open it. A form that is refused comes back with its name and without its secrets.
"""

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.models import Device
from security.roles import Permission
from security.vault import Kind, Realm
from security.vault.kinds import CHOICES, ENTERED, FIELDS, HOME, OPTIONAL
from security.vault.labels import FIELD_LABELS, KIND_LABELS, SHOWN
from security.vault.models import NAME_LENGTH
from web import forms
from web.access import recently_proven, requires
from web.errors import BadRequestError
from web.failures import Explained, explained
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("credentials", __name__)
# A private key of RSA with 16384 bits has 13 kB.
LONGEST = 16_384


@blueprint.get("/credentials")
@requires(Permission.MANAGE_CREDENTIALS)
def index() -> str:
    with console().database.read() as session:
        entries = [entry for entry in console().vault.list(session) if entry.realm in ENTERED]
        used: dict[str, int] = {}
        for names in session.execute(select(Device.snmp_credential, Device.ssh_credential)):
            for name in filter(None, names):
                used[name] = used.get(name, 0) + 1
    return render_template("credentials.html", entries=entries, used=used)


@blueprint.route("/credentials/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CREDENTIALS)
def create() -> Response:
    kind = _kind()
    if request.method != "POST":
        return _form(kind)
    try:
        name = forms.text("name", limit=NAME_LENGTH + 1)
        with console().database.write() as session:
            console().vault.deposit(session, HOME[kind], name, _typed(kind), actor=actor(), kind=kind)
    except GuanjinError as error:
        response = _form(kind, failure=explained(error))
        response.status_code = error.category.http_status
        return response
    return redirect_with("credential_stored", url_for("credentials.index"), name=name)


def _kind() -> Kind:
    """Of those that have a home and known fields."""
    wanted = request.values.get("kind", Kind.SNMP_V2C.value)
    if wanted not in HOME:
        raise BadRequestError(reason="kind")
    return Kind(wanted)


def _fields(kind: Kind) -> tuple[str, ...]:
    return (*FIELDS[kind], *OPTIONAL.get(kind, ()))


def _typed(kind: Kind) -> dict[str, str]:
    values = {field: forms.secret(field, required=field in FIELDS[kind]) for field in _fields(kind)}
    for field, value in values.items():
        if len(value) > LONGEST:
            raise BadRequestError(reason=field)
    return {field: value for field, value in values.items() if value}


def _form(kind: Kind, failure: Explained | None = None) -> Response:
    return make_response(
        render_template(
            "credential_new.html",
            kind=kind,
            realm=HOME[kind],
            kinds={one: KIND_LABELS[one] for one in HOME},
            fields=_fields(kind),
            needed=FIELDS[kind],
            choices=CHOICES,
            labels=FIELD_LABELS,
            shown=SHOWN,
            failure=failure,
        )
    )


@blueprint.post("/credentials/delete")
@requires(Permission.MANAGE_CREDENTIALS)
@recently_proven
def delete() -> Response:
    realm = Realm(forms.choice("realm", list(ENTERED)))
    name = forms.text("name", limit=200)
    with console().database.write() as session:
        console().vault.delete(session, realm, name, actor=actor())
    return redirect_with("credential_deleted", url_for("credentials.index"), name=name)
