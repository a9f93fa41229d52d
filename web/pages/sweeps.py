"""Looking for devices that the ledger does not know: ranges that are allowed, sweeps of them, and taking over finds.

Only whoever keeps the whole ledger may: a range is the office's word that these addresses may be asked.
"""

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from collectors.errors import explain
from collectors.sweep import services
from collectors.sweep.accepting import Choice, known, suggested_name, take_over
from collectors.sweep.errors import TakeOverError
from collectors.sweep.models import Sweep
from core.errors import GuanjinError
from inventory.kinds import DeviceRole
from inventory.labels import choices
from inventory.models import Site, Unit
from security.roles import Permission
from web import forms, numbers, states
from web.access import everywhere, requires
from web.failures import explained
from web.i18n import gettext
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("sweeps", __name__)
SNMP_PORT = 161
HIGHEST_PORT = 65535


@blueprint.get("/sweeps")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def index() -> Response:
    return _index()


@blueprint.post("/sweeps/ranges")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def allow() -> Response:
    try:
        text, note = forms.text("prefix", limit=80), forms.text("note", limit=200, required=False)
        port = numbers.parsed(forms.text("snmp_port", limit=6, required=False), largest=HIGHEST_PORT) or SNMP_PORT
        with console().database.write() as session:
            made = services.allow(
                session,
                text,
                request.form.getlist("credential"),
                services.offered(session, console().vault),
                note=note,
                snmp_port=port,
                actor=actor(),
                now=console().clock.now(),
            )
            prefix = made.prefix
    except GuanjinError as error:
        return _index(error)
    return redirect_with("range_allowed", url_for("sweeps.index"), name=prefix)


@blueprint.post("/sweeps/ranges/<int:number>/withdraw")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def withdraw(number: int) -> Response:
    with console().database.write() as session:
        prefix = services.withdraw(session, number, actor=actor()).prefix
    return redirect_with("range_withdrawn", url_for("sweeps.index"), name=prefix)


@blueprint.post("/sweeps/ranges/<int:number>/sweep")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def ask(number: int) -> Response:
    with console().database.write() as session:
        made = services.ask(session, number, actor=actor(), now=console().clock.now())
        sweep, prefix = made.id, made.range.prefix
    return redirect_with("sweep_asked", url_for("sweeps.show", number=sweep), name=prefix)


@blueprint.get("/sweeps/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def show(number: int) -> Response:
    return _show(number)


@blueprint.post("/sweeps/<int:number>/stop")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def stop(number: int) -> Response:
    with console().database.write() as session:
        prefix = services.stop(session, number, actor=actor(), now=console().clock.now()).range.prefix
    return redirect_with("sweep_stopped", url_for("sweeps.show", number=number), name=prefix)


@blueprint.post("/sweeps/<int:number>/take-over")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def accept(number: int) -> Response:
    try:
        shared = {field: text for field in ("unit", "site") if (text := forms.text(field, limit=120, required=False))}
        chosen = {find: _choice(find) for find in numbers.sent("find")}
        with console().database.write() as session:
            sweep = services.sweep_of(session, number)
            take_over(session, sweep, chosen, shared, actor=actor(), now=console().clock.now())
    except TakeOverError as error:
        return _show(number, error)
    return redirect_with("taken_over", url_for("sweeps.show", number=number), number=len(chosen))


def _choice(find: int) -> Choice:
    role = DeviceRole(forms.choice(f"role-{find}", list(DeviceRole)))
    return Choice(forms.text(f"name-{find}", limit=120, required=False), role)


def _index(error: GuanjinError | None = None) -> Response:
    """With what was typed where the form comes back."""
    with console().database.read() as session:
        page = render_template(
            "sweeps.html",
            ranges=services.allowed(session),
            offered=services.offered(session, console().vault),
            states=states.SWEEP,
            under_way=services.UNDER_WAY,
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)


def _show(number: int, error: GuanjinError | None = None) -> Response:
    with console().database.read() as session:
        sweep = services.sweep_of(session, number)
        page = render_template(
            "sweep.html",
            sweep=sweep,
            known=known(session, sweep),
            suggested=suggested_name,
            states=states.SWEEP,
            under_way=sweep.state in services.UNDER_WAY,
            why=_why(sweep),
            roles=choices(DeviceRole, gettext),
            units=session.scalars(select(Unit.name).order_by(Unit.name)).all(),
            sites=session.scalars(select(Site.name).order_by(Site.name)).all(),
            chosen=set(numbers.sent("find")) if error else None,
            failure=explained(error) if error else None,
        )
    return make_response(page, error.category.http_status if error else 200)


def _why(sweep: Sweep) -> str:
    return explain(sweep.error_code, sweep.error_facts, gettext).text if sweep.error_code else ""
