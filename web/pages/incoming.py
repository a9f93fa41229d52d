"""A bundle at its destination: where it comes from, what was verified, releasing it, collecting its files."""

from flask import Blueprint, Response, make_response, render_template, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.errors import GuanjinError
from security import accounts
from security.ferry import services
from security.ferry.errors import restore
from security.ferry.inspection import wording
from security.ferry.levels import Level
from security.ferry.states import Incoming
from security.roles import Permission, Role
from web import forms, states
from web.access import requires
from web.failures import explained
from web.ferry import ARRIVED, STAGE_LABELS, addressed_to, ferry, incoming_for, names_of, way_in
from web.i18n import gettext
from web.notices import redirect_with
from web.state import actor, console, me

blueprint = Blueprint("incoming", __name__)


@blueprint.get("/incoming/<int:number>")
@requires(Permission.VIEW_TRANSFERS, Permission.COLLECT_TRANSFER)
def show(number: int) -> str:
    return _page(number)


@blueprint.post("/incoming/<int:number>/release")
@requires(Permission.RELEASE_TRANSFER)
def release(number: int) -> AnyResponse:
    try:
        with console().database.write() as session:
            services.release(session, ferry(), number, actor=actor())
    except GuanjinError as error:
        return make_response(_page(number, failure=explained(error)), error.category.http_status)
    return redirect_with("released", url_for("incoming.show", number=number))


@blueprint.post("/incoming/<int:number>/hold")
@requires(Permission.RELEASE_TRANSFER)
def hold(number: int) -> AnyResponse:
    try:
        reason = forms.text("reason")
        with console().database.write() as session:
            services.hold(session, ferry(), number, reason=reason, actor=actor())
    except GuanjinError as error:
        return make_response(_page(number, failure=explained(error)), error.category.http_status)
    return redirect_with("held", url_for("incoming.show", number=number))


@blueprint.post("/incoming/<int:number>/files/<int:position>")
@requires(Permission.COLLECT_TRANSFER)
def collect(number: int, position: int) -> Response:
    """A form and not a link: every handing out is a record."""
    with console().database.write() as session:
        incoming_for(session, me(), number)
        found = services.collect(session, ferry(), number, position, actor=actor())
    return send_file(found.file, mimetype="application/octet-stream", as_attachment=True, download_name=found.name)


def _page(number: int, **values: object) -> str:
    with console().database.read() as session:
        row = incoming_for(session, me(), number)
        found = services.report_of(row)
        receivers = accounts.every(session, role=Role.RECEIVER)
        return render_template(
            "incoming.html",
            row=row,
            shown=states.TRANSFER[row.state],
            stops=way_in(row),
            reports={one.sha256: one for one in found.files} if found else {},
            names=names_of(session, [row.released_by]),
            level=Level.of(row.level) if row.level else None,
            released=Incoming(row.state) in ARRIVED,
            code=services.receipt_code(row) if _may_tell(row.state) else None,
            may_collect=Permission.COLLECT_TRANSFER in me().permissions and addressed_to(session, row, me()),
            receivers=[one for one in receivers if addressed_to(session, row, one)],
            refusal=explained(restore(row.refusal)) if row.refusal else None,
            sentence=lambda finding: wording.render(finding, gettext),
            outcomes=states.OUTCOME,
            stage_labels=STAGE_LABELS,
            **values,
        )


def _may_tell(state: str) -> bool:
    """The receipt code is for those who carry it back."""
    return Incoming(state) in ARRIVED and Permission.VIEW_TRANSFERS in me().permissions
