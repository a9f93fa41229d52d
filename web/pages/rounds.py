"""Rounds (巡检) and acceptances (验收) of a machine room: the form, what was recorded, and what was put right."""

from datetime import timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.models import Room, Round
from inventory.rooms import room
from inventory.rounds import checklists, findings, items, recording
from inventory.rounds.recording import Filled, Sent
from security.roles import Permission
from web import forms, moments, numbers
from web.access import requires
from web.errors import PageMissingError
from web.failures import explained
from web.notices import redirect_with
from web.scope import scope_of, seen
from web.state import actor, console

blueprint = Blueprint("rounds", __name__)
USUAL_DEADLINE = timedelta(days=7)


@blueprint.get("/rooms/<int:number>/rounds/<int:done>")
@requires(Permission.VIEW_MONITORING)
def show(number: int, done: int) -> str:
    with console().database.read() as session:
        found = session.get(Round, done)
        if found is None or found.room_id != room(session, number, seen()).id:
            raise PageMissingError(path=request.path)
        return render_template(
            "round.html",
            round=found,
            room=found.room,
            answers=recording.answers_of(found),
            today=moments.today(),
        )


@blueprint.route("/rooms/<int:number>/rounds/new", methods=["GET", "POST"])
@requires(Permission.KEEP_ROOMS)
def create(number: int) -> Response:
    chosen = numbers.asked("checklist") or 0
    if request.method != "POST":
        return _form(number, chosen)
    now = console().clock.now()
    try:
        filled = _filled()
        with console().database.write() as session:
            place = kept_room(session, number)
            checklist = checklists.of_room(session, number, chosen)
            done = recording.record(session, checklist, place, filled, actor=actor(), now=now, today=moments.today())
            wrong = done.wrong
    except GuanjinError as error:
        return _form(number, chosen, error)
    notice = "round_found" if wrong else "round_recorded"
    return redirect_with(notice, url_for("rooms.show", number=number), number=wrong)


@blueprint.post("/rooms/<int:number>/findings/<int:finding>/close")
@requires(Permission.KEEP_ROOMS)
def close(number: int, finding: int) -> Response:
    remedy = forms.text("remedy")
    with console().database.write() as session:
        place = kept_room(session, number)
        found = findings.close(session, place.id, finding, remedy, actor=actor(), now=console().clock.now())
        item = found.item
    return redirect_with("finding_closed", url_for("rooms.show", number=number), name=item)


def kept_room(session: Session, number: int) -> Room:
    """A room that this person may write about. Raises NotFoundError."""
    return room(session, number, scope_of(Permission.KEEP_ROOMS))


def _filled() -> Filled:
    answers = [
        Sent(
            value=forms.text(f"value-{place}", limit=items.LONGEST, required=False),
            verdict=forms.text(f"verdict-{place}", limit=20, required=False),
            note=forms.text(f"note-{place}", limit=items.LONGEST, required=False),
        )
        for place in range(items.MOST_ITEMS)
    ]
    return Filled(answers, forms.text("remarks", required=False), moments.sent_day("due_on"))


def _form(number: int, chosen: int, error: GuanjinError | None = None) -> Response:
    """With what was typed where the form comes back."""
    with console().database.read() as session:
        place = kept_room(session, number)
        checklist = checklists.of_room(session, number, chosen)
        page = render_template(
            "round_new.html",
            room=place,
            checklist=checklist,
            items=[items.restored(kept) for kept in checklist.items],
            due_on=(moments.today() + USUAL_DEADLINE).isoformat(),
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)
