"""Devices: the list, and one device's page."""

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from collectors.detail import device_detail
from collectors.errors import explain
from collectors.lists import DEVICE_FILTERS, DEVICE_ORDERS, find_devices, vendors
from collectors.models import DeviceState
from collectors.survey.whereabouts import addresses_of, addresses_of_port, behind_port
from inventory.kinds import DeviceRole
from inventory.labels import choices
from inventory.models import BusinessSystem, Contact, Port, business_system_device
from inventory.ports import set_key
from security.roles import Permission
from web import forms, impact, states
from web.access import requires
from web.errors import PageMissingError
from web.i18n import gettext
from web.listing import Asking, Sheet
from web.notices import redirect_with
from web.scope import scope_of, seen
from web.state import actor, console

blueprint = Blueprint("devices", __name__)
# An uplink has learnt everybody.
MOST_BEHIND = 200
# Of the lines that end at a device; the list of lines shows them all.
MOST_LINES = 12


LIST = Asking(DEVICE_FILTERS, DEVICE_ORDERS, "state")


@blueprint.get("/devices")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def index() -> str:
    with console().database.read() as session:
        address = LIST.asked()
        found = find_devices(session, console().clock.now(), address.wanted, seen())
        return render_template(
            "devices.html",
            sheet=Sheet.of(found, address),
            shown=states.of_device,
            roles=choices(DeviceRole, gettext),
            vendors=[(vendor, vendor) for vendor in vendors(session, seen())],
        )


@blueprint.get("/devices/<int:number>")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def show(number: int) -> str:
    now = console().clock.now()
    with console().database.read() as session:
        found = device_detail(session, now, number, scope=seen())
        if found is None:
            raise PageMissingError(path=f"/devices/{number}")
        device = found.health.device
        line_of_port = {port: line for line in reversed(found.lines) for port in line.ports}
        systems = (
            select(BusinessSystem).join(business_system_device).where(business_system_device.c.device_id == number)
        )
        contacts = select(Contact).where(Contact.unit_id == device.unit_id).order_by(Contact.name)
        return render_template(
            "device.html",
            found=found,
            device=device,
            state=found.health.state,
            shown=states.of_device(found.health),
            ports=[(port, states.of_port(port, carries_line=port.port.id in line_of_port)) for port in found.ports],
            line_of_port=line_of_port,
            line_state=lambda line: states.LINE[line.standing],
            most_lines=MOST_LINES,
            sensor_states=states.SENSOR,
            systems=session.scalars(systems).all(),
            hits=impact.hits(session, device),
            uplink=impact.uplink(session, device),
            contacts=session.scalars(contacts).all() if device.unit_id else [],
            trouble=_trouble(found.health.state),
            may_mark=scope_of(Permission.MARK_MAINTENANCE).covers(session, device),
            may_read_configs=scope_of(Permission.READ_CONFIGS).covers(session, device),
        )


@blueprint.get("/devices/<int:number>/ports/<int:port>")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def port(number: int, port: int) -> str:
    with console().database.read() as session:
        found = device_detail(session, console().clock.now(), number, scope=seen(), outages=0)
        wanted = [one for one in found.ports if one.port.id == port] if found else []
        if found is None or not wanted:
            raise PageMissingError(path=f"/devices/{number}/ports/{port}")
        line = next((line for line in found.lines if port in line.ports), None)
        behind = behind_port(session, port)
        return render_template(
            "port.html",
            device=found.health.device,
            found=wanted[0],
            state=wanted[0].state,
            shown=states.of_port(wanted[0], carries_line=line is not None),
            line=line,
            hits=impact.hits(session, wanted[0].port),
            own=addresses_of_port(session, port),
            behind=behind,
            most=MOST_BEHIND,
            addresses=addresses_of(session, (station.mac for station in behind[:MOST_BEHIND])),
            may_choose=scope_of(Permission.MANAGE_INVENTORY).covers(session, found.health.device),
        )


@blueprint.post("/devices/<int:number>/ports/<int:port>/key")
@requires(Permission.MANAGE_INVENTORY)
def key_port(number: int, port: int) -> Response:
    is_key = forms.choice("is_key", ("yes", "no")) == "yes"
    with console().database.write() as session:
        found = session.get(Port, port)
        scope = scope_of(Permission.MANAGE_INVENTORY)
        if found is None or found.device_id != number or not scope.covers(session, found.device):
            raise PageMissingError(path=request.path)
        set_key(session, found, is_key=is_key, actor=actor())
        name = f"{found.device.name} {found.name}"
    notice = "port_is_key" if is_key else "port_is_ordinary"
    return redirect_with(notice, url_for("devices.port", number=number, port=port), name=name)


def _trouble(state: DeviceState | None) -> object:
    """Why the last poll failed, in the reader's language."""
    return explain(state.error_code, state.error_facts, gettext) if state and state.error_code else None
