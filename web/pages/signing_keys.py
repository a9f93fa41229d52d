"""The signing keys of all approvers, for the security administrator: when somebody left, or a PIN became known."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.ferry import signing_keys
from security.roles import Permission
from web import forms
from web.access import recently_proven, requires
from web.failures import explained
from web.ferry import ferry, names_of
from web.notices import redirect_with
from web.signing_keys import shown
from web.state import actor, console

blueprint = Blueprint("signing_keys", __name__)
# Whoever proposes the roles in which people approve; that role operates nothing and reads no transfer.
KEEPER = Permission.GRANT_ROLES


@blueprint.get("/signing-keys")
@requires(KEEPER)
def index() -> Response:
    return _page()


@blueprint.post("/signing-keys/<int:number>/revoke")
@requires(KEEPER)
@recently_proven
def revoke(number: int) -> Response:
    try:
        reason = forms.text("reason")
        with console().database.write() as session:
            row = signing_keys.revoke(session, ferry(), number, reason=reason, actor=actor())
            name = names_of(session, [row.person])[row.person]
    except GuanjinError as error:
        return _page(error)
    return redirect_with("signing_key_revoked", url_for("signing_keys.index"), name=name)


def _page(error: GuanjinError | None = None) -> Response:
    with console().database.read() as session:
        keys = [shown(key, ferry()) for key in signing_keys.every(session)]
        page = render_template(
            "signing_keys.html",
            keys=keys,
            names=names_of(session, [one.row.person for one in keys]),
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)
