"""Deleting is asked for once more, and refused while anything hangs on the object."""

from typing import Final

from flask import make_response, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory import relations
from inventory.changes.deleting import delete as delete_object
from inventory.changes.editing import find, reached
from inventory.changes.recording import shown_key
from inventory.kinds import ObjectKind
from inventory.ledger.sheets import SHEET_OF
from inventory.ledger.single import key_of
from inventory.models import Document
from security.roles import Permission
from web.access import requires
from web.failures import explained
from web.notices import redirect_with
from web.pages.inventory.blueprint import blueprint, changeable, occasion, version_seen
from web.pages.inventory.objects import title
from web.scope import seen
from web.state import console

LISTED: Final = 40  # of what hangs on an object


@blueprint.route("/<kind:kind>/<int:number>/delete", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
def delete(kind: ObjectKind, number: int) -> Response:
    """Asked for once more, with what hangs on it; the change set of the deletion brings it back."""
    if request.method != "POST":
        return _farewell(kind, number)
    try:
        with console().database.write() as session:
            name = shown_key(key_of(kind, reached(session, kind, number, changeable())))
            delete_object(session, kind, number, occasion(name), scope=changeable(), seen=version_seen())
    except GuanjinError as error:
        return _farewell(kind, number, error)
    return redirect_with("object_deleted", url_for(".listed", kind=kind), name=name)


def _farewell(kind: ObjectKind, number: int, error: GuanjinError | None = None) -> Response:
    with console().database.read() as session:
        found = find(session, kind, number, scope=changeable())
        hanging = relations.hanging_on(session, kind, number)
        visible = [(other, row) for other, row in hanging if seen().covers(session, row)]
        of_it = select(func.count(Document.id)).where(Document.kind == kind, Document.object_id == number)
        body = render_template(
            "inventory/delete.html",
            kind=kind,
            found=found,
            name=shown_key(found.key),
            title=title(SHEET_OF[kind]),
            hanging=[(title(SHEET_OF[other]), other, row) for other, row in visible[:LISTED]],
            total=len(hanging),
            documents=session.scalar(of_it) or 0,
            failure=explained(error) if error else None,
        )
    return make_response(body, error.category.http_status if error else 200)
