"""Change sets: what was done at one time by one person, by which way; and undone as one."""

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.changes import history
from inventory.changes.errors import UndoRefusedError
from inventory.changes.undoing import undo as undo_changes
from inventory.ledger.layout import layout_of
from inventory.ledger.state import MODELS
from security.roles import Permission
from web import numbers
from web.access import everywhere, requires
from web.failures import explained
from web.i18n import gettext, language
from web.notices import redirect_with
from web.objects.kinds import SLUGS
from web.pages.inventory.blueprint import blueprint
from web.state import actor, console

MOST = 200


@blueprint.get("/changes")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def changes() -> str:
    with console().database.read() as session:
        return render_template("inventory/changes.html", page=history.change_sets(session, numbers.asked("page") or 1))


@blueprint.get("/changes/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def change_set(number: int) -> Response:
    return _page(number)


@blueprint.post("/changes/<int:number>/undo")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def undo(number: int) -> Response:
    try:
        with console().database.write() as session:
            kept = undo_changes(session, number, actor(), now=console().clock.now()).id
    except GuanjinError as error:
        return _page(number, error)
    return redirect_with("changes_undone", url_for(".change_set", number=kept), number=number)


def _page(number: int, error: GuanjinError | None = None) -> Response:
    """Where undoing was refused, with everything that stands in the way."""
    with console().database.read() as session:
        found = history.change_set(session, number)
        layout = layout_of(session)
        shown = found.changes[:MOST]
        there = {(one.kind, one.object_id) for one in shown if session.get(MODELS[one.kind], one.object_id)}
        problems = error.problems if isinstance(error, UndoRefusedError) else ()
        body = render_template(
            "inventory/change_set.html",
            found=found,
            changes=[(one, list(history.differences(one, layout, language()))) for one in shown],
            there=there,
            more=len(found.changes) - len(shown),
            slugs=SLUGS,
            failure=explained(error) if error else None,
            problems=[(one.where, one.value, gettext(one.expected) % one.facts) for one in problems],
        )
    return make_response(body, error.category.http_status if error else 200)
