"""Lines (专线): the list, one line, and how it worked."""

from datetime import date, datetime
from typing import Final, Literal

from flask import request
from pydantic import Field
from sqlalchemy.orm import Session

from collectors.busy import Busy, busy
from collectors.health import LineHealth, line_health, outages_of
from collectors.lines.availability import Availability, Period
from collectors.lines.periods import day_of, month_before, month_of
from collectors.lines.records import line_availability
from collectors.models import SubjectKind
from collectors.seeking import LINE_COLUMNS, seek_lines
from core.i18n import N_
from inventory.kinds import Carrier, LineKind
from security.roles import Permission
from web import poller, states
from web.api.errors import AddressMissingError
from web.api.holder import scope
from web.api.operations import NUMBER, operation
from web.api.paging import page, sought
from web.api.parameters import Flag, Id, Paged, Words
from web.api.resources.shapes import Answer, Mark, Outages, Reference, mark_of, outage, reference
from web.history import PageReader
from web.state import console

TAG: Final = "lines"
WATCHING: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
THE_LINE: Final = {"number": N_("number of the line")}
MOST_OUTAGES: Final = 200

LineShown = Literal["down", "degraded", "stale", "unknown", "maintenance", "up"]
LineOrder = Literal[
    "id",
    "-id",
    "name",
    "-name",
    "bandwidth_bps",
    "-bandwidth_bps",
    "utilisation_percent",
    "-utilisation_percent",
    "rtt_ms",
    "-rtt_ms",
    "loss_percent",
    "-loss_percent",
    "contract_end",
    "-contract_end",
]


class LineQuery(Paged):
    q: Words = Field("", description=N_("words that all occur in name, circuit number, far end or unit"))
    state: LineShown | None = Field(None, description=N_("how it stands, as the console shows it"))
    carrier: Carrier | None = None
    kind: LineKind | None = None
    unit_id: Id | None = None
    in_maintenance: Flag | None = Field(None, description=N_("whether it carries a maintenance mark"))
    sort: LineOrder = Field("id", description=N_("the order; with `-` before it descending"))


class Line(Answer):
    """Round trip and loss are of the last minute, to end B; `utilisation_percent` is the busier direction's."""

    id: int
    name: str
    carrier: Carrier
    circuit_number: str | None
    kind: LineKind
    bandwidth_bps: int | None
    unit: Reference | None
    a_device: Reference | None
    a_port: Reference | None
    b_device: Reference | None
    b_port: Reference | None
    b_address: str
    contract_end: date | None
    state: LineShown = Field(description=N_("how it stands, as the console shows it"))
    since: datetime | None
    cause: str | None
    rtt_ms: float | None
    jitter_ms: float | None
    loss_percent: float | None
    in_bps: int | None
    out_bps: int | None
    utilisation_percent: float | None
    maintenance: Mark | None


class Lines(Answer):
    items: list[Line]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


class FullLine(Line):
    notes: str
    contract_start: date | None
    promised_availability_percent: float | None
    promised_repair_hours: int | None
    rtt_min_ms: float | None
    rtt_p50_ms: float | None
    rtt_p95_ms: float | None
    rtt_max_ms: float | None


class AvailabilityOfPeriod(Answer):
    """`percent` leaves out the time under a maintenance mark; null when nothing of the period is known."""

    period: Literal["this_month", "last_month"]
    begin: datetime
    end: datetime
    percent: float | None
    percent_with_marks: float | None
    up_s: float
    down_s: float
    marked_up_s: float
    marked_down_s: float
    unknown_s: float


class LineAvailability(Answer):
    items: list[AvailabilityOfPeriod]


class Utilisation(Answer):
    """The 95th percentile of means over `step_s` seconds, as carriers reckon it."""

    period: Literal["today", "this_month"]
    begin: datetime
    end: datetime
    in_bps: float | None
    out_bps: float | None
    utilisation_percent: float | None
    step_s: int
    known_percent: float


class LineUtilisation(Answer):
    items: list[Utilisation]


@operation("GET", "/lines", tag=TAG, summary=N_("List lines"), permissions=WATCHING, query=LineQuery, answer=Lines)
def list_lines(query: LineQuery) -> Lines:
    now = console().clock.now()
    with console().database.read() as session:
        poller.of_session(session)
        wanted = sought(
            query,
            LINE_COLUMNS,
            state=query.state,
            carrier=query.carrier,
            kind=query.kind,
            unit=query.unit_id,
            maintenance=query.in_maintenance,
        )
        found = seek_lines(session, now, wanted, scope())
        rows, following = page(found, query.sort, query.limit)
        return Lines(items=[Line.model_validate(_facts(row, now)) for row in rows], next=following)


@operation(
    "GET",
    f"/lines/{NUMBER}",
    tag=TAG,
    summary=N_("One line with its health"),
    permissions=WATCHING,
    answer=FullLine,
    parts=THE_LINE,
)
def show_line(number: int) -> FullLine:
    with console().database.read() as session:
        poller.of_session(session)
        found = health(session, number)
        line, state = found.line, found.state
        promised = line.promised_availability_ppm
        return FullLine.model_validate(
            _facts(found, console().clock.now())
            | {
                "notes": line.notes,
                "contract_start": line.contract_start,
                "promised_availability_percent": None if promised is None else promised / 10_000,
                "promised_repair_hours": line.promised_repair_hours,
                "rtt_min_ms": state.rtt_min_ms if state else None,
                "rtt_p50_ms": state.rtt_p50_ms if state else None,
                "rtt_p95_ms": state.rtt_p95_ms if state else None,
                "rtt_max_ms": state.rtt_max_ms if state else None,
            }
        )


@operation(
    "GET",
    f"/lines/{NUMBER}/outages",
    tag=TAG,
    summary=N_("The latest outages of a line"),
    permissions=WATCHING,
    answer=Outages,
    parts=THE_LINE,
)
def list_line_outages(number: int) -> Outages:
    with console().database.read() as session:
        health(session, number)
        return Outages(items=[outage(one) for one in outages_of(session, SubjectKind.LINE, number, MOST_OUTAGES)])


@operation(
    "GET",
    f"/lines/{NUMBER}/availability",
    tag=TAG,
    summary=N_("How much of this month and the last a line worked"),
    description=N_("Computed from the records of its outages. A period in which it was not watched is left out."),
    permissions=WATCHING,
    answer=LineAvailability,
    parts=THE_LINE,
)
def show_availability(number: int) -> LineAvailability:
    now, zone = console().clock.now(), console().settings.site.timezone
    periods: list[tuple[Literal["this_month", "last_month"], Period]] = [
        ("this_month", month_of(now, zone)),
        ("last_month", month_before(now, zone)),
    ]
    with console().database.read() as session:
        health(session, number)
        found = [(name, line_availability(session, now, period, number).get(number)) for name, period in periods]
    return LineAvailability(items=[_availability(name, one) for name, one in found if one is not None])


@operation(
    "GET",
    f"/lines/{NUMBER}/utilisation",
    tag=TAG,
    summary=N_("How busy a line was today and this month"),
    description=N_("A period of which nothing was recorded is left out."),
    permissions=WATCHING,
    answer=LineUtilisation,
    parts=THE_LINE,
)
def show_utilisation(number: int) -> LineUtilisation:
    now, zone, reader = console().clock.now(), console().settings.site.timezone, PageReader()
    with console().database.read() as session:
        bandwidth = health(session, number).line.bandwidth_bps
    periods: list[tuple[Literal["today", "this_month"], Period]] = [
        ("today", day_of(now, zone)),
        ("this_month", month_of(now, zone)),
    ]
    found = [(name, period, busy(reader, number, period, now, bandwidth)) for name, period in periods]
    return LineUtilisation(items=[_utilisation(name, period, one) for name, period, one in found if one is not None])


def health(session: Session, number: int) -> LineHealth:
    """A line that this token may see; another one is not there."""
    found = line_health(session, console().clock.now(), number, scope=scope())
    if found is None:
        raise AddressMissingError(path=request.path)
    return found


def _facts(found: LineHealth, now: datetime) -> dict[str, object]:
    line, state = found.line, found.state
    return {
        "id": line.id,
        "name": line.name,
        "carrier": line.carrier,
        "circuit_number": line.circuit_number,
        "kind": line.kind,
        "bandwidth_bps": line.bandwidth_bps,
        "unit": reference(line.unit),
        "a_device": reference(line.a_device),
        "a_port": reference(line.a_port),
        "b_device": reference(line.b_device),
        "b_port": reference(line.b_port),
        "b_address": line.b_address,
        "contract_end": line.contract_end,
        "state": states.of_line(found, poller.of_request()).name,
        "since": state.since if state else None,
        "cause": state.cause if state else None,
        "rtt_ms": state.rtt_ms if state else None,
        "jitter_ms": state.jitter_ms if state else None,
        "loss_percent": state.loss_percent if state else None,
        "in_bps": state.in_bps if state else None,
        "out_bps": state.out_bps if state else None,
        "utilisation_percent": state.utilisation_percent if state else None,
        "maintenance": mark_of(line, now),
    }


def _availability(name: Literal["this_month", "last_month"], found: Availability) -> AvailabilityOfPeriod:
    return AvailabilityOfPeriod(
        period=name,
        begin=found.period.begin,
        end=found.period.end,
        percent=found.percent,
        percent_with_marks=found.percent_with_marks,
        up_s=found.up.total_seconds(),
        down_s=found.down.total_seconds(),
        marked_up_s=found.marked_up.total_seconds(),
        marked_down_s=found.marked_down.total_seconds(),
        unknown_s=found.unknown.total_seconds(),
    )


def _utilisation(name: Literal["today", "this_month"], period: Period, found: Busy) -> Utilisation:
    return Utilisation(
        period=name,
        begin=period.begin,
        end=period.end,
        in_bps=found.in_bps,
        out_bps=found.out_bps,
        utilisation_percent=found.utilisation_percent,
        step_s=found.step_s,
        known_percent=found.known_percent,
    )
