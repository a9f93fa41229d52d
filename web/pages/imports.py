"""The ledger (台账) in and out: upload, look at what it would change, confirm; a template; what there is as a file."""

from typing import Final

from flask import Blueprint, Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core.errors import GuanjinError
from core.i18n import N_
from inventory.changes import drafts, importing
from inventory.changes.entries import Entry, Group, counts
from inventory.changes.errors import DraftStaleError
from inventory.changes.headings import Said, forget, from_rows, remembered
from inventory.errors import LedgerError
from inventory.kinds import ObjectKind
from inventory.labels import choices, label
from inventory.ledger.cells import heading
from inventory.ledger.columns import Layout
from inventory.ledger.exporting import Wanted, export, template
from inventory.ledger.headings import HeadingRead, KnownBy, SheetHeadings
from inventory.ledger.layout import layout_of
from inventory.ledger.opening import LedgerFile
from inventory.ledger.reading import read
from inventory.models import ImportDraft
from security.roles import Permission
from web import forms, numbers
from web.access import everywhere, requires
from web.errors import BadRequestError, FieldMissingError
from web.failures import explained
from web.i18n import gettext, language
from web.notices import redirect_with
from web.scope import scope_of
from web.state import actor, console

blueprint = Blueprint("imports", __name__, url_prefix="/inventory/ledger")
PAGE: Final = 100
# The choice of a heading that nobody has said anything of; no field has this name.
UNSAID: Final = "?"
GROUPS: Final = {
    Group.WRONG: N_("Wrong"),
    Group.NEW: N_("New"),
    Group.CHANGED: N_("Different"),
    Group.SAME: N_("Same"),
}
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
    """The file is read before anything is locked: a large one takes seconds."""
    part = request.files.get("ledger")
    if part is None or not part.filename:
        raise FieldMissingError(field=gettext(forms.LABELS["ledger"]))
    file, kind, now = (
        LedgerFile(part.filename, part.stream.read()),
        _kind(request.form.get("kind", "")),
        console().clock.now(),
    )
    with console().database.read() as session:
        found = importing.preview(session, file, kind, read(file, kind, layout_of(session)))
    with console().database.write() as session:
        return drafts.upload(session, file, kind, found, actor(), now=now).id


@blueprint.get("/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def show(number: int) -> AnyResponse:
    return _preview(number)


@blueprint.post("/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def confirm(number: int) -> AnyResponse:
    try:
        with console().database.write() as session:
            done = drafts.confirm(session, number, forms.text("seen", limit=64), actor(), now=console().clock.now())
    except DraftStaleError as error:
        with console().database.write() as session:
            drafts.look_again(session, number, actor().name, now=console().clock.now())
        return _preview(number, error)
    if done.change_set is None:
        return redirect_with("ledger_same", url_for("imports.index"), name=done.file.name)
    there = url_for("inventory.change_set", number=done.change_set)
    return redirect_with("ledger_imported", there, name=done.file.name)


@blueprint.post("/<int:number>/headings")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def choose_headings(number: int) -> AnyResponse:
    """Each select stands for one heading of one kind; which one, the draft knows."""
    now = console().clock.now()
    try:
        with console().database.write() as session:
            said = _said(drafts.draft_of(session, number, actor().name, now=now))
            drafts.choose_headings(session, number, said, actor(), now=now)
    except LedgerError as error:
        return _preview(number, error)
    return redirect_with("headings_remembered", url_for("imports.show", number=number))


def _said(draft: ImportDraft) -> Said:
    said: dict[ObjectKind, dict[str, str | None]] = {}
    for number, sheet in enumerate(from_rows(draft.headings)):
        for place, found in enumerate(sheet.read):
            chosen = request.form.get(f"{number}-{place}")
            if chosen is not None:
                said.setdefault(sheet.kind, {})[found.written] = None if chosen == UNSAID else chosen
    return said


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


def _sent(file: LedgerFile) -> Response:
    response = Response(file.content, mimetype=TEXT if file.name.endswith(".csv") else WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


def _index(error: GuanjinError | None = None) -> AnyResponse:
    whole = scope_of(Permission.MANAGE_INVENTORY).whole
    with console().database.read() as session:
        known, columns = remembered(session) if whole else [], _columns(layout_of(session))
    page = render_template(
        "imports.html",
        remembered=known,
        columns=columns,
        kinds=choices(ObjectKind, gettext),
        may_import=whole,
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)


def _preview(number: int, error: GuanjinError | None = None) -> AnyResponse:
    with console().database.read() as session:
        draft = drafts.draft_of(session, number, actor().name, now=console().clock.now())
        page = _preview_page(session, draft, error)
    return make_response(page, error.category.http_status if error else 200)


def _preview_page(session: Session, draft: ImportDraft, error: GuanjinError | None) -> str:
    sums, layout = counts(draft.entries), layout_of(session)
    group = next((one for one in Group if one == request.args.get("group")), None)
    group = group or next((one for one in Group if sums[one]), Group.SAME)
    found = [entry for entry in draft.entries if entry["group"] == group]
    last = max(1, -(-len(found) // PAGE))
    page = min(max(1, numbers.asked("page") or 1), last)
    return render_template(
        "import_preview.html",
        draft=draft,
        asked=[(one, rows) for one in enumerate(from_rows(draft.headings)) if (rows := _asked(one[1]))],
        unknown=any(read.known_by is KnownBy.NOTHING for one in from_rows(draft.headings) for read in one.read),
        unsaid=UNSAID,
        columns=_columns(layout),
        sheets={kind: sheet.columns for kind, sheet in layout.items()},
        groups=GROUPS,
        sums=sums,
        group=group,
        rows=[_shown(entry, layout) for entry in found[(page - 1) * PAGE : page * PAGE]],
        page=page,
        last=last,
        failure=explained(error) if error else None,
    )


def _asked(headings: SheetHeadings) -> list[tuple[int, HeadingRead]]:
    """Those of which there is something to be said: a heading of the template keeps its meaning."""
    return [pair for pair in enumerate(headings.read) if pair[1].known_by is not KnownBy.TEMPLATE]


def _columns(layout: Layout) -> dict[tuple[ObjectKind, str], str]:
    """The headings of the ledger in the reader's language, by kind and field."""
    return {
        (kind, column.field): heading(column, language()) for kind, sheet in layout.items() for column in sheet.columns
    }


def _shown(entry: Entry, layout: Layout) -> Entry:
    """In the reader's language."""
    if entry["group"] == Group.WRONG:
        return {**entry, "expected": gettext(entry["expected"]) % entry["facts"]}
    known = {column.field: heading(column, language()) for column in layout[ObjectKind(entry["kind"])].columns}
    fields = [(known.get(field, field), old, new) for field, old, new in entry["fields"]]
    return {**entry, "kind": label(ObjectKind(entry["kind"]), gettext), "fields": fields}
