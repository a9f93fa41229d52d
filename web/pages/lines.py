"""Lines (专线): the list, and one line's page."""

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.busy import Busy, busy
from collectors.errors import explain
from collectors.health import LineHealth, line_health, list_lines, outages_of
from collectors.lines.availability import Availability
from collectors.lines.periods import day_of, month_before, month_of
from collectors.lines.records import line_availability
from collectors.models import SubjectKind
from inventory.kinds import Carrier, LineKind
from inventory.labels import choices
from inventory.models import BusinessSystem, Contact, Line, business_system_line
from security.roles import Permission
from web import impact, poller, states
from web.access import LIVE_HEADER, requires
from web.errors import PageMissingError
from web.history import PageReader
from web.i18n import gettext
from web.listing import Listing
from web.scope import scope_of, seen
from web.state import console

blueprint = Blueprint("lines", __name__)


def _texts(found: LineHealth) -> list[str | None]:
    line = found.line
    far = line.b_device.name if line.b_device else None
    return [line.name, line.circuit_number, line.b_address, line.unit.name if line.unit else None, far]


def _shown(found: LineHealth) -> states.Shown:
    return states.of_line(found, poller.of_request())


LISTING: Listing[LineHealth] = Listing(
    texts=_texts,
    filters={
        "state": lambda found: _shown(found).name,
        "carrier": lambda found: found.line.carrier.value,
        "kind": lambda found: found.line.kind.value,
        "unit": lambda found: found.line.unit_id,
    },
    sorts={
        "state": lambda found: (_shown(found).rank, found.line.name),
        "name": lambda found: found.line.name,
        "unit": lambda found: found.line.unit.name if found.line.unit else None,
        "carrier": lambda found: (found.line.carrier, found.line.name),
        "bandwidth": lambda found: found.line.bandwidth_bps,
        "use": lambda found: found.state.utilisation_percent if found.state else None,
        "rtt": lambda found: found.state.rtt_ms if found.state else None,
        "loss": lambda found: found.state.loss_percent if found.state else None,
        "since": lambda found: found.state.since if found.state else None,
        "ends": lambda found: found.line.contract_end,
    },
    default="state",
)


@blueprint.get("/lines")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def index() -> str:
    with console().database.read() as session:
        poller.of_session(session)
        found = list_lines(session, console().clock.now(), scope=seen())
        return render_template(
            "lines.html",
            sheet=LISTING.sheet(found),
            shown=_shown,
            carriers=choices(Carrier, gettext),
            kinds=choices(LineKind, gettext),
        )


@blueprint.get("/lines/<int:number>")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def show(number: int) -> str:
    with console().database.read() as session:
        poller.of_session(session)
        found = line_health(session, console().clock.now(), number, scope=seen())
        if found is None:
            raise PageMissingError(path=f"/lines/{number}")
        line = found.line
        systems = select(BusinessSystem).join(business_system_line).where(business_system_line.c.line_id == number)
        contacts = select(Contact).where(Contact.unit_id == line.unit_id).order_by(Contact.name)
        return render_template(
            "line.html",
            found=found,
            line=line,
            state=found.state,
            shown=_shown(found),
            usual_interval_s=console().settings.polling.line_interval_s,
            busy=[] if LIVE_HEADER in request.headers else _busy(line),
            worked=_worked(session, number),
            outages=outages_of(session, SubjectKind.LINE, number),
            why=lambda path: explain(path["error"], path["facts"], gettext).text,
            systems=session.scalars(systems).all(),
            hits=impact.hits(session, line),
            contacts=session.scalars(contacts).all() if line.unit_id else [],
            seen_ends=[end for end in (line.a_device, line.b_device) if end and seen().covers(session, end)],
            backup_seen=line.backup_of is not None and seen().covers(session, line.backup_of),
            may_mark=scope_of(Permission.MARK_MAINTENANCE).covers(session, line),
        )


def _worked(session: Session, number: int) -> list[tuple[str, Availability | None]]:
    now, zone = console().clock.now(), console().settings.site.timezone
    periods = ((gettext("this month"), month_of(now, zone)), (gettext("last month"), month_before(now, zone)))
    return [(label, line_availability(session, now, period, number).get(number)) for label, period in periods]


def _busy(line: Line) -> list[tuple[str, Busy | None]]:
    """Read when the page is opened, not with every refresh: a month is some hundreds of rows."""
    now, zone, reader = console().clock.now(), console().settings.site.timezone, PageReader()
    periods = ((gettext("today"), day_of(now, zone)), (gettext("this month"), month_of(now, zone)))
    return [(label, busy(reader, line.id, period, now, line.bandwidth_bps)) for label, period in periods]
