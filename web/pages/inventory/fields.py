"""Fields of the office's own: added, changed, and ended with everything that they held."""

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory import custom_fields
from inventory.custom_fields import Draft
from inventory.kinds import FieldFormat, ObjectKind
from inventory.labels import choices
from inventory.ledger.sheets import SHEET_OF
from security.roles import Permission
from web import forms, numbers
from web.access import everywhere, recently_proven, requires
from web.failures import explained
from web.i18n import gettext
from web.notices import redirect_with
from web.objects.kinds import KINDS, SLUGS
from web.pages.inventory.blueprint import blueprint
from web.pages.inventory.objects import title
from web.state import actor, console


@blueprint.get("/fields")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def fields() -> str:
    with console().database.read() as session:
        every = custom_fields.every(session)
        held = {field.id: custom_fields.held(session, field, most=0).count for field in every}
        by_kind = [(kind, title(SHEET_OF[kind]), [one for one in every if one.kind is kind]) for kind in SLUGS]
        return render_template("inventory/fields.html", kinds=by_kind, held=held)


@blueprint.route("/fields/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def new_field() -> Response:
    if request.method != "POST":
        return _form(None)
    try:
        kind = KINDS[forms.choice("kind", KINDS)]
        with console().database.write() as session:
            name = custom_fields.add(session, kind, _draft(), actor=actor()).name
    except GuanjinError as error:
        return _form(None, error)
    return redirect_with("field_saved", url_for(".fields"), name=name)


@blueprint.route("/fields/<int:number>", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def field(number: int) -> Response:
    if request.method != "POST":
        return _form(number)
    try:
        with console().database.write() as session:
            name = custom_fields.change(session, number, _draft(), actor=actor()).name
    except GuanjinError as error:
        return _form(number, error)
    return redirect_with("field_saved", url_for(".fields"), name=name)


@blueprint.route("/fields/<int:number>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
@recently_proven
def end_field(number: int) -> Response:
    if request.method != "POST":
        return _farewell(number)
    losing = numbers.parsed(request.form.get("losing", "")) or 0
    try:
        with console().database.write() as session:
            name = custom_fields.end(session, number, losing=losing, actor=actor())
    except GuanjinError as error:
        return _farewell(number, error)
    return redirect_with("field_ended", url_for(".fields"), name=name)


def _draft() -> Draft:
    return Draft(
        name=forms.text("name", limit=200),
        format=FieldFormat(forms.choice("format", list(FieldFormat))),
        choices=forms.text("choices", limit=8000, required=False).splitlines(),
        help=forms.text("help", limit=custom_fields.MOST_HELP, required=False),
        listed="listed" in request.form,
    )


def _form(number: int | None, error: GuanjinError | None = None) -> Response:
    """With what was typed where the form comes back."""
    with console().database.read() as session:
        found = None if number is None else custom_fields.get(session, number)
        body = render_template(
            "inventory/field.html",
            field=found,
            kinds=[(slug, title(SHEET_OF[kind])) for kind, slug in SLUGS.items()],
            asked=request.args.get("kind", ""),
            formats=choices(FieldFormat, gettext),
            failure=explained(error) if error else None,
        )
    return make_response(body, error.category.http_status if error else 200)


def _farewell(number: int, error: GuanjinError | None = None) -> Response:
    with console().database.read() as session:
        found = custom_fields.get(session, number)
        body = render_template(
            "inventory/field_end.html",
            field=found,
            title=title(SHEET_OF[ObjectKind(found.kind)]),
            held=custom_fields.held(session, found),
            failure=explained(error) if error else None,
        )
    return make_response(body, error.category.http_status if error else 200)
