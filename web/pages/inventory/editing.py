"""New and changed: one form for every kind, made from the columns of its sheet."""

from collections.abc import Mapping
from typing import Any, Final

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.changes import history
from inventory.changes.editing import Edit, Found, Saved, find, save
from inventory.changes.errors import EditConflictError, EditWrongError, OutOfReachError
from inventory.changes.recording import shown_key
from inventory.errors import WrittenMeanwhileError
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.formats import Names
from inventory.ledger.layout import layout_of
from inventory.ledger.state import MODELS
from security.roles import Permission
from web.access import requires
from web.errors import PageMissingError
from web.failures import Explained, explained
from web.i18n import gettext, language
from web.notices import redirect_with
from web.objects import forms, grouping, inputs
from web.objects.names import names, offered, proposed
from web.pages.inventory.blueprint import blueprint, changeable, occasion, version_seen
from web.pages.inventory.objects import title
from web.state import console

MOST_SENT: Final = 40_000  # characters of a field; several names make one long


@blueprint.route("/<kind:kind>/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
def create(kind: ObjectKind) -> Response:
    """The address may bring values along: a contact of the unit whose page the reader comes from."""
    if not changeable().may_hold(MODELS[kind]):
        raise PageMissingError(path=request.path)
    with console().database.read() as session:
        sheet = layout_of(session)[kind]
    if request.method != "POST":
        asked = {column.field: request.args.get(column.field, "")[:200] for column in sheet.columns}
        return _form(sheet, None, {**forms.blank(sheet), **{name: text for name, text in asked.items() if text}})
    sent = _sent(sheet)
    if looked := _looked(sheet):
        return _form(sheet, None, sent, look=looked)
    try:
        saved = _save(Edit(kind, None, forms.filled(sheet, sent)), sent.get("name", ""))
    except (EditWrongError, OutOfReachError, WrittenMeanwhileError) as error:
        return _form(sheet, None, sent, error=error)
    return redirect_with("object_created", url_for(".show", kind=kind, number=saved.number), name=saved.name)


@blueprint.route("/<kind:kind>/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
def edit(kind: ObjectKind, number: int) -> Response:
    with console().database.read() as session:
        found = find(session, kind, number, scope=changeable())
    shown = forms.texts_of(found.sheet, found.values)
    if request.method != "POST":
        return _form(found.sheet, found, shown)
    sent = _sent(found.sheet)
    if looked := _looked(found.sheet):
        return _form(found.sheet, found, sent, look=looked)
    # What differs from the form as it is now; had somebody changed the object meanwhile, `seen` would say so.
    texts = forms.changed(found.sheet, shown, sent)
    try:
        saved = _save(Edit(kind, number, texts, version_seen()), shown_key(found.key))
    except EditConflictError as error:
        return _conflict(found.sheet.kind, number, sent, error)
    except (EditWrongError, OutOfReachError, WrittenMeanwhileError) as error:
        return _form(found.sheet, found, sent, error=error)
    notice = "object_changed" if saved.changed else "object_same"
    return redirect_with(notice, url_for(".show", kind=kind, number=number), name=saved.name)


@blueprint.get("/<kind:kind>/choices")
@requires(Permission.MANAGE_INVENTORY)
def choices(kind: ObjectKind) -> str:
    """Names for a reference, as its field's own list shows them while somebody types; `field` names the field."""
    text = request.args.get(request.args.get("field", ""), "")[:100]
    with console().database.read() as session:
        return render_template("inventory/choices.html", names=names(session, kind, text))


def _save(edit: Edit, name: str) -> Saved:
    with console().database.write() as session:
        return save(session, edit, occasion(name), scope=changeable())


def _sent(sheet: Sheet) -> dict[str, str]:
    """The fields that the form had; names that were chosen from a search join those that were typed."""
    sent: dict[str, str] = {}
    for column in sheet.columns:
        if column.field in request.form:
            chosen = request.form.getlist(f"more.{column.field}")
            parts = [request.form[column.field][:MOST_SENT].strip(), *chosen]
            several = isinstance(column.format, Names)
            sent[column.field] = "、".join(part for part in parts if part) if several else (chosen or parts)[0]
    return sent


def _looked(sheet: Sheet) -> str:
    """The reference for which the form asks for a search, instead of being saved."""
    wanted = request.form.get("look", "")
    return wanted if wanted in {column.field for column in sheet.columns if column.refers} else ""


def _conflict(kind: ObjectKind, number: int, sent: Mapping[str, str], error: EditConflictError) -> Response:
    """The form again, on top of what the other one wrote: what both changed is shown twice."""
    with console().database.read() as session:
        found = find(session, kind, number, scope=changeable())
        since = history.of_object(session, kind, number, since=version_seen() or 0)
        theirs = [(change, list(history.differences(change, layout_of(session), language()))) for change in since]
        when_seen = forms.before(found.sheet, now := forms.texts_of(found.sheet, found.values), since)
    merged = forms.merge(when_seen, now, sent)
    return _form(found.sheet, found, merged.texts, error=error, clashes=merged.clashes, theirs=theirs)


def _form(
    sheet: Sheet,
    found: Found | None,
    texts: Mapping[str, str],
    *,
    error: GuanjinError | None = None,
    look: str = "",
    clashes: Mapping[str, str] | None = None,
    theirs: Any = (),
) -> Response:
    """With what was typed; `look` is the reference for which names are proposed."""
    wrong = _wrong(error)
    unknown = {field for field in wrong if field and sheet.column(field).refers} | ({look} if look else set())
    with console().database.read() as session:
        asked = {
            column.field: inputs.ask(
                column,
                texts.get(column.field, ""),
                error=wrong.get(column.field, ""),
                theirs=(clashes or {}).get(column.field),
                found=proposed(session, sheet, column.field, texts) if column.field in unknown else None,
            )
            for column in sheet.columns
        }
        body = render_template(
            "inventory/form.html",
            kind=sheet.kind,
            title=title(sheet),
            found=found,
            groups=[(one.label, [asked[column.field] for column in one.columns]) for one in grouping.groups(sheet)],
            failure=_failure(error),
            theirs=theirs,
            offered=offered(session, sheet),
        )
    return make_response(body, error.category.http_status if error else 200)


def _wrong(error: GuanjinError | None) -> dict[str, str]:
    """What was expected of each field, in the words of the import."""
    problems = error.problems if isinstance(error, EditWrongError) else ()
    return {one.column: gettext(one.expected) % one.facts for one in reversed(problems)}


def _failure(error: GuanjinError | None) -> Explained | None:
    return None if error is None else explained(error)
