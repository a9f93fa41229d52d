"""Lines (专线): the list, and one line's page."""

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.busy import Busy, busy
from collectors.errors import explain
from collectors.health import LineHealth, line_health, outages_of
from collectors.lines.availability import Availability
from collectors.lines.periods import day_of, month_before, month_of
from collectors.lines.records import line_availability
from collectors.lists import LINE_FILTERS, LINE_ORDERS, find_lines
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
from web.listing import Asking, Sheet
from web.scope import scope_of, seen
from web.state import console

blueprint = Blueprint("lines", __name__)


LIST = Asking(LINE_FILTERS, LINE_ORDERS, "state")


def _shown(found: LineHealth) -> states.Shown:
    return states.of_line(found, poller.of_request())


@blueprint.get("/lines")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def index() -> str:
    with console().database.read() as session:
        poller.of_session(session)
        address = LIST.asked()
        found = find_lines(session, console().clock.now(), address.wanted, seen())
        return render_template(
            "lines.html",
            sheet=Sheet.of(found, address),
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
