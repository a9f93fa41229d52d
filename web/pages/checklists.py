"""The lists (检查清单) by which machine rooms are gone round and accepted."""

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.kinds import ChecklistPurpose
from inventory.labels import choices
from inventory.models import Room
from inventory.rounds import checklists, items, samples
from inventory.rounds.checklists import Draft
from security.roles import Permission
from web import forms, numbers
from web.access import everywhere, requires
from web.failures import explained
from web.i18n import gettext
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("checklists", __name__)
LONGEST_TEXT = 20_000


@blueprint.get("/checklists")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def index() -> str:
    with console().database.read() as session:
        return render_template("checklists.html", checklists=checklists.every(session))


@blueprint.route("/checklists/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def create() -> Response:
    if request.method != "POST":
        return _form(None)
    try:
        with console().database.write() as session:
            saved = checklists.create(session, _draft(), actor=actor())
    except GuanjinError as error:
        return _form(None, error)
    return redirect_with("checklist_saved", url_for("checklists.index"), name=saved.name)


@blueprint.route("/checklists/<int:number>", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def edit(number: int) -> Response:
    if request.method != "POST":
        return _form(number)
    try:
        with console().database.write() as session:
            saved = checklists.change(session, number, _draft(), actor=actor())
    except GuanjinError as error:
        return _form(number, error)
    return redirect_with("checklist_saved", url_for("checklists.index"), name=saved.name)


@blueprint.post("/checklists/<int:number>/retire")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def retire(number: int) -> Response:
    with console().database.write() as session:
        name = checklists.retire(session, number, actor=actor()).name
    return redirect_with("checklist_retired", url_for("checklists.index"), name=name)


def _draft() -> Draft:
    rhythm = forms.text("every_days", limit=10, required=False)
    return Draft(
        name=forms.text("name", limit=200),
        purpose=ChecklistPurpose(forms.choice("purpose", list(ChecklistPurpose))),
        text=forms.text("items", limit=LONGEST_TEXT),
        # What is no number is refused by the service, as a rhythm that there is not.
        every_days=(numbers.parsed(rhythm) or 0) if rhythm else None,
        rooms=frozenset(numbers.sent("room")),
    )


def _form(number: int | None, error: GuanjinError | None = None) -> Response:
    """With what was typed where the form comes back; a new one begins with what is usual for its purpose."""
    with console().database.read() as session:
        found = None if number is None else checklists.get(session, number)
        asked = request.args.get("purpose", "")
        purpose = found.purpose if found else ChecklistPurpose(asked if asked in list(ChecklistPurpose) else "round")
        text = items.written([items.restored(kept) for kept in found.items]) if found else samples.text_of(purpose)
        page = render_template(
            "checklist.html",
            checklist=found,
            purpose=purpose,
            purposes=choices(ChecklistPurpose, gettext),
            text=text,
            rooms=session.scalars(select(Room).order_by(Room.name)).all(),
            chosen=set(numbers.sent("room")) if error else {room.id for room in found.rooms} if found else set(),
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)
