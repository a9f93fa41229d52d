"""Device groups (设备组): what grants may be limited to besides units and sites.

Whoever changes a group changes what its people reach, so the permission has to reach everything: a network
administrator of one township must not take the core switches into the own group.
"""

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory import groups
from inventory.models import Device
from security.roles import Permission
from web import forms, numbers
from web.access import everywhere, requires
from web.failures import explained
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("groups", __name__)


@blueprint.get("/groups")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def index() -> str:
    with console().database.read() as session:
        return render_template("groups.html", groups=groups.every(session))


@blueprint.route("/groups/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def create() -> Response:
    if request.method != "POST":
        return _form(None)
    try:
        with console().database.write() as session:
            group = groups.create(session, forms.text("name", limit=200), _chosen(), actor=actor())
    except GuanjinError as error:
        return _form(None, error)
    return redirect_with("group_saved", url_for("groups.index"), name=group.name)


@blueprint.route("/groups/<int:number>", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def edit(number: int) -> Response:
    if request.method != "POST":
        return _form(number)
    try:
        with console().database.write() as session:
            group = groups.change(session, number, forms.text("name", limit=200), _chosen(), actor=actor())
    except GuanjinError as error:
        return _form(number, error)
    return redirect_with("group_saved", url_for("groups.index"), name=group.name)


@blueprint.post("/groups/<int:number>/delete")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def delete(number: int) -> Response:
    with console().database.write() as session:
        group = groups.delete(session, number, actor=actor())
    return redirect_with("group_deleted", url_for("groups.index"), name=group.name)


def _chosen() -> list[int]:
    return numbers.sent("device")


def _form(number: int | None, error: GuanjinError | None = None) -> Response:
    """With what was typed where the form comes back."""
    with console().database.read() as session:
        group = None if number is None else groups.get(session, number)
        devices = session.execute(select(Device.id, Device.name, Device.address).order_by(Device.name)).all()
        members = {device.id for device in group.devices} if group else set()
        page = render_template(
            "group.html",
            group=group,
            devices=devices,
            chosen=set(_chosen()) if error else members,
            holders=groups.holders_of(session, group.id) if group else [],
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)
