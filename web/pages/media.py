"""The media operator's bench: what waits to be carried, what waits for its receipt, what came in."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from security.ferry import services
from security.ferry.states import Outgoing
from security.roles import Permission
from web import forms, states
from web.access import requires
from web.failures import explained
from web.ferry import CARRIED, ferry, names_of
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("media", __name__)


@blueprint.get("/media")
@requires(Permission.OPERATE_MEDIA)
def index() -> str:
    return _page()


@blueprint.post("/media/look")
@requires(Permission.OPERATE_MEDIA)
def look() -> Response:
    try:
        found = services.look_at_medium(console().database, ferry(), actor=actor())
    except GuanjinError as error:
        return make_response(_page(failure=explained(error)), error.category.http_status)
    return redirect_with("medium_read", url_for("media.index"), number=len(found))


@blueprint.post("/media/<uid>/carry")
@requires(Permission.OPERATE_MEDIA)
def carry(uid: str) -> Response:
    try:
        with console().database.write() as session:
            services.carry_again(session, ferry(), uid, actor=actor())
    except GuanjinError as error:
        return make_response(_page(failure=explained(error)), error.category.http_status)
    return redirect_with("carried_again", url_for("media.index"))


@blueprint.post("/media/<uid>/receipt")
@requires(Permission.OPERATE_MEDIA)
def receipt(uid: str) -> Response:
    try:
        code = forms.text("code", limit=40)
        services.confirm_receipt(console().database, ferry(), uid, code, actor=actor())
    except GuanjinError as error:
        return make_response(_page(failure=explained(error), failed_uid=uid), error.category.http_status)
    return redirect_with("receipted", url_for("media.index"))


def _page(**values: object) -> str:
    with console().database.read() as session:
        sealed = services.find_transfers(session, states=(Outgoing.SEALED, Outgoing.SEALING))
        carried = services.find_transfers(session, states=CARRIED)
        incoming = services.find_incoming(session, limit=50)
        return render_template(
            "media.html",
            sealed=sealed,
            carried=carried,
            incoming=incoming,
            names=names_of(session, [row.submitter for row in [*sealed, *carried]]),
            folder=ferry().medium,
            states=states.TRANSFER,
            **values,
        )
