"""The entry register (出入登记) of a machine room: the lines, who comes, who leaves."""

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory import visits
from inventory.rooms import room
from inventory.visits import Visitor
from security.roles import Permission
from web import forms, moments, numbers
from web.access import requires
from web.failures import explained
from web.notices import redirect_with
from web.pages.rounds import kept_room
from web.scope import scope_of, seen
from web.state import actor, console, me

blueprint = Blueprint("visits", __name__)
PAGE = 50


@blueprint.get("/rooms/<int:number>/visits")
@requires(Permission.VIEW_MONITORING)
def index(number: int) -> Response:
    return _page(number)


@blueprint.post("/rooms/<int:number>/visits")
@requires(Permission.KEEP_ROOMS)
def enter(number: int) -> Response:
    try:
        visitor = _visitor()
        with console().database.write() as session:
            place = kept_room(session, number)
            visits.enter(session, place, visitor, actor=actor(), now=console().clock.now())
    except GuanjinError as error:
        return _page(number, error)
    return redirect_with("visitor_entered", url_for("visits.index", number=number), name=visitor.name)


@blueprint.post("/rooms/<int:number>/visits/<int:visit>/leave")
@requires(Permission.KEEP_ROOMS)
def leave(number: int, visit: int) -> Response:
    now = console().clock.now()
    try:
        left_at, taken = moments.sent_moment("left_at"), forms.text("taken", limit=200, required=False)
        with console().database.write() as session:
            place = kept_room(session, number)
            found = visits.leave(session, place.id, visit, left_at=left_at, taken=taken, actor=actor(), now=now)
            name = found.name
    except GuanjinError as error:
        return _page(number, error, leaving=visit)
    return redirect_with("visitor_left", url_for("visits.index", number=number), name=name)


def _visitor() -> Visitor:
    return Visitor(
        name=forms.text("name", limit=60),
        organisation=forms.text("organisation", limit=100),
        phone=forms.text("phone", limit=40, required=False),
        purpose=forms.text("purpose", limit=200),
        escort=forms.text("escort", limit=60),
        brought=forms.text("brought", limit=200, required=False),
        entered_at=moments.sent_moment("entered_at"),
    )


def _page(number: int, error: GuanjinError | None = None, leaving: int | None = None) -> Response:
    """With what was typed where the form comes back: that of whoever comes, or of the one who was `leaving`."""
    now = console().clock.now()
    with console().database.read() as session:
        place = room(session, number, seen())
        lines = visits.of_room(session, number, before=numbers.asked("before"), limit=PAGE + 1)
        page = render_template(
            "visits.html",
            room=place,
            lines=lines[:PAGE],
            older=lines[PAGE - 1].id if len(lines) > PAGE else None,
            forgotten=lambda visit: visits.forgotten(visit, now),
            may_keep=scope_of(Permission.KEEP_ROOMS).covers(session, place),
            escort=me().display_name,
            this_moment=moments.field_value(now),
            failure=explained(error) if error else None,
            typed=request.form,
            leaving=leaving,
        )
    return make_response(page, error.category.http_status if error else 200)
