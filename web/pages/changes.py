"""Change sets: what was changed in the inventory by one act, and undoing it as one."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.changes import history, undoing
from inventory.labels import label
from inventory.ledger.layout import layout_of
from security.roles import Permission
from web import numbers
from web.access import everywhere, requires
from web.failures import explained
from web.i18n import gettext, language
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("changes", __name__, url_prefix="/inventory/changes")
PAGE = 100


@blueprint.get("")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def index() -> str:
    with console().database.read() as session:
        found = history.change_sets(session, numbers.asked("page") or 1)
        return render_template("change_sets.html", found=found, label=label, translate=gettext)


@blueprint.get("/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def show(number: int) -> Response:
    return _page(number)


@blueprint.post("/<int:number>/undo")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def undo(number: int) -> Response:
    try:
        with console().database.write() as session:
            kept = undoing.undo(session, number, actor(), now=console().clock.now()).id
    except GuanjinError as error:
        return _page(number, error)
    return redirect_with("changes_undone", url_for("changes.show", number=kept), number=number)


def _page(number: int, error: GuanjinError | None = None) -> Response:
    """Raises ChangeSetNotFoundError."""
    with console().database.read() as session:
        found, layout = history.change_set(session, number), layout_of(session)
        last = max(1, -(-len(found.changes) // PAGE))
        page = min(max(1, numbers.asked("page") or 1), last)
        body = render_template(
            "change_set.html",
            found=found,
            rows=[
                (change, label(change.kind, gettext), list(history.differences(change, layout, language())))
                for change in found.changes[(page - 1) * PAGE : page * PAGE]
            ],
            origin=label(found.origin, gettext),
            page=page,
            last=last,
            failure=explained(error) if error else None,
        )
    return make_response(body, error.category.http_status if error else 200)
