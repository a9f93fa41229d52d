"""The ledger (台账) in and out: what is uploaded becomes a draft; a template; what there is as a file."""

from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.errors import GuanjinError
from core.i18n import N_
from inventory.changes import drafts
from inventory.changes.headings import forget, remembered
from inventory.changes.uploads import taken
from inventory.foreign.gathering import Source
from inventory.kinds import ForeignSystem, ObjectKind
from inventory.labels import choices, label
from inventory.ledger.exporting import Wanted, export, template
from inventory.ledger.layout import layout_of
from inventory.ledger.opening import LedgerFile
from security.roles import Permission
from web import forms
from web.access import everywhere, requires
from web.errors import BadRequestError, FieldMissingError
from web.failures import explained
from web.i18n import gettext, language
from web.notices import redirect_with
from web.objects.cells import headings
from web.scope import scope_of
from web.state import actor, console

blueprint = Blueprint("imports", __name__, url_prefix="/inventory/ledger")
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT: Final = "text/csv; charset=utf-8"


@blueprint.get("")
@requires(Permission.MANAGE_INVENTORY)
def index() -> AnyResponse:
    return _index()


@blueprint.post("")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def upload() -> AnyResponse:
    try:
        number = _upload()
    except GuanjinError as error:
        return _index(error)
    return make_response("", 303, {"Location": url_for("imports.show", number=number)})


def _upload() -> int:
    """The files are read before anything is locked: large ones take seconds."""
    parts = [part for part in request.files.getlist("files") if part.filename]
    if not parts:
        raise FieldMissingError(field=gettext(forms.LABELS["files"]))
    files = [Source(part.filename or "", part.stream.read()) for part in parts]
    kind, system, now = _kind(request.form.get("kind", "")), _system(), console().clock.now()
    with console().database.read() as session:
        upload = taken(files, layout_of(session), kind, system)
        upload = replace(upload, words=drafts.words_before(session, upload, actor().name))
        found = drafts.preview_upload(session, upload)
    with console().database.write() as session:
        return drafts.keep(session, upload, found, actor(), now=now).id


@blueprint.post("/headings/<int:number>/forget")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def forget_heading(number: int) -> AnyResponse:
    with console().database.write() as session:
        written = forget(session, number, actor()).written
    return redirect_with("heading_forgotten", url_for("imports.index"), name=written)


@blueprint.get("/template")
@requires(Permission.MANAGE_INVENTORY)
def empty() -> Response:
    with console().database.read() as session:
        return _sent(template(session, Wanted(f"{gettext(N_('ledger-template'))}.xlsx", language())))


@blueprint.get("/export")
@requires(Permission.MANAGE_INVENTORY)
def written() -> Response:
    """Reading the ledger out is recorded, though nothing changes."""
    kind = _kind(request.args.get("kind", ""))
    ending = ".csv" if kind and request.args.get("format") == "csv" else ".xlsx"
    name = label(kind, gettext) if kind else gettext(N_("ledger"))
    day = console().clock.now().astimezone().date().isoformat()
    wanted = Wanted(f"{name}-{day}{ending}".replace(" ", "-"), language(), kind)
    with console().database.write() as session:
        return _sent(export(session, wanted, actor(), scope=scope_of(Permission.MANAGE_INVENTORY)))


def _kind(text: str) -> ObjectKind | None:
    if text and text not in set(ObjectKind):
        raise BadRequestError(reason=f"kind={text[:40]}")
    return ObjectKind(text) if text else None


def _system() -> ForeignSystem | None:
    text = request.form.get("system", "")
    if text and text not in set(ForeignSystem):
        raise BadRequestError(reason=f"system={text[:40]}")
    return ForeignSystem(text) if text else None


def _sent(file: LedgerFile) -> Response:
    response = Response(file.content, mimetype=TEXT if file.name.endswith(".csv") else WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def _index(error: GuanjinError | None = None) -> AnyResponse:
    whole = scope_of(Permission.MANAGE_INVENTORY).whole
    with console().database.read() as session:
        known, columns = remembered(session) if whole else [], headings(layout_of(session))
    page = render_template(
        "imports.html",
        remembered=known,
        columns=columns,
        systems=choices(ForeignSystem, gettext),
        kinds=choices(ObjectKind, gettext),
        may_import=whole,
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)
