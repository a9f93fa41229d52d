"""Links that a person states (人工登记): the form for one, and taking one back."""

from flask import make_response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from inventory.devices import device_named
from inventory.models import Device
from inventory.topology.found import End
from inventory.topology.record import link_text
from inventory.topology.stating import LONGEST_NOTE, LONGEST_PORT, end_of, state_link, stated_link, withdraw_link
from security.roles import Permission
from web import forms
from web.access import requires
from web.failures import explained
from web.notices import redirect_with
from web.pages.topology import blueprint
from web.scope import scope_of
from web.state import actor, console

# More would make the page slow; any other name can be typed.
OFFERED = 2000


@blueprint.route("/topology/links/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_INVENTORY)
def state() -> Response:
    """`device` and `port` in the address fill the near end in."""
    if request.method != "POST":
        return _form()
    try:
        with console().database.write() as session:
            near = _end(session, forms.text("device"), forms.text("port"))
            far = _end(session, forms.text("far_device"), forms.text("far_port"))
            note = forms.text("note", limit=LONGEST_NOTE, required=False)
            link = state_link(session, near, far, note=note, actor=actor(), now=console().clock.now())
            name = link_text(link)
    except GuanjinError as error:
        return _form(error)
    return redirect_with("link_stated", url_for("topology.index", device=near.device_id), name=name)


@blueprint.post("/topology/links/<int:number>/withdraw")
@requires(Permission.MANAGE_INVENTORY)
def withdraw(number: int) -> Response:
    with console().database.write() as session:
        link = stated_link(session, number, scope_of(Permission.MANAGE_INVENTORY))
        name = withdraw_link(session, link, actor=actor())
    return redirect_with("link_withdrawn", url_for("topology.index"), name=name)


def _end(session: Session, device: str, port: str) -> End:
    return end_of(device_named(session, device, scope_of(Permission.MANAGE_INVENTORY)), port)


def _form(error: GuanjinError | None = None) -> Response:
    """With what was typed where the form comes back."""
    scope = scope_of(Permission.MANAGE_INVENTORY)
    with console().database.read() as session:
        names = session.scalars(scope.apply(select(Device.name), Device).order_by(Device.name).limit(OFFERED)).all()
    typed = {"device": request.args.get("device", ""), "port": request.args.get("port", ""), **request.form}
    page = render_template(
        "topology_link.html",
        devices=names,
        typed=typed,
        longest_note=LONGEST_NOTE,
        longest_port=LONGEST_PORT,
        failure=explained(error) if error else None,
    )
    return make_response(page, error.category.http_status if error else 200)
