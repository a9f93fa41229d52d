"""挂牌 and 摘牌, from the page of a device or a line. Every mark ends by itself."""

from datetime import timedelta

from flask import Blueprint, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inventory import maintenance
from inventory.models import Device, Line
from security.roles import Permission
from web import forms
from web.access import requires
from web.errors import PageMissingError
from web.notices import redirect_with
from web.scope import scope_of
from web.state import actor, console

blueprint = Blueprint("maintenance", __name__)
HOURS = (2, 8, 24, 72, 168)


@blueprint.post("/<any(devices, lines):kind>/<int:number>/mark")
@requires(Permission.MARK_MAINTENANCE)
def mark(kind: str, number: int) -> Response:
    note = forms.text("note", limit=200)
    hours = forms.choice("hours", [str(hours) for hours in HOURS])
    now = console().clock.now()
    with console().database.write() as session:
        thing = _thing(session, kind, number)
        until = now + timedelta(hours=int(hours))
        maintenance.mark(session, thing, until=until, note=note, actor=actor(), now=now)
        name = thing.name
    return redirect_with("marked", url_for(f"{kind}.show", number=number), name=name)


@blueprint.post("/<any(devices, lines):kind>/<int:number>/unmark")
@requires(Permission.MARK_MAINTENANCE)
def unmark(kind: str, number: int) -> Response:
    with console().database.write() as session:
        thing = _thing(session, kind, number)
        maintenance.unmark(session, thing, actor=actor(), now=console().clock.now())
        name = thing.name
    return redirect_with("unmarked", url_for(f"{kind}.show", number=number), name=name)


def _thing(session: Session, kind: str, number: int) -> Device | Line:
    """What this person may mark; the permission to see it is another one."""
    scope = scope_of(Permission.MARK_MAINTENANCE)
    found: Device | Line | None = (
        session.scalar(scope.apply(select(Device).where(Device.id == number), Device))
        if kind == "devices"
        else session.scalar(scope.apply(select(Line).where(Line.id == number), Line))
    )
    if found is None:
        raise PageMissingError(path=request.path)
    return found
