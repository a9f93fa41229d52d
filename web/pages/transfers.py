"""My transfers: what I sent, what is for me; submitting one, and following it on its way."""

from typing import BinaryIO, cast

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core.errors import GuanjinError
from core.events import Event
from security import audit
from security.ferry import services, signatures, signing_keys
from security.ferry.errors import restore
from security.ferry.inspection import wording
from security.ferry.levels import Level
from security.ferry.models import FerryLink
from security.ferry.peers import as_link
from security.ferry.states import Outgoing
from security.ferry.submitting import Staged
from security.roles import Permission
from web import forms, states
from web.access import requires
from web.errors import FieldMissingError, PageMissingError
from web.failures import explained
from web.ferry import ARRIVED, STAGE_LABELS, addressed_to, ferry, names_of, to_decide, transfer_for, way_out
from web.i18n import gettext
from web.notices import redirect_with
from web.state import actor, console, me

blueprint = Blueprint("transfers", __name__)
LOOKERS = (
    Permission.SUBMIT_TRANSFER,
    Permission.APPROVE_DEPARTMENT,
    Permission.APPROVE_SECURITY,
    Permission.VIEW_TRANSFERS,
    Permission.VIEW_OWN_UNIT,
)
OPEN = (Outgoing.SUBMITTED, Outgoing.INSPECTING, Outgoing.REVIEW, Outgoing.APPROVED)


@blueprint.get("/transfers")
@requires(Permission.SUBMIT_TRANSFER, Permission.COLLECT_TRANSFER)
def index() -> str:
    with console().database.read() as session:
        arrived = services.find_incoming(session, states=ARRIVED)
        return render_template(
            "transfers.html",
            mine=services.find_transfers(session, submitter=me().login),
            for_me=[row for row in arrived if addressed_to(session, row, me())],
            states=states.TRANSFER,
            level=Level.of,
        )


@blueprint.route("/transfers/new", methods=["GET", "POST"])
@requires(Permission.SUBMIT_TRANSFER)
def submit() -> AnyResponse:
    if request.method != "POST":
        return _form()
    try:
        uid = _submit()
    except GuanjinError as error:
        response = _form(failure=explained(error))
        response.status_code = error.category.http_status
        return response
    return redirect_with("submitted", url_for("transfers.show", uid=uid))


def _submit() -> str:
    """The bytes are frozen in the store first; the transfer that names them is one transaction."""
    purpose, link = forms.text("purpose"), forms.text("link", limit=100)
    level = Level.of(forms.choice("level", [level.code for level in Level]))
    recipients = [name.strip() for name in forms.text("recipients").replace("，", ",").replace("、", ",").split(",")]
    files = _staged()
    with console().database.write() as session:
        row = services.submit(
            session,
            ferry(),
            link=link,
            level=level,
            purpose=purpose,
            recipients=[name for name in recipients if name],
            files=files,
            actor=actor(),
        )
        return row.uid


def _staged() -> list[Staged]:
    sent = [part for part in request.files.getlist("files") if part.filename]
    if not sent:
        label = forms.LABELS["files"]
        raise FieldMissingError(field=gettext(label))
    return [services.stage(ferry(), part.filename or "", cast("BinaryIO", part.stream)) for part in sent]


@blueprint.get("/transfers/<uid>")
@requires(*LOOKERS)
def show(uid: str) -> str:
    return page_of(uid)


def page_of(uid: str, **values: object) -> str:
    """The transfer's page, for this module and for the decisions that are made on it."""
    with console().database.read() as session:
        row = transfer_for(session, me(), uid)
        found = services.report_of(row)
        decidable = to_decide(session, me())
        return render_template(
            "transfer.html",
            row=row,
            shown=states.TRANSFER[row.state],
            stops=way_out(session, row),
            reports={one.sha256: one for one in found.files} if found else {},
            names=names_of(session, [row.submitter, row.ended_by, *(one.person for one in row.approvals)]),
            level=Level.of(row.level),
            may_decide=any(one.uid == uid for one in decidable),
            may_withdraw=row.submitter == me().login and row.state in OPEN,
            own=row.submitter == me().login,
            has_key=signing_keys.in_use(session, me().login) is not None,
            signatures=signatures.check(row),
            signature_states=states.SIGNATURE,
            refusal=explained(restore(row.refusal)) if row.refusal else None,
            sentence=lambda finding: wording.render(finding, gettext),
            outcomes=states.OUTCOME,
            stage_labels=STAGE_LABELS,
            **values,
        )


@blueprint.get("/transfers/<uid>/files/<int:position>")
@requires(*LOOKERS)
def file(uid: str, position: int) -> Response:
    """The very bytes that would be approved, for whoever decides. Looking is recorded."""
    with console().database.write() as session:
        row = transfer_for(session, me(), uid)
        found = next((one for one in row.files if one.position == position), None)
        if found is None:
            raise PageMissingError(path=request.path)
        ferry().store.check(found.sha256)
        detail = {"file": found.name, "sha256": found.sha256}
        audit.record(session, Event.TRANSFER_READ, actor(), subject=f"transfer:{uid}", detail=detail)
    return send_file(
        ferry().store.open(found.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.name,
    )


@blueprint.post("/transfers/<uid>/withdraw")
@requires(Permission.SUBMIT_TRANSFER)
def withdraw(uid: str) -> AnyResponse:
    with console().database.write() as session:
        transfer_for(session, me(), uid)
        services.withdraw(session, ferry(), uid, actor=actor())
    return redirect_with("withdrawn", url_for("transfers.show", uid=uid))


def _form(**values: object) -> AnyResponse:
    with console().database.read() as session:
        found = services.links(session, outgoing=True)
        body = render_template("transfer_new.html", links=found, levels=_levels(session, found), **values)
    return make_response(body)


def _levels(session: Session, found: list[FerryLink]) -> list[Level]:
    """No level that no link could take is offered."""
    ceilings = [min(Level.of(row.ceiling), ferry().policy.for_link(as_link(session, row)).ceiling) for row in found]
    return [level for level in Level if level <= max(ceilings, default=Level.PUBLIC)]
